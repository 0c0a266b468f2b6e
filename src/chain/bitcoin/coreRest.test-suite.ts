/**
 * Bitcoin Core's REST interface over blocks that it is given, as far as it is asked: paths, statuses and shapes of
 * src/rest.cpp. For where there is no such node.
 * @module
 */
import {
  type FaultyOptions,
  type FaultyServer,
  type Reply,
  startFaultyServer,
} from '../../net/faultyServer.test-suite.ts'
import { type CoreAnswers, type CoreChain, coreAnswers } from './coreNode.test-suite.ts'

/** `alter` may change what the calls behind it answer. */
export async function serveCoreRest(
  chain: CoreChain,
  options?: FaultyOptions,
  alter: (honest: CoreAnswers) => CoreAnswers = (honest) => honest,
): Promise<FaultyServer> {
  const answers = alter(coreAnswers(chain))
  /** `undefined` where the call fails. */
  const call = (method: string, ...params: unknown[]): unknown => {
    const answer = answers(method, params)
    return 'result' in answer ? answer.result : undefined
  }
  const none = { status: 404, body: 'not found\r\n' }
  const json = (value: unknown): Reply => (value == null ? none : { body: value })
  const bytes = (hex: unknown): Reply => (typeof hex === 'string' ? { body: Buffer.from(hex, 'hex') } : none)

  const routes: readonly (readonly [RegExp, (...parts: string[]) => Reply])[] = [
    [
      /^chaininfo\.json$/,
      () => json({ ...(call('getblockchaininfo') as object), bestblockhash: call('getbestblockhash') }),
    ],
    [
      /^blockhashbyheight\/(\d+)\.json$/,
      (height) => {
        const blockhash = call('getblockhash', Number(height))
        return blockhash === undefined ? none : json({ blockhash })
      },
    ],
    [
      /^headers\/1\/([0-9a-f]{64})\.json$/,
      (hash) => {
        const header = call('getblockheader', hash, true)
        return json(header === undefined ? [] : [header])
      },
    ],
    [/^block\/notxdetails\/([0-9a-f]{64})\.json$/, (hash) => json(call('getblock', hash, 1))],
    [/^block\/([0-9a-f]{64})\.json$/, (hash) => json(call('getblock', hash, 3))],
    [/^block\/([0-9a-f]{64})\.bin$/, (hash) => bytes(call('getblock', hash, 0))],
    [
      /^tx\/([0-9a-f]{64})\.json$/,
      (txid) => {
        const found = call('getrawtransaction', txid, 1) as { confirmations?: number } | undefined
        if (found === undefined) return none
        const { confirmations: _, ...rest } = found
        return json(rest)
      },
    ],
    [/^tx\/([0-9a-f]{64})\.bin$/, (txid) => bytes(call('getrawtransaction', txid, 0))],
    [
      /^getutxos\/((?:[0-9a-f]{64}-\d+\/?){1,15})\.json$/,
      (named) => {
        const outputs = named!.split('/').map((each) => {
          const [txid, n] = each.split('-')
          return call('gettxout', txid, Number(n), false)
        })
        const bitmap = outputs.map((output) => (output == null ? '0' : '1')).join('')
        return json({ bitmap, utxos: outputs.filter((output) => output != null) })
      },
    ],
    [
      /^mempool\/contents\.json(\?verbose=false)?$/,
      (plain) => {
        const txids = call('getrawmempool') as string[]
        const old = plain === undefined || (chain.version ?? 280_000) < 250_000
        return json(old ? Object.fromEntries(txids.map((txid) => [txid, { vsize: 100 }])) : txids)
      },
    ],
  ]
  return startFaultyServer(({ path }) => {
    const asked = path.startsWith('/rest/') ? path.slice('/rest/'.length) : ''
    for (const [pattern, answer] of routes) {
      const found = pattern.exec(asked)
      if (found !== null) return answer(...found.slice(1))
    }
    return none
  }, options)
}

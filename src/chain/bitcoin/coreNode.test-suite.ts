/**
 * Bitcoin Core's JSON-RPC over blocks that it is given, as far as it is asked: shapes and errors of src/rpc/blockchain.cpp,
 * src/rpc/rawtransaction.cpp and src/rpc/protocol.h. For where there is no such node.
 * @module
 */
import { Block, Transaction } from 'bitcoinjs-lib'
import {
  type FaultyOptions,
  type FaultyServer,
  startFaultyServer,
} from '../../net/faultyServer.test-suite.ts'
import { toHex } from '../../units/hex.ts'

export interface CoreChain {
  /** From the first on. */
  readonly blocks: readonly Uint8Array[]
  readonly mempool?: readonly Uint8Array[]
  /** Default: 280000. */
  readonly version?: number
  /** Default: true. */
  readonly txIndex?: boolean
  /** Default: false. */
  readonly spenderIndex?: boolean
}

type Result = { readonly result: unknown } | { readonly error: { code: number; message: string } }

/** Answers one call. */
export type CoreAnswers = (method: string, params: readonly unknown[]) => Result

/** Serves single calls and batches. `alter` may change what is answered. */
export async function serveCore(
  answers: CoreAnswers,
  options?: FaultyOptions,
  alter: CoreAnswers = answers,
): Promise<FaultyServer> {
  const one = ({ id, method, params }: { id: unknown; method: string; params: unknown[] }): unknown => ({
    ...{ result: null, error: null },
    ...alter(method, params),
    id,
  })
  return startFaultyServer(({ body }) => {
    const asked = JSON.parse(body)
    return { body: Array.isArray(asked) ? asked.map(one) : one(asked) }
  }, options)
}

export function coreAnswers({
  blocks,
  mempool = [],
  version = 280_000,
  txIndex = true,
  spenderIndex = false,
}: CoreChain): CoreAnswers {
  const all = blocks.map((bytes) => ({ bytes, block: Block.fromBuffer(bytes) }))
  const heights = new Map(all.map(({ block }, height) => [block.getId(), height]))
  const known = new Map<string, { readonly tx: Transaction; readonly height?: number }>()
  for (const [height, { block }] of all.entries())
    for (const tx of block.transactions!) known.set(tx.getId(), { tx, height })
  const spent = new Set(
    all.flatMap(({ block }) =>
      block.transactions!.flatMap((tx) => tx.ins.map(({ hash, index }) => `${reversed(hash)}:${index}`)),
    ),
  )
  const pool = mempool.map((bytes) => Transaction.fromBuffer(bytes))
  for (const tx of pool) known.set(tx.getId(), { tx })

  const index = { synced: true, best_block_height: all.length - 1 }
  const spenderOf = (txid: string, n: number): object => {
    for (const [id, { tx, height }] of [...known].reverse())
      if (tx.ins.some(({ hash, index: of }) => reversed(hash) === txid && of === n))
        return {
          spendingtxid: id,
          ...(height === undefined ? {} : { blockhash: all[height]!.block.getId() }),
        }
    return {}
  }

  const head = (height: number): object => {
    const { block } = all[height]!
    return {
      ...{ hash: block.getId(), confirmations: all.length - height, height, version: block.version },
      ...{ merkleroot: reversed(block.merkleRoot!), time: block.timestamp, nonce: block.nonce },
      bits: block.bits.toString(16).padStart(8, '0'),
      ...(height === 0 ? {} : { previousblockhash: reversed(block.prevHash!) }),
    }
  }
  const detailed = (tx: Transaction): object => ({
    txid: tx.getId(),
    hex: tx.toHex(),
    vin: tx.ins.map(({ hash, index, sequence }) => {
      if (tx.isCoinbase()) return { coinbase: '', sequence }
      const { value, script } = known.get(reversed(hash))!.tx.outs[index]!
      const prevout = { generated: false, value: Number(value) / 1e8, scriptPubKey: { hex: toHex(script) } }
      return { txid: reversed(hash), vout: index, prevout, sequence }
    }),
  })
  const raw = (txid: string, verbosity: unknown): Result => {
    const found = known.get(txid)
    const hidden = found !== undefined && found.height !== undefined && !txIndex
    if (found === undefined || hidden || found.height === 0)
      return failure(
        -5,
        txIndex
          ? 'No such mempool or blockchain transaction. Use gettransaction for wallet transactions.'
          : 'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries.',
      )
    if (!verbosity) return { result: found.tx.toHex() }
    if (found.height === undefined) return { result: { txid, hex: found.tx.toHex() } }
    const { block } = all[found.height]!
    const confirmations = all.length - found.height
    return { result: { txid, hex: found.tx.toHex(), blockhash: block.getId(), confirmations } }
  }

  return (method, params) => {
    const height = heights.get(String(params[0])) ?? -1
    switch (method) {
      case 'getblockcount':
        return { result: all.length - 1 }
      case 'getbestblockhash':
        return { result: all.at(-1)!.block.getId() }
      case 'getblockhash': {
        const found = all[Number(params[0])]
        return found === undefined
          ? failure(-8, 'Block height out of range')
          : { result: found.block.getId() }
      }
      case 'getblockchaininfo':
        return { result: { chain: 'regtest', blocks: all.length - 1, pruned: false } }
      case 'getnetworkinfo':
        return { result: { version, subversion: '/Satoshi/' } }
      case 'getindexinfo':
        return {
          result: { ...(txIndex && { txindex: index }), ...(spenderIndex && { txospenderindex: index }) },
        }
      case 'getblockheader':
        return height < 0 ? failure(-5, 'Block not found') : { result: head(height) }
      case 'getblock': {
        if (height < 0) return failure(-5, 'Block not found')
        const { bytes, block } = all[height]!
        if (params[1] === 0) return { result: toHex(bytes) }
        const txs = block.transactions!
        return {
          result: { ...head(height), tx: params[1] === 1 ? txs.map((tx) => tx.getId()) : txs.map(detailed) },
        }
      }
      case 'getrawtransaction':
        return raw(String(params[0]), params[1])
      case 'gettxout': {
        const found = known.get(String(params[0]))
        const output = found?.height === undefined ? undefined : found.tx.outs[Number(params[1])]
        if (output === undefined || spent.has(`${params[0]}:${params[1]}`)) return { result: null }
        return { result: { value: Number(output.value) / 1e8, scriptPubKey: { hex: toHex(output.script) } } }
      }
      case 'gettxspendingprevout': {
        const asked = params[0] as { txid: string; vout: number }[]
        // The order of answers is not that of the questions: what the mempool spends comes first.
        if (spenderIndex)
          return { result: asked.map((one) => ({ ...one, ...spenderOf(one.txid, one.vout) })).reverse() }
        return failure(-1, 'Mempool lacks a relevant spend, and txospenderindex is unavailable.')
      }
      case 'getrawmempool':
        return { result: pool.map((tx) => tx.getId()) }
      default:
        return failure(-32601, 'Method not found')
    }
  }
}

function failure(code: number, message: string): Result {
  return { error: { code, message } }
}

function reversed(hash: Uint8Array): string {
  return toHex(Uint8Array.from(hash).reverse())
}

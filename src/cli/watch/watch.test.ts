import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import {
  coinOf,
  MATURITY,
  regtestChain,
  signed,
  testKey,
} from '../../chain/bitcoin/regtestChain.test-suite.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import type { Alert } from '../../watch/index.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

/** What a shell would act on, were it not quoted. */
const NAME = 'it\'s a "heist" $(touch pwned)'
const SHIM = join(import.meta.dirname, '../../../bin/lootline.js')
const SECRET = 'hTz83kQpL0vXw5RmYb2N'
const [miner, thief, exchange] = [testKey(1), testKey(2), testKey(3)]
const addressOf = (script: Uint8Array): string => fromScript(script, BITCOIN_REGTEST)!

/** A webhook that answers with `status`, and what came to it. */
async function hookOf() {
  const world = { status: 204, alerts: [] as Alert[], paths: [] as string[], port: 0 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      world.paths.push(request.url!)
      if (world.status < 300) world.alerts.push(JSON.parse(body) as Alert)
      response.writeHead(world.status).end(`you are ${request.url}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  world.port = (server.address() as AddressInfo).port
  return world
}

test('from the first watch to the last alert', async () => {
  const cwd = temporaryFolder()
  const hook = await hookOf()
  const chain = regtestChain()
  const first = chain.mine(miner.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2pkh)
  await using server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  const said: string[] = []
  const lootline = async (...args: string[]) => {
    const outcome = await runCli([...args, '--store', 's'], { cwd, env: { HOOK: SECRET } })
    said.push(outcome.stdout, outcome.stderr)
    return outcome
  }
  const json = async <T>(...args: string[]): Promise<T> => {
    const { stdout, stderr, code } = await lootline(...args, '--json')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    return JSON.parse(stdout) as T
  }

  await lootline('init')
  writeFileSync(
    join(cwd, 'labels.csv'),
    `address,name,chain,category,confidence\n${addressOf(exchange.p2wpkh)},Big Exchange,${BITCOIN_REGTEST},exchange,service_data\n`,
  )
  expect((await lootline('labels', 'add', 'labels.csv')).code).toBe(0)
  expect(await lootline('watch', 'run', '--once')).toMatchObject({ code: 3, stderr: /WATCH_NO_SOURCE/ })
  expect((await lootline('source', 'add', 'esplora', server.url, '--chain', BITCOIN_REGTEST)).code).toBe(0)

  const robbed = addressOf(thief.p2wpkh)
  const notify = ['--notify', `http://127.0.0.1:${hook.port}/{HOOK}`, '--name', NAME]
  const added = await lootline('watch', 'add', robbed, '--chain', BITCOIN_REGTEST, ...notify)
  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(added.stdout).toContain('on Bitcoin regtest from the next block on')
  expect(await lootline('watch', 'add', robbed, '--chain', BITCOIN_REGTEST, ...notify)).toMatchObject({
    ...{ code: 3, stderr: expect.stringContaining('WATCH_NAME_TAKEN') },
  })
  expect((await lootline('watch', 'test', NAME)).stdout).toContain('taken')
  // Nothing yet: it begins at the tip.
  expect((await lootline('watch', 'run', '--once')).stdout).toContain('looked through to block 101')

  const theft = await signed([coinOf(first, 0, miner)], [{ script: thief.p2wpkh, sats: 4_000_000_000 }])
  chain.mine(miner.p2pkh, [theft])
  const cash = await signed([coinOf(theft, 0, thief)], [{ script: exchange.p2wpkh, sats: 3_999_000_000 }])
  server.set({ chain: BITCOIN_REGTEST, blocks: chain.blocks, mempool: [cash.toBuffer()] })
  expect((await lootline('watch', 'run', '--once')).code).toBe(0)
  chain.mine(miner.p2pkh, [cash])
  server.set({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  hook.status = 500
  expect((await lootline('watch', 'run', '--once')).stdout).toContain('answered with HTTP status 500')
  const [row] = await json<{ deliveries: object }[]>('watch', 'list')
  expect(row!.deliveries).toEqual({ delivered: 2, pending: 1, dead: 0 })

  hook.status = 410
  for (let i = 0; i < 100 && (await json<object[]>('watch', 'dead')).length < 1; i++)
    await lootline('watch', 'run', '--once')
  expect((await lootline('watch', 'dead')).stdout).toContain('410')
  hook.status = 204
  expect(await json('watch', 'retry', NAME)).toEqual({ due: 1 })
  // Due by the clock of the command, which the test has stopped in the past.
  await lootline('watch', 'run', '--once')
  expect(hook.alerts.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['test', null],
    ['received', '4000000000'],
    ['unconfirmed', '4000000000'],
    ['arrived', '3999000000'],
  ])
  const alerts = await json<Alert[]>('watch', 'alerts', NAME)
  expect(alerts.toReversed()).toEqual(hook.alerts.slice(1))
  const { next } = alerts[0]!
  const [deposit, txid] = [addressOf(exchange.p2wpkh), cash.getId()]
  expect(next).toMatch(
    `Ask Big Exchange (${deposit}) at once to freeze what came to this address: 39.99 rBTC by transaction ${txid}. Evidence: `,
  )
  // The commands run as they are printed, where the store is the default one.
  const commands = [...next.matchAll(/`([^`]*)`/g)].map(([, command]) => command!)
  expect(commands.map((command) => command.split(' ', 3)[1])).toEqual(['watch', 'report', 'paths'])
  const shell = `set -e; lootline() { '${process.execPath}' '${SHIM}' "$@"; }; ${commands.join(';')}`
  const evidence = spawnSync('sh', ['-c', shell], { cwd, env: { LOOTLINE_STORE: 's' }, encoding: 'utf8' })
  expect(evidence).toMatchObject({ status: 0, stderr: '' })
  expect(evidence.stdout).toContain(txid)
  expect(readdirSync(cwd)).toContain(`evidence-${txid.slice(0, 16)}.html`)
  expect(readdirSync(cwd)).not.toContain('pwned')

  const shown = await lootline('watch', 'show', NAME, '--out', 'flow.json')
  expect(shown.stdout).toContain('looked through to block 103')
  expect(shown.stdout).toContain('Big Exchange')
  // A flow can be watched as it was written.
  expect((await lootline('watch', 'add', 'flow.json')).stdout).toContain('tells nobody')
  expect(await lootline('watch', 'remove', 'flow')).toMatchObject({ code: 0 })
  expect(await lootline('watch', 'show', 'flow')).toMatchObject({ code: 3 })

  expect(hook.paths.every((path) => path === `/${SECRET}`)).toBe(true)
  const files = readdirSync(join(cwd, 's')).map((name) => readFileSync(join(cwd, 's', name), 'latin1'))
  for (const text of [...said, ...files]) expect(text).not.toContain(SECRET)
})

test.each(['-x', '--help', 'a`b', 'a\nb', 'a\u202eb', '', 'x'.repeat(101)])(
  'a watch is not called %j',
  async (name) => {
    const { code, stderr } = await runCli(
      ['watch', 'add', `${'ab'.repeat(32)}:0`, `--name=${name}`, '--store', 's'],
      {
        cwd: temporaryFolder(),
      },
    )
    expect([code, stderr]).toEqual([2, expect.stringContaining('does not begin with a hyphen')])
  },
)

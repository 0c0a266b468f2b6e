import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SHIM } from '../../../test/spawnLootline.test-suite.ts'
import { startEtherscanServer } from '../../chain/evm/etherscan/etherscanServer.test-suite.ts'
import { actHeist, type Heist } from '../../chain/evm/heist.test-suite.ts'
import { startTronHeist, TRON_DEPOSIT, TRON_THEFTS } from '../../chain/tron/heist.test-suite.ts'
import type { FaultyOptions, FaultyServer } from '../../net/faultyServer.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { addressOf } from '../../units/caip.ts'
import { type Outcome, runCli, temporaryFolder } from '../runCli.test-suite.ts'

const ENV = { API_KEY: 'open-sesame' }
const KILLS = 2

interface Service {
  serve(options?: FaultyOptions): Promise<FaultyServer>
  /** What is typed after `source add`, the URL left out. */
  readonly add: readonly string[]
  readonly kind: string
  /** Transactions that took something. */
  thefts(): Promise<readonly string[]>
  /** Where it ends. */
  deposit(): string
  /** Calls that are too few for the whole trace, and enough for what was stolen. */
  readonly few: number
}

let heist: Heist
const ends: (() => unknown)[] = []
beforeAll(async () => {
  heist = await actHeist()
  ends.push(() => heist.stop())
}, 120_000)
afterAll(() => Promise.all(ends.map((end) => end())))

const SERVICES: readonly Service[] = [
  {
    kind: 'etherscan',
    few: 24,
    add: ['--chain', 'eip155:31337', '--key-env', 'API_KEY'],
    serve: (options) => startEtherscanServer(heist.home, { ...options, key: ENV.API_KEY }),
    thefts: async () => heist.thefts.map(({ txid }) => txid),
    deposit: () => heist.deposits[0]!,
  },
  {
    kind: 'trongrid',
    few: 12,
    add: [],
    serve: (options) => startTronHeist(options),
    async thefts() {
      await using server = await startTronHeist()
      return TRON_THEFTS.map((n) => server.txids[n]!)
    },
    deposit: () => TRON_DEPOSIT,
  },
]

async function storeOf({ kind, add, serve }: Service, options?: FaultyOptions) {
  const server = await serve(options)
  ends.push(() => server[Symbol.asyncDispose]())
  const store = join(temporaryFolder(), 's')
  const pace = ['--concurrency', '1', '--rate', '1000']
  await typed('source', 'add', kind, server.url, ...add, ...pace, '--store', store)
  return { server, store }
}

const run = (...args: string[]): Promise<Outcome> => runCli(args, { env: ENV })

async function typed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, expect.anything()])
  return stdout
}

async function argumentsOf(service: Service, store: string): Promise<string[]> {
  const seeds = (await service.thefts()).flatMap((txid) => ['--from', txid])
  return ['trace', '--store', store, ...seeds, '--json']
}

const calls = ({ answered }: FaultyServer): number => [...answered.values()].reduce((a, b) => a + b, 0)
/** What every run asks: the newest block. */
const PER_RUN = /getnowblock|tag=latest&boolean|"num":0/
const twice = ({ answered }: FaultyServer): string[] =>
  [...answered].flatMap(([key, times]) => (times > 1 && !PER_RUN.test(key) ? [key] : []))

const comparable = ({ hops, leaves, seeds, balance }: Flow): unknown => ({ hops, leaves, seeds, balance })

describe.each(SERVICES)('lootline trace with a source of kind $kind', (service) => {
  test('follows what was taken, and asks nothing twice, nor offline', async () => {
    const { store, server } = await storeOf(service)
    const args = await argumentsOf(service, store)
    const flow = JSON.parse(await typed(...args)) as Flow
    expect(flow.leaves.map(({ holder }) => holder)).toContain(service.deposit())
    expect(flow.balance.map(({ accounted }) => accounted)).toEqual(flow.balance.map(({ stolen }) => stolen))
    expect(twice(server)).toEqual([])
    const before = calls(server)
    expect(JSON.parse(await typed(...args))).toEqual(flow)
    expect(JSON.parse(await typed(...args, '--offline'))).toEqual(flow)
    expect(calls(server)).toBe(before)
    const check = JSON.parse(await typed('source', 'check', '--json', '--store', store))
    expect(check).toMatchObject([{ kind: service.kind, can: ['count', 'history'] }])
  })

  test('killed while it waits goes on where it was', async () => {
    const whole = await storeOf(service)
    const expected = JSON.parse(await typed(...(await argumentsOf(service, whole.store)))) as Flow
    let left = Number.POSITIVE_INFINITY
    let held = (): void => {}
    const { store, server } = await storeOf(service, {
      fault: () => {
        if (left-- > 0) return null
        held()
        return 'hang'
      },
    })
    const args = await argumentsOf(service, store)
    for (let kill = 0; kill < KILLS; kill++) {
      left = 7 + kill
      const isHeld = new Promise<void>((done) => {
        held = done
      })
      const child = spawn(process.execPath, [SHIM, ...args], {
        stdio: 'ignore',
        env: { ...process.env, ...ENV },
      })
      const ended = new Promise((done) => child.once('exit', done))
      await Promise.race([isHeld, ended])
      expect(child.exitCode).toBe(null)
      // What was answered before is on its way to the disk.
      await wait(300)
      child.kill('SIGKILL')
      await ended
    }
    left = Number.POSITIVE_INFINITY
    expect(comparable(JSON.parse(await typed(...args)))).toEqual(comparable(expected))
    expect(twice(server)).toEqual([])
  })

  test('a budget that is too small ends with 7, and the same command goes on', async () => {
    const { store } = await storeOf(service)
    const args = await argumentsOf(service, store)
    const { code, stdout } = await run(...args, '--max-calls', String(service.few))
    expect(code).toBe(7)
    expect((JSON.parse(stdout) as Flow).coverage.notes.join('\n')).toContain('--max-calls')
    expect((await run(...args, '--offline')).code).toBe(7)
    const flow = JSON.parse(await typed(...args)) as Flow
    expect(flow.leaves.map(({ reason }) => reason)).not.toContain('nodata')
  })
})

test('a verified asset may be named before the ledger has it', async () => {
  const { store } = await storeOf(SERVICES.find(({ kind }) => kind === 'trongrid')!)
  const args = ['trace', '--store', store, '--from', addressOf(TRON_DEPOSIT), '--json', '--asset']
  const { seeds } = JSON.parse(await typed(...args, 'USDT')) as Flow
  expect(seeds.map(({ asset, amount }) => [asset.split(':').at(-1), amount])).toEqual([
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', '30'],
  ])
  const { code, stderr } = await run(...args, 'USDX')
  expect([code, stderr]).toEqual([3, expect.stringContaining('CLI_ASSET')])
})

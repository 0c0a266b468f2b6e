import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SHIM } from '../../../test/spawnLootline.test-suite.ts'
import { coreAnswers, serveCore } from '../../chain/bitcoin/coreNode.test-suite.ts'
import { serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import { type BitcoinHeist, bitcoinHeist } from '../../chain/bitcoin/heist.test-suite.ts'
import { inFile } from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import type { FaultyOptions, FaultyServer } from '../../net/faultyServer.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { type Outcome, runCli, temporaryFolder } from '../runCli.test-suite.ts'

/** Processes that are killed on the way; each gets a share of the calls. */
const KILLS = 4

let heist: BitcoinHeist
let indexed: Flow
const ends: (() => unknown)[] = []
beforeAll(async () => {
  heist = await bitcoinHeist()
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'blocks'))
  const magic = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda)
  const file = Buffer.concat(heist.chain.blocks.map((block) => inFile(magic, block)))
  writeFileSync(join(folder, 'blocks', 'blk00000.dat'), file)
  const store = await storeWith(
    'index',
    'bitcoin',
    '--network',
    'regtest',
    '--blocks',
    join(folder, 'blocks'),
  )
  indexed = flowOf(await trace(store))
}, 120_000)
afterAll(() => Promise.all(ends.map((end) => end())))

const KINDS: Record<string, (options?: FaultyOptions) => Promise<FaultyServer>> = {
  esplora: (options) => serveEsplora({ chain: BITCOIN_REGTEST, blocks: heist.chain.blocks }, options),
  bitcoin: (options) => serveCore(coreAnswers({ blocks: heist.chain.blocks }), options),
}

/** A store with a label for the service, and what one more command adds. */
async function storeWith(...command: readonly string[]): Promise<string> {
  const folder = temporaryFolder()
  const store = join(folder, 's')
  const labels = join(folder, 'labels.csv')
  writeFileSync(
    labels,
    `address,name,category,chain\n${heist.service.split(':')[2]},Example Exchange,exchange,bitcoin-regtest\n`,
  )
  for (const args of [['init'], command, ['labels', 'add', labels]]) {
    const { code, stderr } = await runCli([...args, '--store', store])
    expect([code, stderr]).toEqual([0, stderr])
  }
  return store
}

async function liveStore(
  kind: string,
  options?: FaultyOptions,
): Promise<{ store: string; server: FaultyServer }> {
  const server = await KINDS[kind]!(options)
  ends.push(() => server[Symbol.asyncDispose]())
  // One call at a time, so that none is answered while another is not.
  return { server, store: await storeWith('source', 'add', kind, server.url, '--concurrency', '1') }
}

const trace = (store: string, ...more: readonly string[]): Promise<Outcome> =>
  runCli(['trace', '--store', store, '--from', `${heist.txid}:0`, '--json', ...more])

function flowOf({ code, stdout, stderr }: Outcome): Flow {
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Flow
}

function comparable({ coverage: _coverage, ...rest }: Flow): string[] {
  return JSON.stringify(rest, null, 1).split('\n')
}

/** What is asked by every run: who and what the source is, and the newest block. */
const PER_RUN = /tip|getbestblockhash|getnetworkinfo|getblockchaininfo|getblockhash","params":\[0\]/
const twice = ({ answered }: FaultyServer): string[] =>
  [...answered].flatMap(([key, times]) => (times > 1 && !PER_RUN.test(key) ? [key] : []))

describe.each(Object.keys(KINDS))('lootline trace with a source of kind %s', (kind) => {
  test('gives the flow of the index of the same blocks, and asks nothing twice', async () => {
    const { store, server } = await liveStore(kind)
    const flow = flowOf(await trace(store))
    expect(comparable(flow)).toEqual(comparable(indexed))
    const calls = [...server.answered.values()].reduce((sum, times) => sum + times, 0)
    expect(comparable(flowOf(await trace(store)))).toEqual(comparable(indexed))
    expect([...server.answered.values()].reduce((sum, times) => sum + times, 0)).toBe(calls)
    expect(twice(server)).toEqual([])
  })

  test('killed while it waits for an answer goes on where it was, and asks nothing twice', async () => {
    let left = Number.POSITIVE_INFINITY
    let held = (): void => {}
    const fault = (): 'hang' | null => {
      if (left-- > 0) return null
      held()
      return 'hang'
    }
    const { store, server } = await liveStore(kind, { fault })
    for (let kill = 0; kill < KILLS; kill++) {
      left = 30 + kill
      const isHeld = new Promise<void>((done) => {
        held = done
      })
      const child = spawnTrace(store)
      const ended = new Promise((done) => child.once('exit', done))
      await Promise.race([isHeld, ended])
      expect(child.exitCode).toBe(null)
      // What was answered before is on its way to the disk.
      await wait(300)
      child.kill('SIGKILL')
      await ended
    }
    left = Number.POSITIVE_INFINITY
    expect(comparable(flowOf(await trace(store)))).toEqual(comparable(indexed))
    expect(twice(server)).toEqual([])
  })

  test('keeps to --max-calls, ends with 7 and a flow that says what is missing', async () => {
    const { store, server } = await liveStore(kind)
    const before = [...server.asked.values()].reduce((sum, times) => sum + times, 0)
    const { code, stdout, stderr } = await trace(store, '--max-calls', '50')
    expect(code).toBe(7)
    expect([...server.asked.values()].reduce((sum, times) => sum + times, 0) - before).toBe(50)
    const flow = JSON.parse(stdout) as Flow
    expect(flow.balance.map(({ accounted }) => accounted)).toEqual(flow.balance.map(({ stolen }) => stolen))
    expect(flow.coverage.notes.join('\n')).toMatch(/\d+ outputs? of Bitcoin regtest\. .*--max-calls/)
    expect(JSON.parse(stderr).error.code).toBe('LIVE_PARTIAL')
    const offline = await trace(store, '--offline')
    expect(offline.code).toBe(7)
    expect(JSON.parse(offline.stdout).leaves).toEqual(flow.leaves)
    expect(comparable(flowOf(await trace(store)))).toEqual(comparable(indexed))
  })
})

test('an interrupt gives the flow as far as it is known', async () => {
  let left = 60
  let held = (): void => {}
  const isHeld = new Promise<void>((done) => {
    held = done
  })
  const { store } = await liveStore('esplora', {
    fault: () => {
      if (left-- > 0) return null
      held()
      return 'hang'
    },
  })
  const child = spawnTrace(store)
  let stdout = ''
  child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  const ended = new Promise((done) => child.once('close', done))
  await isHeld
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  const flow = JSON.parse(stdout) as Flow
  expect(flow.hops.length).toBeGreaterThan(5)
  expect(flow.coverage.notes.join('\n')).toContain('Not asked about to the end')
})

test('an address alone is looked up, and what it received is followed', async () => {
  const { store } = await liveStore('esplora')
  const { code, stdout, stderr } = await runCli([
    ...['trace', '--store', store, '--from', heist.thief.split(':')[2]!, '--json'],
  ])
  expect([code, stderr]).toEqual([0, ''])
  const { seeds, hops, leaves } = JSON.parse(stdout) as Flow
  expect(seeds[0]).toMatchObject({ holder: heist.thief, amount: '4000000000', basis: 'received' })
  expect(hops).toEqual(indexed.hops)
  expect(leaves).toEqual(indexed.leaves)
})

test('an amount without asset is of the only coin that live sources can bring, before the ledger has it', async () => {
  const { store } = await liveStore('esplora')
  const { code, stdout } = await trace(store, '--amount', '1.5', '--dust', '0.00001', '--max-hops', '1')
  expect(code).toBe(0)
  const { seeds, options } = JSON.parse(stdout) as Flow
  expect(seeds.map(({ amount }) => amount)).toEqual(['150000000'])
  expect(options.dust).toBe('1000')
})

test('offline, a seed that was never asked for is not said to be unknown', async () => {
  const { store } = await liveStore('esplora')
  const { code, stderr } = await trace(store, '--offline')
  expect(code).toBe(6)
  expect(JSON.parse(stderr).error).toMatchObject({
    ...{ code: 'LIVE_UNASKED_SEED', next: 'Run the same without --offline.' },
  })
})

function spawnTrace(store: string): ChildProcess {
  const child = spawn(
    process.execPath,
    [SHIM, 'trace', '--store', store, '--from', `${heist.txid}:0`, '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  ends.push(() => child.kill('SIGKILL'))
  return child
}

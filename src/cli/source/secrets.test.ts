/**
 * No key or password appears anywhere: commands are run against a server that fails in every way and echoes what it was
 * sent, and then everything printed and every byte of every file is searched.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SOURCE_KINDS, type SourceKind } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import { openLiveFile } from '../../live/liveFile.ts'
import {
  addSource,
  MAKERS,
  openSource,
  type SecretPlace,
  type SourceEntry,
  sourcesOfStore,
} from '../../live/sources/index.ts'
import {
  type Asked,
  type Fault,
  HOSTILE_FAULTS,
  hastyClock,
  PASSING_FAULTS,
  type Reply,
  startFaultyServer,
} from '../../net/faultyServer.test-suite.ts'
import { createStore } from '../../store/index.ts'
import { BITCOIN_REGTEST, ETHEREUM, TRON } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

/** What survives every way of writing the secret but base64. */
const CORE = 'KEY0123456789abc'
const SECRET = `S3/+&=<">${CORE}`
const SPELLINGS = [SECRET, `user:${SECRET}`, `__cookie__:${SECRET}`].flatMap((text) =>
  [0, 1, 2].map((skip) =>
    Buffer.from(text).subarray(skip).toString('base64').replace(/=+$/, '').slice(4, 28),
  ),
)

/** Where the secret may be, as options and as a row has it. Needs the folder of the cookie file. */
const PLACES: readonly {
  readonly what: string
  readonly path: string
  options(folder: string): readonly string[]
  row(folder: string): SecretPlace | null
}[] = [
  { what: 'url', path: '/v3/{KEY}', options: () => [], row: () => null },
  { what: 'query', path: '?k={KEY}', options: () => [], row: () => null },
  {
    ...{ what: 'key-variable', path: '/a', options: () => ['--key-env', 'KEY'] },
    row: () => ({ in: 'key-env', variable: 'KEY' }),
  },
  {
    ...{ what: 'password-variable', path: '/b', options: () => ['--auth-env', 'AUTH'] },
    row: () => ({ in: 'auth-env', variable: 'AUTH' }),
  },
  {
    ...{ what: 'cookie', path: '/c', options: (folder) => ['--cookie', join(folder, '.cookie')] },
    row: (folder) => ({ in: 'cookie', file: join(folder, '.cookie') }),
  },
]
const ENV = { KEY: SECRET, AUTH: `user:${SECRET}` }
const CHAINS: Readonly<Record<SourceKind, string>> = {
  ...{ esplora: BITCOIN_REGTEST, bitcoin: BITCOIN_REGTEST, 'bitcoin-rest': BITCOIN_REGTEST },
  ...{ evm: ETHEREUM, etherscan: ETHEREUM, trongrid: TRON },
}

const JSON_ALONE = ['--json']
const HASH = 'ab'.repeat(32)
const ADDRESSES: Readonly<Record<SourceKind, string>> = {
  esplora: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn',
  bitcoin: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn',
  'bitcoin-rest': 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn',
  ...{ evm: `0x${'11'.repeat(20)}`, etherscan: `0x${'11'.repeat(20)}` },
  trongrid: 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
}

/** Answers that repeat everything they were asked with. */
const ECHOES: Readonly<Record<string, (echo: string, asked: Asked) => Reply>> = {
  'as text': (echo) => ({ status: 403, body: echo }),
  'as JSON of the wrong shape': (echo) => ({ body: { echo, [echo]: echo } }),
  'as text instead of JSON': (echo) => ({ body: echo }),
  'as HTML': (echo) => ({ body: `<html>${echo}` }),
  'in a redirect': (_echo, { path }) => ({
    status: 301,
    headers: { location: `http://e.example${path}` },
    body: '',
  }),
  'as an RPC error': (echo, { body }) => {
    const id = (JSON.parse(body || '{}') as { id?: number }).id ?? 1
    return { body: { jsonrpc: '2.0', id, error: { code: -32000, message: echo } } }
  },
  'as an explorer’s error': (echo) => ({ body: { status: '0', message: 'NOTOK', result: echo } }),
}

function allBytes(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n')
}

function expectNoSecret(where: string, text: string): void {
  for (const part of [CORE, ...SPELLINGS]) expect(text.includes(part), `${part} in ${where}`).toBe(false)
}

/** Everything that a trace asks of a source, in words: what comes and what is thrown, hidden fields included. */
async function asTraceAsks(entry: SourceEntry, cwd: string): Promise<string> {
  const words: string[] = []
  const attempt = async (ask: () => unknown): Promise<void> => {
    const came = await Promise.resolve()
      .then(ask)
      .catch((error: unknown) => error)
    words.push(inspect(came, { depth: 12, showHidden: true, maxStringLength: null }))
    if (came instanceof LootlineError)
      words.push(JSON.stringify(came), String(came.stack), String(came.cause))
  }
  await attempt(async () => {
    const options = { env: { ...ENV, HOME: cwd }, makers: MAKERS, clock: hastyClock() }
    const source = await openSource(entry, options)
    const [txid, holder, block] = [
      HASH,
      `${entry.chain}:${ADDRESSES[entry.kind]}`,
      { height: 1, hash: HASH, time: 1 },
    ]
    await attempt(() => source.tip())
    await attempt(() => source.blockAt(1))
    await attempt(() => source.transaction(txid))
    await attempt(() => source.spends?.(txid))
    await attempt(() => source.count?.(holder))
    await attempt(() => source.history?.(holder)[Symbol.asyncIterator]().next())
    await attempt(() => source.matches?.(block, { spends: () => true, touches: () => true }))
    await attempt(() => source.mempool?.({ spends: () => true, touches: () => true }))
    await attempt(() => source.txids?.(block))
    await attempt(() => source.balance?.(holder, `${entry.chain}/slip44:60`, 1))
  })
  return words.join('\n')
}

/**
 * Runs everything that asks or shows a source, and searches what came of it.
 *
 * @param timeout seconds
 * @returns how often the server was asked in each way
 */
async function search(
  kind: SourceKind,
  ways: readonly ((asked: Asked) => Reply | Fault)[],
  { places = PLACES, timeout = '5' } = {},
): Promise<number[]> {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, '.cookie'), `__cookie__:${SECRET}`)
  const store = createStore(join(cwd, 'store')).path
  let times = 0
  let way = ways[0]!
  let fault: Fault | null = null
  await using server = await startFaultyServer(
    (asked) => {
      const reply = way(asked)
      return typeof reply === 'string' ? { body: '' } : reply
    },
    {
      fault: () => {
        times++
        return fault
      },
    },
  )
  const run = async (ways: readonly (readonly string[])[], ...argv: string[]): Promise<void> => {
    for (const more of ways) {
      const line = [...argv, ...more, '--store', store]
      const env = { ...ENV, LOOTLINE_DEBUG: '1' }
      const { stdout, stderr } = await runCli(line, { cwd, env, clock: hastyClock() })
      expectNoSecret(line.join(' '), `${stdout}\n${stderr}`)
    }
  }
  const live = openLiveFile(store)
  for (const { path, row, what } of places)
    addSource(live, {
      ...{ kind, url: `${server.url}${path}`, chain: CHAINS[kind], added: 0, insecure: false },
      ...{ secret: row(cwd), name: what, pace: { timeoutMs: Number(timeout) * 1000 } },
    })
  live.close()
  const asked: number[] = []
  for (way of ways) {
    const first = way({ method: 'GET', path: '', headers: {}, body: '' })
    fault = typeof first === 'string' ? first : null
    times = 0
    for (const { path, options } of places) {
      const typed = ['--chain', CHAINS[kind], '--timeout', timeout, ...options(cwd)]
      await run([JSON_ALONE], 'source', 'add', kind, `${server.url}${path}`, '--name', 'new', ...typed)
    }
    await run([[], JSON_ALONE], 'source', 'check')
    for (const entry of sourcesOfStore(store))
      expectNoSecret('what a trace meets', await asTraceAsks(entry, cwd))
    asked.push(times)
  }
  await run([[], JSON_ALONE], 'source', 'list')
  await run([[], JSON_ALONE], 'store', 'status')
  expectNoSecret('the store', allBytes(store))
  return asked
}

test.each(SOURCE_KINDS)('%s: no secret appears where all is echoed', async (kind) => {
  const ways = Object.values(ECHOES).map((echo) => (asked: Asked) => {
    const { path, headers } = asked
    return echo(`${path} ${decodeURIComponent(path)} ${JSON.stringify(headers)}`, asked)
  })
  for (const times of await search(kind, ways)) expect(times).toBeGreaterThanOrEqual(3 * PLACES.length)
})

describe('no secret appears in a failure', () => {
  /** These end by the time limit, in real time; what is without end, in other ways too, is the door's own test. */
  const SLOW: readonly Fault[] = ['hang', 'drip', 'endless']
  const LEFT: readonly Fault[] = ['bomb', 'crumbs']

  test('of any kind that is quick', async () => {
    const quick = [...PASSING_FAULTS, ...HOSTILE_FAULTS].filter(
      (fault) => ![...SLOW, ...LEFT].includes(fault),
    )
    const asked = await search(
      'evm',
      quick.map((fault) => () => fault),
      { places: PLACES.slice(1, 3) },
    )
    for (const times of asked) expect(times).toBeGreaterThanOrEqual(6)
  })

  test('of any kind that is slow', async () => {
    const asked = await search(
      'evm',
      SLOW.map((fault) => () => fault),
      { places: [PLACES[1]!], timeout: '0.05' },
    )
    for (const times of asked) expect(times).toBeGreaterThan(0)
  })
})

test('what is searched for would be found', () => {
  for (const text of [
    SECRET,
    encodeURIComponent(SECRET),
    JSON.stringify(SECRET),
    Buffer.from(`user:${SECRET}`).toString('base64'),
  ])
    expect(() => expectNoSecret('here', `before ${text} after`)).toThrow()
})

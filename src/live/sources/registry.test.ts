import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LootlineError } from '../../errors.ts'
import { createStore } from '../../store/index.ts'
import { BITCOIN, ETHEREUM } from '../../units/caip.ts'
import { type LiveFile, openLiveFile } from '../liveFile.ts'
import { addSource, listSources, type NewSource, removeSource, sourcesOfStore } from './registry.ts'

let store: string
let live: LiveFile
beforeEach(() => {
  store = createStore(mkdtempSync(join(tmpdir(), 'lootline-sources-'))).path
  live = openLiveFile(store)
})
afterEach(() => {
  live.close()
  rmSync(store, { recursive: true, force: true })
})

function given(extra: Partial<NewSource> = {}): NewSource {
  return {
    ...{ kind: 'esplora', url: 'http://127.0.0.1:3002/api/', chain: BITCOIN, added: 1_700_000_000 },
    ...{ secret: null, insecure: false, pace: {} },
    ...extra,
  }
}

function codeOf(fn: () => unknown): string {
  try {
    fn()
  } catch (error) {
    return (error as LootlineError).code
  }
  return 'none'
}

test('keeps what it was given, in order, over openings', () => {
  const entries = [
    addSource(live, given()),
    addSource(live, given({ kind: 'evm', chain: ETHEREUM, url: 'https://rpc.example/{KEY}', name: 'mine' })),
    addSource(
      live,
      given({
        url: 'https://a.example',
        secret: { in: 'key-keyring', service: 'lootline', account: 'a' },
        pace: { perSecond: 0.5, concurrency: 2, timeoutMs: 1500 },
      }),
    ),
  ]
  expect(entries.map(({ name }) => name)).toEqual(['esplora-1', 'mine', 'esplora-2'])
  expect(entries[0]).toEqual({ ...given(), url: 'http://127.0.0.1:3002/api', name: 'esplora-1' })
  live.close()
  expect(sourcesOfStore(store)).toEqual(entries)
})

test('a name or a source is there once; a removed one can be added again', () => {
  addSource(live, given({ name: 'a' }))
  expect(codeOf(() => addSource(live, given({ name: 'a', url: 'http://127.0.0.1:1' })))).toBe(
    'LIVE_SOURCE_EXISTS',
  )
  expect(codeOf(() => addSource(live, given({ name: 'b' })))).toBe('LIVE_SOURCE_EXISTS')
  addSource(live, given({ name: 'b', chain: ETHEREUM }))
  expect(removeSource(live, 'a').name).toBe('a')
  expect(codeOf(() => removeSource(live, 'a'))).toBe('LIVE_UNKNOWN_SOURCE')
  addSource(live, given({ name: 'a' }))
  expect(listSources(live).map(({ name }) => name)).toEqual(['b', 'a'])
})

test.each(['', '-a', 'a b', 'a/b', '../a', 'x'.repeat(41), 'a\u001b[2J'])('%j names no source', (name) => {
  expect(codeOf(() => addSource(live, given({ name })))).toBe('LIVE_BAD_SOURCE_NAME')
  expect(listSources(live)).toEqual([])
})

test('no secret goes over plain http to another machine unless it is said', () => {
  const secret = { in: 'key-env', variable: 'KEY' } as const
  const open = 'http://10.0.0.1:8332'
  expect(codeOf(() => addSource(live, given({ url: open, secret })))).toBe('LIVE_OPEN_SECRET')
  expect(codeOf(() => addSource(live, given({ url: `${open}/{KEY}` })))).toBe('LIVE_OPEN_SECRET')
  addSource(live, given({ url: open, secret, insecure: true }))
  addSource(live, given({ url: 'http://10.0.0.2' }))
  addSource(live, given({ secret }))
  expect(listSources(live)).toHaveLength(3)
})

test('a URL with a secret is refused before anything is written', () => {
  expect(codeOf(() => addSource(live, given({ url: 'http://u:p@127.0.0.1' })))).toBe('LIVE_SECRET_IN_URL')
  expect(listSources(live)).toEqual([])
})

test.each([
  "kind = 'electrum'",
  "secrets = '{'",
  `secrets = '{"in":"key-env"}'`,
  "url = 'http://user:secret@127.0.0.1'",
])('a row with %s was not written by us', (change) => {
  addSource(live, given())
  live.database.exec(`UPDATE source SET ${change}`)
  expect(codeOf(() => listSources(live))).toBe('STORE_CORRUPT')
})

test('a store without sources gets no file by being asked', () => {
  const other = createStore(mkdtempSync(join(tmpdir(), 'lootline-sources-'))).path
  expect(sourcesOfStore(other)).toEqual([])
  expect(readdirSync(other)).toEqual(['store.json'])
  rmSync(other, { recursive: true })
})

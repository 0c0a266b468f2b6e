import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LootlineError } from '../errors.ts'
import { createStore, locateStore, openStore } from './store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function codeOf(fn: () => unknown): string {
  try {
    fn()
  } catch (error) {
    return (error as LootlineError).code
  }
  return 'no error'
}

describe('locateStore', () => {
  test('takes --store, then LOOTLINE_STORE, then the nearest .lootline above', () => {
    const deep = join(folder, 'a', 'b')
    mkdirSync(deep, { recursive: true })
    mkdirSync(join(folder, '.lootline'))
    expect(locateStore('mine', { LOOTLINE_STORE: '/env' }, deep)).toBe(join(deep, 'mine'))
    expect(locateStore(undefined, { LOOTLINE_STORE: '/env' }, deep)).toBe('/env')
    expect(locateStore(undefined, {}, deep)).toBe(join(folder, '.lootline'))
    mkdirSync(join(folder, 'a', '.lootline'))
    expect(locateStore(undefined, {}, deep)).toBe(join(folder, 'a', '.lootline'))
  })

  test('says how to name or create one where there is none', () => {
    expect(codeOf(() => locateStore(undefined, {}, folder))).toBe('STORE_UNNAMED')
    expect(() => locateStore(undefined, {}, folder)).toThrow(/--store .* LOOTLINE_STORE/)
  })
})

describe('createStore and openStore', () => {
  test('a new folder becomes a store, and a second creation opens it', () => {
    const path = join(folder, 'new', 'store')
    const store = createStore(path)
    expect(readdirSync(path)).toEqual(['store.json'])
    expect(store).toEqual({
      path,
      ledger: join(path, 'ledger.sqlite'),
      labels: join(path, 'labels.sqlite'),
      prices: join(path, 'prices.sqlite'),
      live: join(path, 'live.sqlite'),
    })
    expect(createStore(path)).toEqual(store)
    expect(openStore(path)).toEqual(store)
  })

  test('a folder with something else in it is refused, and left as it was', () => {
    writeFileSync(join(folder, 'thesis.doc'), '')
    expect(codeOf(() => createStore(folder))).toBe('STORE_NOT_EMPTY')
    expect(codeOf(() => openStore(folder))).toBe('STORE_NOT_A_STORE')
    expect(readdirSync(folder)).toEqual(['thesis.doc'])
  })

  test('a temporary file of a killed creation does not stand in the way', () => {
    writeFileSync(join(folder, 'store.json.4711'), '{"for')
    expect(createStore(folder).path).toBe(folder)
  })

  test.each([
    ['not JSON', '{', 'STORE_NOT_A_STORE'],
    ['another format', '{"format":"other","version":1}', 'STORE_NOT_A_STORE'],
    ['null', 'null', 'STORE_NOT_A_STORE'],
    ['a huge file', ' '.repeat(5000), 'STORE_NOT_A_STORE'],
    ['a newer version', '{"format":"lootline-store","version":2}', 'STORE_NEWER'],
  ])('%s is refused', (_name, content, code) => {
    writeFileSync(join(folder, 'store.json'), content)
    expect(codeOf(() => openStore(folder))).toBe(code)
  })

  test('a path that does not exist is missing; a path below a file is unwritable', () => {
    expect(codeOf(() => openStore(join(folder, 'nowhere')))).toBe('STORE_MISSING')
    writeFileSync(join(folder, 'file'), '')
    expect(codeOf(() => createStore(join(folder, 'file', 'store')))).toBe('STORE_UNWRITABLE')
  })
})

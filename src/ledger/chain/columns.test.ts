import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { BITCOIN, BITCOIN_CASH } from '../../units/caip.ts'
import { createColumn, openColumn, readColumn, verifyColumn, writeColumn } from './columnFile.ts'
import { clean, temporary } from './made.test-suite.ts'
import { createPageCache, hashBound, lowerBound } from './pagedColumn.ts'
import { FIRST_ADDRESS, holderOfKey, keyOfHolder, type Payload, scriptKind } from './scriptKind.ts'
import { sortRows } from './sortRows.ts'

const GOLDEN = join(import.meta.dirname, 'golden', 'u32.column')
afterEach(clean)

describe('columns', () => {
  test('the golden file: three rows of u32', () => {
    const path = join(temporary(), 'a')
    writeColumn(path, 4, Uint32Array.of(1, 2, 0xffffffff))
    expect(readFileSync(path)).toEqual(readFileSync(GOLDEN))
    expect(readColumn(GOLDEN, 4, (n) => new Uint32Array(n))).toEqual(Uint32Array.of(1, 2, 0xffffffff))
  })

  test('a file that is cut, foreign, of another width or changed is refused by name', () => {
    const path = join(temporary(), 'a')
    writeColumn(path, 4, Uint32Array.of(1, 2, 3))
    expect(() => openColumn(path, 8)).toThrow('got rows of 4 bytes, expected 8')
    const bytes = readFileSync(path)
    bytes[70]! ^= 1
    writeFileSync(path, bytes)
    expect(() => verifyColumn(path, 4)).toThrow('the checksum of its 3 rows fails')
    truncateSync(path, 75)
    expect(() => openColumn(path, 4)).toThrow('got 75 bytes, expected 76')
    bytes[9]! ^= 1
    writeFileSync(path, bytes)
    expect(() => openColumn(path, 4)).toThrow('the header is damaged')
    createColumn(path, 4)
    expect(() => openColumn(path, 4)).toThrow('the file is no column')
  })

  test('paged reads and searches equal the array', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 5000 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (values, wanted) => {
        const sorted = Uint32Array.from(values).sort()
        const path = join(temporary(), 'a')
        writeColumn(path, 4, sorted)
        const cache = createPageCache(2)
        const column = cache.open(path, 4)
        const first = sorted.findIndex((value) => value >= wanted)
        expect(lowerBound(column, wanted)).toBe(first < 0 ? sorted.length : first)
        expect(hashBound(column, wanted)).toBe(first < 0 ? sorted.length : first)
        const some = new Uint32Array(Math.min(700, sorted.length))
        column.read(sorted.length - some.length, some)
        expect(some).toEqual(sorted.slice(sorted.length - some.length))
        cache.close()
      },
    )
    fc.assert(property, { seed: 11, numRuns: 60 })
  })
})

describe('sortRows', () => {
  test('is the stable sort', () => {
    const property = fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (keys) => {
      const rows = keys.map((_, row) => row)
      expect([...sortRows(Uint32Array.from(keys))]).toEqual(
        rows.toSorted((a, b) => keys[a]! - keys[b]! || a - b),
      )
      const backwards = sortRows(Uint32Array.from(keys), (a, b) => b - a)
      expect([...backwards]).toEqual(rows.toSorted((a, b) => keys[a]! - keys[b]! || b - a))
    })
    fc.assert(property, { seed: 12, numRuns: 200 })
  })
})

describe('scriptKind', () => {
  const bytes = (n: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: n, maxLength: n })
  const framed = (before: readonly number[], n: number, after: readonly number[]): fc.Arbitrary<Uint8Array> =>
    bytes(n).map((payload) => Uint8Array.of(...before, ...payload, ...after))
  const script = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    framed([0x76, 0xa9, 20], 20, [0x88, 0xac]),
    framed([0xa9, 20], 20, [0x87]),
    framed([0xaa, 32], 32, [0x87]),
    framed([33, 2], 32, [0xac]),
    framed([65, 4], 64, [0xac]),
    fc
      .tuple(fc.constantFrom(0, 0x51, 0x52, 0x60, 0x61), fc.integer({ min: 1, max: 41 }))
      .chain(([code, n]) => framed([code, n], n, [])),
  )

  test.each([['Bitcoin', BITCOIN] as const, ['Bitcoin Cash', BITCOIN_CASH] as const])(
    'has an address exactly where fromScript has one, and the same, on %s',
    (_name, chain) => {
      const property = fc.property(script, fc.integer({ min: 0, max: 9 }), (of, flip) => {
        const changed = Uint8Array.from(of)
        if (flip > 5 && changed.length > 0) changed[flip % changed.length]! ^= 1
        const padded = Uint8Array.of(9, ...changed, 9)
        const payload: Payload = { start: 0, length: 0 }
        const kind = scriptKind(padded, 1, changed.length, chain === BITCOIN_CASH, payload)
        const address = fromScript(changed, chain)
        expect(kind >= FIRST_ADDRESS).toBe(address !== null)
        if (address === null) return
        const own = padded.slice(payload.start, payload.start + payload.length)
        expect(holderOfKey(chain, kind, own)).toBe(`${chain}:${address}`)
        expect(keyOfHolder(chain, `${chain}:${address}`)).toEqual({ kind, payload: own })
      })
      fc.assert(property, { seed: 14, numRuns: 2000 })
    },
  )
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIdTable } from './idTable.ts'
import { createKeyTable } from './keyTable.ts'

/** Enough for several doublings and batches; few enough values that most come again. */
const LENGTHS = { minLength: 0, maxLength: 3000, size: 'max' } as const

describe('createIdTable', () => {
  test('numbers ids as a map does, whatever the batches, and again after it is cleared', () => {
    const table = createIdTable(1)
    // Ids that share their first half have one hash.
    const id = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 2 }))
    const property = fc.property(fc.array(id, LENGTHS), fc.integer({ min: 1, max: 700 }), (ids, batch) => {
      table.clear()
      const offset = 3
      const bytes = new Uint8Array(offset + 32 * ids.length)
      const view = new DataView(bytes.buffer, offset)
      const starts = Uint32Array.from(ids, (_, i) => 32 * i)
      const map = new Map<string, number>()
      for (const [i, [first, second]] of ids.entries()) {
        view.setUint32(32 * i, first)
        view.setUint32(32 * i + 28, second)
      }
      for (let from = 0; from < ids.length; from += batch) {
        const some = ids.slice(from, from + batch)
        const numbers = new Int32Array(some.length)
        const known = (name: readonly number[]): number => map.get(name.join()) ?? -1
        table.numbersAt(view, starts.subarray(from), some.length, false, numbers)
        expect([...numbers]).toEqual(some.map(known))
        table.numbersAt(view, starts.subarray(from), some.length, true, numbers)
        for (const name of some) if (!map.has(name.join())) map.set(name.join(), map.size)
        expect([...numbers]).toEqual(some.map(known))
      }
      expect(table.size).toBe(map.size)
      for (const [name, number] of map) {
        const own = new DataView(table.ids.buffer, 32 * number, 32)
        expect(`${own.getUint32(0)},${own.getUint32(28)}`).toBe(name)
      }
    })
    fc.assert(property, { seed: 15, numRuns: 40 })
  })
})

describe('createKeyTable', () => {
  test('numbers keys as a map does, whatever the batches, and again after it is cleared', () => {
    const table = createKeyTable(1)
    const key = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.uint8Array({ maxLength: 9, max: 3 }))
    const property = fc.property(fc.array(key, LENGTHS), fc.integer({ min: 1, max: 700 }), (all, batch) => {
      table.clear()
      const map = new Map<string, number>()
      for (let from = 0; from < all.length; from += batch) {
        const some = all.slice(from, from + batch)
        const lengths = Uint8Array.from(some, ([, payload]) => payload.length)
        const starts = new Uint32Array(some.length)
        for (let i = 1; i < some.length; i++) starts[i] = starts[i - 1]! + lengths[i - 1]!
        const payloads = new Uint8Array(Buffer.concat(some.map(([, payload]) => payload)))
        const kinds = Uint8Array.from(some, ([kind]) => kind)
        const numbers = new Uint32Array(some.length)
        table.add({ payloads, kinds, starts, lengths }, some.length, numbers)
        for (const of of some) if (!map.has(of.join())) map.set(of.join(), map.size)
        expect([...numbers]).toEqual(some.map((of) => map.get(of.join())))
      }
      expect(table.size).toBe(map.size)
      for (const [name, number] of map) {
        const payload = table.payloads.subarray(table.starts[number], table.starts[number + 1])
        expect([table.kinds[number], payload].join()).toBe(name)
      }
    })
    fc.assert(property, { seed: 16, numRuns: 40 })
  })
})

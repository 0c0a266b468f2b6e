import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mulDivFloor, mulDivFloorSafe } from './ratio.ts'

const MAX = Number.MAX_SAFE_INTEGER

/** Every size of number alike, with a pull to powers of two, to the ends, and to neighbours of another number. */
const size: fc.Arbitrary<number> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([bits, part]) => Math.min(MAX, Math.floor(2 ** bits * part))),
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -9, max: 9 }))
    .map(([bits, off]) => Math.min(MAX, Math.max(0, 2 ** bits + off))),
  fc.integer({ min: 0, max: 99 }).map((off) => MAX - off),
)

function check(a: number, b: number, c: number): void {
  const want = Number((BigInt(a) * BigInt(b)) / BigInt(c))
  if (mulDivFloorSafe(a, b, c) !== want)
    expect({ a, b, c, got: mulDivFloorSafe(a, b, c) }).toEqual({ a, b, c, got: want })
}

describe('mulDivFloorSafe', () => {
  it('agrees with bigint over the whole range', () => {
    fc.assert(
      fc.property(size, size, size, (a, x, y) => check(a, Math.min(x, y), Math.max(x, y, 1))),
      { seed: 1971, numRuns: 200_000 },
    )
  })

  it('agrees with bigint where the quotient is a whole number or one off it', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: -2, max: 2 }), (c0, q0, off) => {
        const c = Math.max(1, c0)
        // Some a, b whose product is near q * c: q and c themselves, moved by one.
        const a = Math.min(MAX, Math.max(0, q0 + off))
        check(a, c, c)
        check(a, c - 1, c)
        check(a, Math.max(0, c - 2), c)
        if (c < MAX) check(a, c, c + 1)
        check(c, Math.min(a, c), c)
      }),
      { seed: 1968, numRuns: 50_000 },
    )
  })

  it('agrees with bigint at the very top, all combinations', () => {
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 40; j++)
        for (let k = 0; k <= j; k++) {
          check(MAX - i, MAX - j, MAX - k)
          check(2 ** 52 + i - 20, 2 ** 52 + k - 20, 2 ** 52 + j - 20)
        }
  })

  it('never exceeds a, and gives a for the whole', () => {
    expect(mulDivFloorSafe(MAX, MAX, MAX)).toBe(MAX)
    expect(mulDivFloorSafe(0, 5, 7)).toBe(0)
    expect(mulDivFloorSafe(MAX, 0, 7)).toBe(0)
    expect(mulDivFloorSafe(MAX, 1, MAX)).toBe(1)
    expect(mulDivFloorSafe(MAX, MAX - 2, MAX - 1)).toBe(MAX - 2)
  })
})

describe('mulDivFloor', () => {
  it('rounds down', () => {
    expect(mulDivFloor(7n, 2n, 3n)).toBe(4n)
    expect(mulDivFloor(2n ** 256n - 1n, 2n ** 256n - 2n, 2n ** 256n - 1n)).toBe(2n ** 256n - 2n)
  })
})

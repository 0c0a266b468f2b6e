import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pairUp } from './pair.ts'

describe('pairUp', () => {
  test('lays draws against arrivals in order', () => {
    expect(pairUp([5n, 3n], [2n, 6n])).toEqual([
      { draw: 0, arrival: 0, amount: 2n },
      { draw: 0, arrival: 1, amount: 3n },
      { draw: 1, arrival: 1, amount: 3n },
    ])
  })

  test('keeps both margins', () => {
    const amounts = fc.array(fc.bigInt(0n, 50n), { maxLength: 8 })
    fc.assert(
      fc.property(amounts, amounts, (draws, arrivals) => {
        const total = (list: readonly bigint[]): bigint => list.reduce((sum, amount) => sum + amount, 0n)
        fc.pre(total(draws) === total(arrivals))
        const pairs = pairUp(draws, arrivals)
        draws.forEach((amount, draw) => {
          expect(total(pairs.filter((pair) => pair.draw === draw).map((pair) => pair.amount))).toBe(amount)
        })
        arrivals.forEach((amount, arrival) => {
          expect(total(pairs.filter((pair) => pair.arrival === arrival).map((pair) => pair.amount))).toBe(
            amount,
          )
        })
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('an upper bound beyond all draws still names a payer', () => {
    expect(pairUp([1n], [4n, 4n])).toEqual([
      { draw: 0, arrival: 0, amount: 1n },
      { draw: 0, arrival: 0, amount: 3n },
      { draw: 0, arrival: 1, amount: 4n },
    ])
  })
})

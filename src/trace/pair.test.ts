import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pairUp } from './pair.ts'

interface Pair {
  readonly draw: number
  readonly arrival: number
  readonly amount: number
}

function pairs(draws: readonly number[], arrivals: readonly number[]): Pair[] {
  const found: Pair[] = []
  pairUp(draws, arrivals, 0, (draw, arrival, amount) => found.push({ draw, arrival, amount }))
  return found
}

describe('pairUp', () => {
  test('lays draws against arrivals in order', () => {
    expect(pairs([5, 3], [2, 6])).toEqual([
      { draw: 0, arrival: 0, amount: 2 },
      { draw: 0, arrival: 1, amount: 3 },
      { draw: 1, arrival: 1, amount: 3 },
    ])
  })

  test('keeps both margins', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 })
    fc.assert(
      fc.property(amounts, amounts, (draws, arrivals) => {
        const total = (list: readonly number[]): number => list.reduce((sum, amount) => sum + amount, 0)
        fc.pre(total(draws) === total(arrivals))
        const found = pairs(draws, arrivals)
        const of = (side: 'draw' | 'arrival', place: number): number =>
          total(found.filter((pair) => pair[side] === place).map(({ amount }) => amount))
        draws.forEach((amount, draw) => {
          expect(of('draw', draw), `draw ${draw}`).toBe(amount)
        })
        arrivals.forEach((amount, arrival) => {
          expect(of('arrival', arrival), `arrival ${arrival}`).toBe(amount)
        })
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('an upper bound beyond all draws still names a payer', () => {
    expect(pairs([1], [4, 4])).toEqual([
      { draw: 0, arrival: 0, amount: 1 },
      { draw: 0, arrival: 0, amount: 3 },
      { draw: 0, arrival: 1, amount: 4 },
    ])
  })
})

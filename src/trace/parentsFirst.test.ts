import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { books, coin, ledgerOf, request, utxo } from './fixtures.ref.ts'
import { traceFlow } from './trace.ts'

/** One block: its transactions in this order, whatever they spend. */
function block(transactions: readonly Transaction[]): Transaction[] {
  return transactions.map((transaction, index) => ({ ...transaction, height: 7, index, time: 1000 }))
}

const seeds = [{ theft: 'theft', of: { kind: 'holders' as const, holders: [coin('thief')] } }]
const leavesOf = (transactions: readonly Transaction[], rule: 'fifo' | 'haircut'): string[] =>
  traceFlow(books(ledgerOf(transactions)), request({ seeds, rule })).leaves.map(
    ({ holder, reason, amount }) => `${holder} ${reason} ${amount}`,
  )

describe('parentsFirst', () => {
  const theft = utxo(1, [], [['thief', 90n]])
  const line = [2, 3, 4].map((n) => utxo(n, [[n - 1, 0]], [[`a${n}`, 90n]]))

  test('a spend that its block lists before what it spends is followed (Bitcoin Cash orders by id)', () => {
    const backwards = [theft, ...block([line[2]!, line[1]!, line[0]!])]
    expect(leavesOf(backwards, 'fifo')).toEqual([`${coin('a4')} held 90`])
    expect(leavesOf(backwards, 'haircut')).toEqual([`${coin('a4')} held 90`])
  })

  test('any order of a block gives the same leaves', () => {
    const spends = [
      utxo(
        10,
        [[1, 0]],
        [
          ['b', 50n],
          ['c', 40n],
        ],
      ),
      utxo(11, [[10, 1]], [['d', 40n]]),
      utxo(
        12,
        [
          [10, 0],
          [11, 0],
        ],
        [['e', 90n]],
      ),
      utxo(
        13,
        [[12, 0]],
        [
          ['f', 30n],
          ['g', 60n],
        ],
      ),
      utxo(14, [], [['miner', 5n]]),
    ]
    const expected = leavesOf([theft, ...block(spends)], 'fifo')
    const order = fc.shuffledSubarray(spends, { minLength: spends.length })
    const property = fc.property(order, (shuffled) => {
      expect(leavesOf([theft, ...block(shuffled)], 'fifo')).toEqual(expected)
    })
    fc.assert(property, { seed: 20261101, numRuns: 60 })
  })
})

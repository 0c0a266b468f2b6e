import { describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import {
  account,
  accountTransactions,
  books,
  from,
  label,
  ledgerOf,
  type Row,
  request,
  START,
} from './fixtures.ref.ts'
import { traceFlow } from './trace.ts'

const ETH = 'eip155:1/slip44:60'
const exchange = (name: string, entity = name): ReturnType<typeof label> => ({
  ...label(name, 'service'),
  entity,
})

function inferred(transactions: readonly Transaction[], names: readonly string[] = ['E']): unknown[] {
  const labels = Object.fromEntries(names.map((name) => [account(name), exchange(name, 'e')]))
  const flow = traceFlow(books(ledgerOf(transactions), labels), request({ seeds: from('U') }))
  return flow.leaves
    .flatMap(({ deposits }) => deposits ?? [])
    .map(({ confidence, rule }) => [confidence, rule])
}

function at(rows: readonly Row[], heights: readonly number[], asset?: string): Transaction[] {
  return accountTransactions(rows, asset).map((transaction, i) => ({ ...transaction, height: heights[i]! }))
}

describe('inferDeposits', () => {
  const reuse = 'address reuse (Victor 2020)'
  const rows: Row[] = [
    ['victim', 'U', 10_000],
    ['U', 'D', 10_000],
    ['D', 'E', 10_000],
  ]

  test('the worked example of docs/methods/deposit-addresses.md', () => {
    expect(inferred(at(rows, [900, 1000, 1320]))).toEqual([[0.95, reuse]])
  })

  test('counts seconds where the ledger has no heights', () => {
    const timed = accountTransactions(rows).map(({ height: _, ...transaction }, i) => ({
      ...transaction,
      time: START + [0, 10, 10 + 4192][i]!,
    }))
    expect(inferred(timed)).toEqual([[0.95, reuse]])
  })

  test('beyond 3,200 blocks, or a larger payment than any receipt, is no reuse', () => {
    expect(inferred(at(rows, [900, 1000, 4201]))).toEqual([])
    expect(
      inferred(at([...rows.slice(0, 2), [null, 'D', 5], ['D', 'E', 10_005]], [900, 1000, 1001, 1002])),
    ).toEqual([])
  })

  test('keeps up to a hundredth of a native coin for gas', () => {
    const unit = 10n ** 18n
    const paid = (kept: bigint): unknown[] =>
      inferred(
        at(
          [
            ['victim', 'U', unit],
            ['U', 'D', unit],
            ['D', 'E', unit - kept],
          ],
          [900, 1000, 1000],
          ETH,
        ),
      )
    expect(paid(unit / 200n)).toEqual([[0.75, reuse]])
    expect(paid(unit / 100n + 1n)).toEqual([])
  })

  test('two sweeps of merged receipts: Laplace says 3 in 4', () => {
    const sweeps: Row[] = [
      ['victim', 'U', 100],
      ['U', 'D', 10],
      ['U', 'D', 20],
      ['D', 'E', 30],
      ['U', 'D', 30],
      ['U', 'D', 40],
      ['D', 'E', 70],
    ]
    expect(inferred(accountTransactions(sweeps))).toEqual([[0.75, 'full-balance sweeps']])
  })

  test('who pays anybody else is a user', () => {
    expect(inferred(accountTransactions([...rows, [null, 'D', 1], ['D', 'friend', 1]]))).toEqual([])
  })

  test('two wallets of one service are one, and each is said to be paid', () => {
    const two: Row[] = [
      ['victim', 'U', 100],
      ['U', 'D', 60],
      ['D', 'E', 60],
      ['U', 'D', 40],
      ['D', 'F', 40],
    ]
    expect(inferred(accountTransactions(two), ['E', 'F'])).toHaveLength(2)
  })
})

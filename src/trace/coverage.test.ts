import { describe, expect, test } from 'vitest'
import {
  account,
  accountTransactions,
  books,
  coin,
  from,
  label,
  ledgerOf,
  type Row,
  request,
  START,
  USD,
  utxo,
} from './fixtures.ref.ts'
import type { FlowCoverage } from './flow.ts'
import { traceFlow } from './trace.ts'

const rows: Row[] = [
  ['victim', 'thief', 100],
  ['thief', 'a', 60],
  ['thief', 'exchange', 40],
  ['exchange', 'other', 999],
  ['a', 'b', 90],
]

describe('coverageOf', () => {
  test('counts what was looked at, who is known whole, and what is of unknown origin', () => {
    const ledger = ledgerOf(accountTransactions(rows), {
      kind: 'holders',
      holders: ['thief', 'a'].map(account),
    })
    const labels = { [account('exchange')]: label('Exchange', 'service') }
    const { coverage } = traceFlow(books(ledger, labels), request({ seeds: from('thief') }))
    expect(coverage).toMatchObject({
      // The exchange's own payment was not asked for.
      transactions: 4,
      movements: 4,
      ledgerTransactions: 5,
      holders: 4,
      holdersWhole: 2,
      holdersPartial: 2,
      firstTime: START,
      lastTime: START + 40,
      ties: 0,
      unknownOrigin: [
        {
          asset: USD,
          amount: '30',
          holders: [{ holder: account('a'), amount: '30' }],
          more: { holders: 0, amount: '0' },
        },
      ],
    } satisfies Partial<FlowCoverage>)
    expect(coverage.notes).toEqual([expect.stringContaining('2 of the holders')])
  })

  test('a seed followed no further is a holder looked at', () => {
    const { coverage } = traceFlow(
      books(ledgerOf(accountTransactions(rows.slice(0, 1)))),
      request({ seeds: from('thief') }),
    )
    expect(coverage).toMatchObject({ holders: 1, movements: 1 })
  })

  test('ties are neighbours of different transactions that only the order of the file told apart', () => {
    const tied = accountTransactions(rows).map(({ height: _, index: __, ...transaction }, i) => ({
      ...transaction,
      time: START + (i < 2 ? 0 : i),
    }))
    const { coverage } = traceFlow(books(ledgerOf(tied)), request({ seeds: from('thief') }))
    expect(coverage.ties).toBe(1)
  })

  test('inputs of which nothing is known are counted', () => {
    const ledger = ledgerOf([
      utxo(1, [], [['thief', 10n]]),
      utxo(
        2,
        [
          [1, 0],
          [9, 0],
        ],
        [['a', 15n]],
      ),
    ])
    const seeds = [{ theft: 'x', of: { kind: 'holders' as const, holders: [coin('thief')] } }]
    expect(traceFlow(books(ledger), request({ seeds })).coverage).toMatchObject({
      unknownPrevouts: 1,
      unknownOrigin: [{ amount: '5' }],
    })
  })
})

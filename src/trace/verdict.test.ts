import { describe, expect, test } from 'vitest'
import type { LabelBook } from '../label/label.ts'
import { account, accountTransactions, label, ledgerOf, type Row } from './fixtures.ref.ts'
import { createStatements } from './statements.ts'
import { createJudge } from './verdict.ts'

const rows: Row[] = [
  ['a', 'b', 1],
  ['a', 'b', 1],
  ['a', 'c', 1],
]
const ledger = ledgerOf(accountTransactions(rows))
const [a, b, c] = [...ledger.holderNumbers(['a', 'b', 'c'].map(account))] as [number, number, number]

function judge(
  labels: Record<string, ReturnType<typeof label>[]>,
  change: { busy?: number; minConfidence?: number; passThrough?: string[] } = {},
  seeds: number[] = [],
): unknown[] {
  const asked: string[] = []
  const book: LabelBook = {
    of(holders) {
      asked.push(...holders)
      const stated = holders.flatMap((holder) => {
        const found = labels[holder]
        return found ? [[holder, found.map((one) => ({ label: one, caseInsensitive: false }))] as const] : []
      })
      return new Map(stated)
    },
    isEmpty: () => false,
    sources: () => [],
  }
  const request = { busy: 100, minConfidence: 20, passThrough: [], ...change }
  const verdicts = createJudge(ledger, createStatements(book), request, new Set(seeds))
  const answer = verdicts([a, b, c])
  expect(verdicts([a, b, c])).toEqual(answer)
  expect(new Set(asked).size, 'asked twice about one holder').toBe(asked.length)
  return answer
}

describe('createJudge', () => {
  test('the strongest label that stops decides; labels that do not stop inform', () => {
    expect(
      judge({
        [account('a')]: [
          label('Person', null, 90),
          label('Mixer', 'mixer', 50),
          label('Shop', 'service', 30),
        ],
      }),
    ).toEqual([{ stop: 'mixer' }, { stop: 'open' }, { stop: 'open' }])
  })

  test('more transactions than --busy stop; a weak label is remembered and does not save from it', () => {
    const weak = { [account('b')]: [label('Exchange', 'service', 10)] }
    expect(judge(weak, { busy: 1 })).toEqual([
      { stop: 'busy', busy: { transactions: 2, atLeast: true } },
      { stop: 'busy', busy: { transactions: 2, atLeast: true } },
      { stop: 'open' },
    ])
    expect(judge(weak, { busy: 2 })).toEqual([
      { stop: 'busy', busy: { transactions: 3, atLeast: true } },
      { stop: 'open', weak: { name: 'Exchange', level: 10 } },
      { stop: 'open' },
    ])
    expect(judge(weak, { minConfidence: 10 })[1]).toEqual({ stop: 'service' })
  })

  test('seeds, and what is passed through by address, name or entity, is free of both', () => {
    const labels = { [account('a')]: [{ ...label('Hot Wallet', 'service'), entity: 'acme' }] }
    for (const pass of [account('a').toUpperCase(), 'hot wallet', 'ACME']) {
      expect(judge(labels, { busy: 1, passThrough: [pass] })[0], pass).toEqual({ stop: 'open' })
    }
    expect(judge(labels, { busy: 1, passThrough: ['hot'] })[0]).toEqual({ stop: 'service' })
    expect(judge(labels, { busy: 1 }, [a])[0]).toEqual({ stop: 'open' })
  })
})

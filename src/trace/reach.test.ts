import { describe, expect, test } from 'vitest'
import type { Ledger } from '../ledger/ledger.ts'
import {
  accountTransactions,
  books,
  coin,
  from,
  ledgerOf,
  nameOf,
  type Row,
  request,
  utxo,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import { prepareTrace } from './trace.ts'

/** A ledger that counts what it is asked. */
function spy(ledger: Ledger): { ledger: Ledger; calls: Map<string, number> } {
  const calls = new Map<string, number>()
  const counted = Object.entries(ledger).map(([name, member]: [string, unknown]) => [
    name,
    typeof member !== 'function'
      ? member
      : (...given: unknown[]): unknown => {
          calls.set(name, (calls.get(name) ?? 0) + 1)
          return Reflect.apply(member, ledger, given)
        },
  ])
  return { ledger: Object.fromEntries(counted) as Ledger, calls }
}

const held = (flow: Flow): string[] =>
  flow.leaves.map(({ reason, holder, amount }) => `${reason} ${nameOf(holder)} ${amount}`)

describe('reach', () => {
  /** `width` payees, each of whom pays one of their own, `depth` transfers deep. */
  const fan = (width: number, depth: number): Row[] => {
    const rows: Row[] = [['victim', 'thief', width]]
    for (let k = 0; k < width; k++) rows.push(['thief', `0.${k}`, 1])
    for (let d = 1; d < depth; d++) {
      for (let k = 0; k < width; k++) rows.push([`${d - 1}.${k}`, `${d}.${k}`, 1])
    }
    return rows
  }

  test('asks the ledger in sets: as often for a hundred holders a wave as for one', () => {
    const asked = (width: number): Record<string, number> => {
      const { ledger, calls } = spy(ledgerOf(accountTransactions(fan(width, 4))))
      prepareTrace(books(ledger), request({ seeds: from('thief') })).run('fifo')
      return Object.fromEntries(calls)
    }
    expect(asked(100)).toEqual(asked(1))
    // The seeds, then the thief and four waves of payees.
    expect(asked(100)).toMatchObject({ ofHolders: 1 + 5, counts: 5 })
  })

  test('asks for spenders once a wave on UTXO chains', () => {
    const { ledger, calls } = spy(
      ledgerOf([
        utxo(1, [], [['thief', 90n]]),
        utxo(
          2,
          [[1, 0]],
          [30n, 30n, 30n].map((sats, i) => [`a${i}`, sats] as const),
        ),
        ...[0, 1, 2].map((n) => utxo(3 + n, [[2, n]], [[`b${n}`, 30n]])),
      ]),
    )
    const seeds = [{ theft: 'theft', of: { kind: 'holders' as const, holders: [coin('thief')] } }]
    prepareTrace(books(ledger), request({ seeds })).run('fifo')
    expect(Object.fromEntries(calls)).toMatchObject({ spenders: 3, ofTransactions: 2 })
  })

  test('several rules ask for movements, labels and coverage once', () => {
    const { ledger, calls } = spy(ledgerOf(accountTransactions(fan(3, 3))))
    const prepared = prepareTrace(books(ledger), request({ seeds: from('thief') }))
    const asked = ['ofHolders', 'counts']
    const before = asked.map((name) => calls.get(name))
    for (const rule of ['fifo', 'lifo', 'haircut'] as const) prepared.run(rule)
    expect(asked.map((name) => calls.get(name))).toEqual(before)
    expect(calls.get('isWhole')).toBe(1)
  })

  test('a holder first reached late, and then early, is followed from early on', () => {
    const flow = prepareTrace(
      books(
        ledgerOf(
          accountTransactions([
            ['victim', 'thief', 100],
            ['thief', 'a', 40],
            ['a', 'b', 40],
            ['b', 'c', 30],
            ['thief', 'b', 60],
          ]),
        ),
      ),
      request({ seeds: from('thief') }),
    ).run('fifo')
    expect(held(flow)).toEqual(['held b 70', 'held c 30'])
  })

  test('a holder that was at the limit of hops is followed once a nearer way is found', () => {
    // b is two hops away by a, and by the second theft's thief one; only from there c is within two.
    const rows: Row[] = [
      ['victim', 'thief', 10],
      ['thief', 'a', 10],
      ['a', 'b', 10],
      ['victim', 'thief2', 5],
      ['thief2', 'b', 5],
      ['b', 'c', 15],
    ]
    const flow = prepareTrace(
      books(ledgerOf(accountTransactions(rows))),
      request({ seeds: from('thief', 'thief2'), maxHops: 2 }),
    ).run('fifo')
    expect(held(flow)).toEqual(['hops c 15'])
  })

  test('a time limit leaves no trace of a holder that had spent everything before', () => {
    const rows: Row[] = [
      ['victim', 'thief', 10],
      ['thief', 'a', 10],
      [null, 'thief', 7],
      ['thief', 'b', 7],
    ]
    const flow = prepareTrace(
      books(ledgerOf(accountTransactions(rows))),
      request({ seeds: [{ ...from('thief')[0]!, amount: 10n }], until: 1_600_000_025 }),
    ).run('fifo')
    expect(held(flow)).toEqual(['held a 10'])
  })
})

import { describe, expect, test } from 'vitest'
import type { Ledger } from '../ledger/ledger.ts'
import { createConversions } from './conversion.ts'
import {
  account,
  accountTransactions,
  books,
  coin,
  from,
  ledgerOf,
  type Row,
  request,
  START,
  utxo,
} from './fixtures.ref.ts'
import { reach } from './reach.ts'
import type { TraceRequest } from './request.ts'
import { resolveSeeds } from './seeds.ts'
import { createStatements } from './statements.ts'
import { createSwapFinder } from './swapFinder.ts'
import { NO_POOL } from './tape.ts'
import { type AssetTape, buildTapes } from './tapes.ts'
import { createValuer } from './valuer.ts'
import { createJudge } from './verdict.ts'

function tapesOf(ledger: Ledger, change: Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>): AssetTape[] {
  const asked = request(change)
  const conversions = createConversions()
  const swaps = createSwapFinder(ledger, createValuer(books(ledger).prices), asked)
  const seeds = resolveSeeds(ledger, asked, { conversions, swaps })
  const judge = createJudge(ledger, createStatements(books(ledger).labels), asked, seeds.holders)
  const paths = { conversions, swaps, crossings: null }
  const reached = reach(ledger, seeds.gathered, seeds.start, judge, asked, paths)
  return buildTapes(ledger, reached, seeds, asked, null)
}

const accounts = (rows: readonly Row[], change: Partial<TraceRequest> = {}): AssetTape =>
  tapesOf(ledgerOf(accountTransactions(rows)), { seeds: from('thief'), ...change })[0]!

describe('buildTapes', () => {
  test('in chain order; holders that the theft did not reach have no pool', () => {
    const { tape } = accounts([
      ['victim', 'thief', 5],
      ['thief', 'a', 3],
      ['stranger', 'a', 9],
      ['a', 'b', 12],
    ])
    expect(tape).toMatchObject({ model: 'account', n: 4, pools: 3 })
    expect([...tape.debitPool]).toEqual([NO_POOL, 0, NO_POOL, 1])
    expect([...tape.creditPool]).toEqual([0, 1, 1, 2])
    expect([...tape.debitAmount]).toEqual([5, 3, 9, 12])
  })

  test('what is spent before a holder was reached is on the tape and makes no pool for its payee', () => {
    const { tape } = accounts([
      [null, 'a', 2],
      ['a', 'early', 2],
      ['victim', 'thief', 5],
      ['thief', 'a', 3],
    ])
    expect([...tape.creditPool]).toEqual([0, NO_POOL, 1, 0])
  })

  test('fees leave the accounting; what comes after the time limit is left out', () => {
    const { tape } = accounts(
      [
        ['victim', 'thief', 5],
        ['thief', null, 1, 'fee'],
        ['thief', 'a', 3],
      ],
      { until: START + 15 },
    )
    expect(tape.n).toBe(2)
    expect([...tape.creditPool]).toEqual([0, NO_POOL])
  })

  test('bigints from 2^52 base units through one pool on, float64 below', () => {
    const through = (amount: bigint): boolean =>
      Array.isArray(
        accounts([
          ['victim', 'thief', amount],
          ['thief', 'a', 1],
        ]).tape.debitAmount,
      )
    expect(through(2n ** 52n - 2n)).toBe(false)
    expect(through(2n ** 52n - 1n)).toBe(true)
    expect(through(2n ** 200n)).toBe(true)
  })

  test('shortfalls are claimed within their window, and up to their amount', () => {
    const rows: Row[] = [
      ['thief', 'a', 5],
      ['thief', 'a', 6],
      ['thief', 'a', 7],
    ]
    const of = { kind: 'holders' as const, holders: [account('thief')] }
    const claims = (change: object): unknown => {
      const { missing } = accounts(rows, { seeds: [{ theft: 'theft', of, ...change }] }).tape
      return [missing.fromOp[0], missing.toOp[0], missing.amount[0]]
    }
    expect(claims({})).toEqual([0, 3, 2 ** 52])
    expect(claims({ after: START + 10, before: START + 10 })).toEqual([1, 2, 2 ** 52])
    expect(claims({ amount: 8n })).toEqual([0, 3, 8])
  })

  test('an outpoint a pool; an output of a stranger enters like issuance', () => {
    const ledger = ledgerOf([
      utxo(1, [], [['thief', 10n]]),
      utxo(2, [], [['stranger', 4n]]),
      utxo(
        3,
        [
          [1, 0],
          [2, 0],
        ],
        [
          ['a', 9n],
          ['thief', 5n],
        ],
      ),
    ])
    const [track] = tapesOf(ledger, {
      seeds: [{ theft: 'x', of: { kind: 'holders', holders: [coin('thief')] } }],
    })
    expect(track?.tape).toMatchObject({ model: 'utxo', n: 2, pools: 3 })
    expect([...track!.tape.debitPool]).toEqual([0, NO_POOL])
    expect([...track!.tape.creditPool]).toEqual([0, 1, 2])
    expect([...track!.tape.seeds.credit]).toEqual([0])
  })
})

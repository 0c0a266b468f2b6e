import { describe, expect, test } from 'vitest'
import {
  account,
  accountTransactions,
  books,
  coin,
  from,
  ledgerOf,
  nameOf,
  type Row,
  request,
  START,
  utxo,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import type { TraceRequest } from './request.ts'
import { traceFlow } from './trace.ts'

type Change = Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>
const trace = (rows: readonly Row[], change: Change): Flow =>
  traceFlow(books(ledgerOf(accountTransactions(rows))), request(change))
const told = ({ leaves }: Flow): string[] =>
  leaves.map(
    ({ reason, holder, amount }) =>
      `${reason} ${holder.endsWith('none') ? 'none' : nameOf(holder)} ${amount}`,
  )

describe('transfers of nothing', () => {
  test('do not shorten the way that hops are counted on', () => {
    const rows: Row[] = [
      ['victim', 'b', 100],
      ['b', 'c', 100],
      ['c', 'd', 100],
      ['d', 'e', 100],
      ['b', 'd', 0],
    ]
    expect(told(trace(rows, { seeds: from('b'), maxHops: 2 }))).toEqual(['hops d 100'])
  })

  test('are no sign that money moved on after the limit of time', () => {
    const rows: Row[] = [
      ['victim', 'b', 100],
      ['b', 'c', 100],
      ['c', 'd', 0],
    ]
    expect(told(trace(rows, { seeds: from('b'), until: START + 10 }))).toEqual(['held c 100'])
  })
})

describe('money that has no owner any more', () => {
  test('burns share no account: poison touches only what was burnt with it', () => {
    const rows: Row[] = [
      [null, 'a', 1000],
      ['a', null, 1000],
      ['victim', 'c', 7],
      ['c', null, 6],
      ['c', 'a', 1],
    ]
    expect(told(trace(rows, { seeds: from('c'), rule: 'poison' }))).toEqual(['held none 6', 'held a 1'])
    expect(told(trace(rows, { seeds: from('c') }))).toEqual(['held none 6', 'held a 1'])
  })

  test.each(['fifo', 'lifo', 'haircut', 'poison'] as const)('a coinbase is an origin by %s', (rule) => {
    const chain = [utxo(1, [], [['miner', 10n]]), utxo(2, [[1, 0]], [['a', 9n]])]
    const of = { kind: 'holders' as const, holders: [coin('a')] }
    const flow = traceFlow(
      books(ledgerOf(chain)),
      request({ seeds: [{ theft: 'deposit', of }], direction: 'backward', rule }),
    )
    expect(flow.leaves.map(({ reason, holder, amount }) => [reason, holder, amount])).toEqual([
      ['nodata', `${chain[0]!.chain}:none`, rule === 'poison' ? '10' : '9'],
    ])
    const minted = traceFlow(
      books(ledgerOf(accountTransactions([[null, 'a', 10]]))),
      request({
        seeds: [{ theft: 'deposit', of: { kind: 'holders', holders: [account('a')] } }],
        direction: 'backward',
        rule,
      }),
    )
    expect(minted.balance).toMatchObject([{ stolen: '10', accounted: '10' }])
  })
})

import { describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import type { HolderId } from '../units/caip.ts'
import {
  account,
  accountTransactions,
  books,
  coin,
  from,
  label,
  ledgerOf,
  nameOf,
  RBTC,
  type Row,
  request,
  START,
  txidOf,
  USD,
  utxo,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import type { TraceRequest } from './request.ts'
import { traceFlow } from './trace.ts'

function trace(
  rows: readonly Row[],
  change: Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>,
  labels = {},
): Flow {
  return traceFlow(books(ledgerOf(accountTransactions(rows)), labels), request(change))
}

/** `reason name amount`, the way a person would say it. */
function leaves(flow: Flow): string[] {
  return flow.leaves.map(({ theft, reason, holder, amount }) => {
    const name = holder.startsWith('eip155')
      ? holder.endsWith(':none')
        ? 'none'
        : nameOf(holder)
      : holder.split(':')[2]
    return `${theft === 'theft' ? '' : `${theft}: `}${reason} ${name} ${amount}`
  })
}

const exchange: Record<HolderId, ReturnType<typeof label>> = {
  [account('exchange')]: label('Exchange 1', 'service'),
}

describe('traceFlow, account chains', () => {
  test('follows receipts of the seed to a service and to what is held', () => {
    const flow = trace(
      [
        ['victim', 'thief', 1000],
        ['thief', 'mule', 700],
        ['mule', 'exchange', 650],
      ],
      { seeds: from('thief') },
      exchange,
    )
    expect(leaves(flow)).toEqual(['service exchange 650', 'held thief 300', 'held mule 50'])
    expect(flow.seeds).toMatchObject([{ amount: '1000', basis: 'received', usd: '1000', txids: [txidOf(1)] }])
    expect(flow.balance).toMatchObject([
      { stolen: '1000', accounted: '1000', stolenUsd: '1000', accountedUsd: '1000' },
    ])
    expect(flow.leaves[0]).toMatchObject({
      txids: [txidOf(3)],
      firstTime: START + 20,
      labels: [{ name: 'Exchange 1' }],
    })
    expect(
      flow.hops.map(({ from: payer, to, amount, of, stop }) => [nameOf(payer), nameOf(to), amount, of, stop]),
    ).toEqual([
      ['thief', 'mule', '700', '700', undefined],
      ['mule', 'exchange', '650', '650', 'service'],
    ])
  })

  test('an export that begins with the thief: debits are the seed', () => {
    const flow = trace(
      [
        ['thief', 'mule', 700],
        ['mule', 'other', 900],
      ],
      { seeds: from('thief') },
    )
    expect(flow.seeds).toMatchObject([{ amount: '700', basis: 'missing' }])
    expect(leaves(flow)).toEqual(['held other 700'])
    expect(flow.coverage.unknownOrigin).toMatchObject([{ asset: USD, amount: '200' }])
  })

  test('a group whose larger part has no receipt begins with the thieves; its receipts are named, not counted', () => {
    const rows: Row[] = [
      ['before', 'thief2', 100],
      ['thief1', 'mule', 500],
      ['thief2', 'mule', 100],
    ]
    const flow = trace(rows, { seeds: from('thief1', 'thief2') })
    expect(flow.balance).toMatchObject([{ stolen: '500' }])
    expect(flow.coverage.uncountedReceipts).toEqual([{ theft: 'theft', asset: USD, amount: '100' }])
    expect(trace(rows, { seeds: from('thief1', 'thief2'), seedMode: 'received' }).balance).toMatchObject([
      { stolen: '600' },
    ])
  })

  test('money cannot leave before it came', () => {
    const flow = trace(
      [
        [null, 'mule', 50],
        ['mule', 'early', 50],
        ['victim', 'thief', 100],
        ['thief', 'mule', 100],
        ['mule', 'late', 60],
      ],
      { seeds: from('thief') },
    )
    expect(leaves(flow)).toEqual(['held late 60', 'held mule 40'])
  })

  test('older clean money is spent first by fifo, and last by lifo', () => {
    const rows: Row[] = [
      [null, 'mule', 50],
      ['victim', 'thief', 100],
      ['thief', 'mule', 100],
      ['mule', 'late', 60],
    ]
    expect(leaves(trace(rows, { seeds: from('thief') }))).toEqual(['held mule 90', 'held late 10'])
    expect(leaves(trace(rows, { seeds: from('thief'), rule: 'lifo' }))).toEqual([
      'held late 60',
      'held mule 40',
    ])
    expect(leaves(trace(rows, { seeds: from('thief'), rule: 'haircut' }))).toEqual([
      'held mule 60',
      'held late 40',
    ])
    expect(leaves(trace(rows, { seeds: from('thief'), rule: 'tiho' }))).toEqual([
      'held late 60',
      'held mule 40',
    ])
    expect(leaves(trace(rows, { seeds: from('thief'), rule: 'libr' }))).toEqual([
      'held mule 90',
      'held late 10',
    ])
    expect(leaves(trace(rows, { seeds: from('thief'), rule: 'poison' }))).toEqual([
      'held mule 90',
      'held late 60',
    ])
  })

  test('fees, burns, self-transfers, cycles and zero amounts', () => {
    const flow = trace(
      [
        ['victim', 'thief', 100],
        ['thief', null, 1, 'fee'],
        ['thief', 'thief', 99],
        ['thief', 'a', 0],
        ['thief', 'a', 90],
        ['a', 'thief', 40],
        ['thief', null, 9],
        ['thief', 'a', 40],
      ],
      { seeds: from('thief') },
    )
    expect(leaves(flow)).toEqual(['held a 90', 'held none 9', 'fee thief 1'])
    expect(flow.hops.find(({ stop }) => stop === 'fee')).toMatchObject({
      from: account('thief'),
      to: account('thief'),
    })
  })

  test('stops: hops, time, dust, busy, weak labels and pass-through', () => {
    const rows: Row[] = [
      ['victim', 'thief', 100],
      ['thief', 'a', 90],
      ['thief', 'dust', 3],
      ['a', 'b', 80],
      ['b', 'c', 70],
    ]
    const seeds = from('thief')
    expect(leaves(trace(rows, { seeds, maxHops: 2 }))).toEqual([
      'hops b 80',
      'held a 10',
      'held thief 7',
      'held dust 3',
    ])
    expect(leaves(trace(rows, { seeds, until: START + 30 }))).toEqual([
      'time b 80',
      'held a 10',
      'held thief 7',
      'held dust 3',
    ])
    expect(leaves(trace(rows, { seeds, dust: { asset: USD, amount: 5n } }))).toContain('dust dust 3')
    const busy = trace(rows, { seeds, busy: 1 })
    expect(leaves(busy)).toEqual(['busy a 90', 'held thief 7', 'held dust 3'])
    expect(busy.leaves[0]).toMatchObject({ busy: { transactions: 2, atLeast: true } })
    const weak = { [account('a')]: label('Exchange A', 'service', 10) }
    const through = trace(rows, { seeds }, weak)
    expect(leaves(through)[0]).toBe('held c 70')
    expect(through.coverage.notes).toEqual([
      'Followed through: 1 holder with a weak label of a service (Exchange A). Use --min-confidence 10 to stop at them.',
    ])
    const strong = { [account('a')]: label('Exchange A', 'service') }
    expect(leaves(trace(rows, { seeds }, strong))[0]).toBe('service a 90')
    for (const passThrough of [['exchange a'], [account('a')]]) {
      expect(leaves(trace(rows, { seeds, passThrough }, strong))[0]).toBe('held c 70')
    }
  })

  test('a seed is followed though it is labelled and busy', () => {
    const labels = { [account('thief')]: label('Lazarus', 'sanctioned') }
    const flow = trace(
      [
        ['victim', 'thief', 5],
        ['thief', 'a', 5],
        ['a', 'b', 1],
      ],
      { seeds: from('thief'), busy: 1, passThrough: [account('a')] },
      labels,
    )
    expect(leaves(flow)).toEqual(['held a 4', 'held b 1'])
  })

  test('two thefts: the first taint stays, and the collision is reported', () => {
    const flow = trace(
      [
        ['victim1', 'thief1', 100],
        ['thief1', 'mule', 100],
        [null, 'mule', 50],
        ['mule', 'thief2', 150],
      ],
      {
        seeds: [
          { theft: 'one', of: { kind: 'holders', holders: [account('thief1')] } },
          { theft: 'two', of: { kind: 'holders', holders: [account('thief2')] } },
        ],
      },
    )
    expect(leaves(flow)).toEqual(['one: held thief2 100', 'two: held thief2 50'])
    expect(flow.collisions).toEqual([
      {
        first: 'one',
        claimant: 'two',
        txid: txidOf(4),
        holder: account('thief2'),
        asset: USD,
        amount: '100',
      },
    ])
  })

  test('a transaction as the seed, in part', () => {
    const rows: Row[] = [
      ['victim', 'thief', 100],
      ['thief', 'a', 100],
    ]
    const of = { kind: 'lot' as const, txid: txidOf(1), n: 0 }
    expect(leaves(trace(rows, { seeds: [{ theft: 'theft', of, amount: 30n }] }))).toEqual(['held a 30'])
    expect(() => trace(rows, { seeds: [{ theft: 'theft', of: { ...of, n: 1 } }] })).toThrow(
      /nothing in the ledger fits/,
    )
    expect(() => trace(rows, { seeds: [{ theft: 'theft', of: { ...of, txid: txidOf(99) } }] })).toThrow(
      /does not have this transaction/,
    )
    expect(() => trace(rows, { seeds: from('nobody') })).toThrow(/knows none of its addresses/)
  })

  test('windows and caps narrow receipts and spends without receipt', () => {
    const rows: Row[] = [
      ['v', 'thief', 10],
      ['v', 'thief', 20],
      ['v', 'thief', 40],
      ['thief', 'a', 100],
    ]
    const of = { kind: 'holders' as const, holders: [account('thief')] }
    const stolen = (change: object): string | undefined =>
      trace(rows, { seeds: [{ theft: 'theft', of, ...change }] }).balance[0]?.stolen
    expect(stolen({})).toBe('100')
    expect(stolen({ after: START + 10, before: START + 10 })).toBe('20')
    expect(stolen({ amount: 25n })).toBe('25')
    expect(stolen({ amount: 90n })).toBe('90')
    expect(stolen({ after: START + 30 })).toBe('30')
  })

  test('holders seen only as counterparties end in nodata', () => {
    const ledger = ledgerOf(
      accountTransactions([
        ['victim', 'thief', 10],
        ['thief', 'a', 4],
      ]),
      {
        kind: 'holders',
        holders: [account('thief')],
      },
    )
    const flow = traceFlow(books(ledger), request({ seeds: from('thief') }))
    expect(leaves(flow)).toEqual(['held thief 6', 'nodata a 4'])
  })

  test('values: at the theft shared out to the cent, at arrival, and unpriced where nothing is known', () => {
    const eth = 'eip155:1/slip44:60'
    const ledger = ledgerOf(
      accountTransactions(
        [
          ['v', 'thief', 3n * 10n ** 18n],
          ['thief', 'a', 10n ** 18n],
          ['thief', 'b', 10n ** 18n],
        ],
        eth,
      ),
    )
    const priced = traceFlow(books(ledger, {}, 1_000_333n * 10n ** 9n), request({ seeds: from('thief') }))
    expect(priced.seeds[0]?.usd).toBe('300100')
    expect(priced.leaves.map(({ usd }) => usd)).toEqual(['100033', '100034', '100033'])
    expect(priced.prices).toMatchObject([{ symbol: 'ETH', usd: '1000.333' }])
    const unpriced = traceFlow(books(ledger), request({ seeds: from('thief') }))
    expect(unpriced.balance[0]).toMatchObject({ stolenUsd: 'unpriced', accountedUsd: 'unpriced' })
  })

  test('deposit addresses are inferred, shown with their confidence, and do not stop', () => {
    const flow = trace(
      [
        ['victim', 'thief', 1000],
        ['thief', 'deposit', 600],
        ['deposit', 'exchange', 600],
        ['thief', 'deposit', 400],
        ['deposit', 'exchange', 400],
      ],
      { seeds: from('thief') },
      exchange,
    )
    expect(flow.leaves).toHaveLength(1)
    expect(flow.leaves[0]?.deposits).toEqual([
      { holder: account('deposit'), amount: '1000', confidence: 1, rule: 'address reuse (Victor 2020)' },
    ])
    const inferred = flow.holders.find(({ holder }) => holder === account('deposit'))
    expect(inferred?.labels[0]).toMatchObject({
      name: 'deposit address of Exchange 1',
      inferred: true,
      stop: null,
    })
  })
})

/** What an account had before, and lost, as live sources entered it. */
describe('opening balances of a seed', () => {
  const [had, got, paid, over] = accountTransactions([
    [null, 'thief', 40],
    ['victim', 'thief', 100],
    ['thief', 'exchange', 60],
    ['thief', null, 5],
  ]) as [Transaction, Transaction, Transaction, Transaction]
  const opening = (one: Transaction): Transaction => ({
    ...one,
    txid: `opening-balance:${one.height}:thief:usd`,
  })
  const ledger = ledgerOf([opening(had), got, paid, opening(over)])

  test.each(['auto', 'received', 'missing'] as const)('are neither received nor spent: %s', (seedMode) => {
    const run = (): Flow => traceFlow(books(ledger, exchange), request({ seeds: from('thief'), seedMode }))
    if (seedMode === 'missing') return expect(run).toThrow('nothing in the ledger fits it')
    const flow = run()
    expect(flow.seeds).toMatchObject([{ amount: '100', basis: 'received', txids: [got.txid] }])
    // What was there before went first.
    expect(leaves(flow)).toContain('service exchange 20')
  })

  test('cover what is paid before anything is received: nothing is missing', () => {
    const [, , first] = accountTransactions([
      [null, 'thief', 40],
      ['victim', 'thief', 100],
      ['thief', 'mule', 40],
    ]) as [Transaction, Transaction, Transaction]
    const only = ledgerOf([opening(had), first])
    expect(() => traceFlow(books(only), request({ seeds: from('thief') }))).toThrow('nothing in the ledger')
  })
})

describe('traceFlow, UTXO chains', () => {
  const chain = [
    utxo(1, [], [['victim', 1000n]]),
    utxo(
      2,
      [[1, 0]],
      [
        ['thief', 900n],
        ['victim', 90n],
      ],
    ),
    utxo(3, [], [['other', 500n]]),
    utxo(
      4,
      [
        [2, 0],
        [3, 0],
      ],
      [
        ['a', 600n],
        ['b', 700n],
        [null, 50n],
      ],
    ),
    utxo(5, [[4, 0]], [['c', 590n]]),
  ]
  const seeds: TraceRequest['seeds'] = [{ theft: 'theft', of: { kind: 'holders', holders: [coin('thief')] } }]

  test('fifo, with the fee and a script without address', () => {
    const flow = traceFlow(books(ledgerOf(chain)), request({ seeds }))
    expect(leaves(flow)).toEqual(['held c 590', 'held b 300', 'fee a 10'])
    expect(flow.balance).toMatchObject([{ asset: RBTC, stolen: '900', accounted: '900' }])
  })

  test('haircut spreads the theft over every output and the fee', () => {
    const flow = traceFlow(books(ledgerOf(chain)), request({ seeds, rule: 'haircut' }))
    expect(leaves(flow)).toEqual(['held b 450', 'held c 378', 'fee thief 33', 'held none 32', 'fee a 7'])
  })

  test('an output as the seed; libr is refused', () => {
    const lot: TraceRequest['seeds'] = [{ theft: 'theft', of: { kind: 'lot', txid: chain[1]!.txid, n: 1 } }]
    expect(leaves(traceFlow(books(ledgerOf(chain)), request({ seeds: lot })))).toEqual(['held victim 90'])
    expect(() => traceFlow(books(ledgerOf(chain)), request({ seeds, rule: 'libr' }))).toThrow(/libr/i)
  })

  test('change to oneself is not stolen twice', () => {
    const peel = [
      utxo(1, [], [['thief', 100n]]),
      utxo(
        2,
        [[1, 0]],
        [
          ['a', 10n],
          ['thief', 90n],
        ],
      ),
    ]
    expect(traceFlow(books(ledgerOf(peel)), request({ seeds })).balance).toMatchObject([{ stolen: '100' }])
  })

  test('an input whose prevout is in no source is the seed where the thief spends it', () => {
    const spends = [utxo(7, [[6, 0, 'thief', 100n]], [['a', 95n]])]
    const flow = traceFlow(books(ledgerOf(spends)), request({ seeds }))
    expect(flow.seeds).toMatchObject([{ basis: 'missing', amount: '100', holder: coin('thief') }])
    expect(leaves(flow)).toEqual(['held a 95', 'fee thief 5'])
  })
})

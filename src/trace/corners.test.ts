import { describe, expect, test } from 'vitest'
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
import { largestPaths, targetMatcher } from './paths.ts'
import type { SeedSpec, TraceRequest } from './request.ts'
import { traceFlow } from './trace.ts'

const accountTrace = (
  rows: readonly Row[],
  change: Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>,
): Flow => traceFlow(books(ledgerOf(accountTransactions(rows))), request(change))
const utxoTrace = (
  transactions: readonly ReturnType<typeof utxo>[],
  change: Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>,
): Flow => traceFlow(books(ledgerOf(transactions)), request(change))
const coins = (theft: string, change: Partial<SeedSpec>, ...names: string[]): SeedSpec => ({
  theft,
  of: { kind: 'holders', holders: names.map(coin) },
  ...change,
})
const accounts = (theft: string, change: Partial<SeedSpec>, ...names: string[]): SeedSpec => ({
  theft,
  of: { kind: 'holders', holders: names.map(account) },
  ...change,
})
const seedRows = (flow: Flow): string[] =>
  flow.seeds.map(({ theft, basis, amount }) => `${theft} ${basis} ${amount}`)

describe('amounts of seeds', () => {
  const EUR = 'eip155:1/iso4217:EUR'
  test('are refused where several assets fit, and taken with one named', () => {
    const dollars = accountTransactions([['victim', 'thief', 100]])
    const euros = accountTransactions(
      [
        [null, 'x', 1],
        ['victim', 'thief', 100],
      ],
      EUR,
    ).slice(1)
    const ledger = ledgerOf([...dollars, ...euros])
    const seeds = [accounts('theft', { amount: 30n }, 'thief')]
    expect(() => traceFlow(books(ledger), request({ seeds }))).toThrow(/name one with --asset/)
    const flow = traceFlow(books(ledger), request({ seeds: [{ ...seeds[0]!, asset: USD }] }))
    expect(seedRows(flow)).toEqual(['theft received 30'])
  })

  test('cap inputs without prevout too, in chain order with the receipts', () => {
    const spends = [
      utxo(7, [[6, 0, 'thief', 100n]], [['a', 95n]]),
      utxo(8, [], [['v', 50n]]),
      utxo(9, [[8, 0]], [['thief', 50n]]),
    ]
    const stolen = (amount: bigint): string[] =>
      seedRows(utxoTrace(spends, { seeds: [coins('theft', { amount }, 'thief')] }))
    expect(stolen(30n)).toEqual(['theft missing 30'])
    expect(stolen(120n)).toEqual(['theft missing 100', 'theft received 20'])
  })

  test('count what is spent without receipt before a later receipt', () => {
    const rows: Row[] = [
      ['thief', 'a', 50],
      ['victim', 'thief', 100],
    ]
    const seeds = [accounts('theft', { amount: 60n }, 'thief')]
    expect(seedRows(accountTrace(rows, { seeds }))).toEqual(['theft missing 50', 'theft received 10'])
  })
})

describe('two thefts', () => {
  test('claim one prevout: the first named has it, and the collision is said', () => {
    const spends = [utxo(7, [[6, 0, 'thief', 100n]], [['a', 95n]])]
    const flow = utxoTrace(spends, { seeds: [coins('one', {}, 'thief'), coins('two', {}, 'thief')] })
    expect(seedRows(flow)).toEqual(['one missing 100'])
    expect(flow.collisions).toMatchObject([
      { first: 'one', claimant: 'two', amount: '100', holder: coin('thief'), asset: RBTC },
    ])
  })

  test('share a prevout where the first claims a part', () => {
    const spends = [utxo(7, [[6, 0, 'thief', 100n]], [['a', 95n]])]
    const flow = utxoTrace(spends, {
      seeds: [coins('one', { amount: 30n }, 'thief'), coins('two', {}, 'thief')],
    })
    expect(seedRows(flow)).toEqual(['one missing 30', 'two missing 70'])
    expect(flow.collisions).toMatchObject([{ first: 'one', claimant: 'two', amount: '30' }])
  })

  test('claim one spend without receipt', () => {
    const flow = accountTrace([['thief', 'a', 40]], {
      seeds: [accounts('one', {}, 'thief'), accounts('two', {}, 'thief')],
    })
    expect(seedRows(flow)).toEqual(['one missing 40'])
    expect(flow.collisions).toMatchObject([{ first: 'one', claimant: 'two', amount: '40', txid: txidOf(1) }])
  })

  test('have each its basis on one credit', () => {
    const flow = accountTrace([['victim', 'thief', 100]], {
      seeds: [
        { theft: 'one', of: { kind: 'lot', txid: txidOf(1) }, amount: 30n },
        accounts('two', {}, 'thief'),
      ],
    })
    expect(seedRows(flow)).toEqual(['one lot 30', 'two received 70'])
  })
})

describe('one theft', () => {
  test('named twice with one address is stolen once', () => {
    const rows: Row[] = [
      ['victim', 'thief', 100],
      ['thief', 'a', 130],
    ]
    const flow = accountTrace(rows, {
      seeds: [accounts('theft', {}, 'thief'), accounts('theft', {}, 'thief', 'thief')],
    })
    expect(flow.balance).toMatchObject([{ stolen: '130' }])
    expect(flow.collisions).toEqual([])
  })

  test('as a transaction keeps to its window, and to what has a value', () => {
    const rows: Row[] = [
      ['victim', 'thief', 0],
      ['victim', 'thief', 5],
    ]
    const lot = (n: number, change: Partial<SeedSpec> = {}): TraceRequest['seeds'] => [
      { theft: 'theft', of: { kind: 'lot', txid: txidOf(n) }, ...change },
    ]
    expect(() => accountTrace(rows, { seeds: lot(1) })).toThrow(/nothing in the ledger fits/)
    expect(() => accountTrace(rows, { seeds: lot(2, { after: START + 11 }) })).toThrow(
      /nothing in the ledger fits/,
    )
    expect(
      accountTrace(rows, { seeds: lot(2, { after: START + 10, before: START + 10 }) }).seeds,
    ).toHaveLength(1)
  })
})

describe('backward', () => {
  const seeds = [coins('deposit', {}, 'x')]
  const chain = [utxo(2, [[1, 0, 'x', 100n]], [['y', 100n]]), utxo(3, [[2, 0]], [['x', 90n]])]
  test('through a payment that the holder itself made from an output outside the ledger', () => {
    const flow = utxoTrace(chain, { seeds, direction: 'backward' })
    expect(flow.leaves.map(({ reason, holder, amount }) => [reason, holder, amount])).toEqual([
      ['nodata', coin('x'), '90'],
    ])
  })

  test('a holder that never received has nothing to ask about', () => {
    expect(() => utxoTrace(chain.slice(0, 1), { seeds, direction: 'backward' })).toThrow(
      /nothing in the ledger fits/,
    )
  })

  test('paths lead from the origin to the deposit', () => {
    const flow = accountTrace(
      [
        ['origin', 'a', 100],
        ['a', 'b', 80],
        ['b', 'deposit', 70],
      ],
      { seeds: from('deposit'), direction: 'backward' },
    )
    const paths = largestPaths(flow, targetMatcher(flow, account('origin')), 5)
    expect(paths.map(({ amount, hops }) => [amount, ...hops.map(({ to }) => nameOf(to))])).toEqual([
      ['70', 'a', 'b', 'deposit'],
    ])
    expect(paths[0]).toMatchObject({ firstTime: START, lastTime: START + 20 })
  })
})

describe('paths', () => {
  test('do not go on from an arrival where following stopped', () => {
    const flow = accountTrace(
      [
        ['victim', 'thief', 103],
        [null, 'a', 80],
        ['thief', 'a', 3],
        ['thief', 'c', 100],
        ['c', 'a', 100],
        ['a', 'b', 90],
      ],
      { seeds: from('thief'), dust: { asset: USD, amount: 5n } },
    )
    expect(
      largestPaths(flow, targetMatcher(flow, account('b')), 5).map(({ amount, hops }) => [
        amount,
        ...hops.map(({ to }) => nameOf(to)),
      ]),
    ).toEqual([['7', 'c', 'a', 'b']])
  })
})

describe('poison', () => {
  test('a credit stolen in part makes no hop from the victim', () => {
    const rows: Row[] = [
      ['victim', 'thief', 100],
      ['thief', 'a', 100],
    ]
    const seeds: TraceRequest['seeds'] = [
      { theft: 'theft', of: { kind: 'lot', txid: txidOf(1) }, amount: 30n },
    ]
    const flow = accountTrace(rows, { seeds, rule: 'poison' })
    expect(flow.hops.map(({ to, amount }) => [nameOf(to), amount])).toEqual([['a', '100']])
    expect(flow.balance).toMatchObject([{ stolen: '30', accounted: '100', bound: true }])
  })
})

describe('UTXO chains', () => {
  test('newly mined coins are not of unknown origin', () => {
    const flow = utxoTrace([utxo(1, [], [['thief', 50n]]), utxo(2, [[1, 0]], [['a', 50n]])], {
      seeds: [coins('theft', {}, 'thief')],
    })
    expect(flow.coverage.unknownOrigin).toEqual([])
    expect(seedRows(flow)).toEqual(['theft received 50'])
  })

  test('an operation of more than 2^53 base units is exact', () => {
    const big = 2n ** 51n + 1n
    const inputs = [0, 1, 2, 3, 4, 5].map((n) => [6, n, 'other', big] as const)
    const outputs = [0, 1, 2, 3, 4, 5].map((n) => [`o${n}`, big] as const)
    const chain = [utxo(1, [], [['thief', 5n]]), utxo(7, [...inputs, [1, 0]], [...outputs, ['a', 3n]])]
    const flow = utxoTrace(chain, { seeds: [coins('theft', {}, 'thief')] })
    expect(flow.leaves.map(({ reason, holder, amount }) => [reason, holder, amount])).toEqual([
      ['held', coin('a'), '3'],
      ['fee', coin('thief'), '2'],
    ])
  })

  test('transfers and outputs of one asset in one ledger keep their own books', () => {
    const transfer = (n: number, payer: string, payee: string, amount: bigint) => ({
      ...utxo(n, [], []),
      transfers: [{ from: coin(payer), to: coin(payee), asset: RBTC, amount, kind: 'native' as const }],
    })
    const chain = [
      utxo(1, [], [['thief', 100n]]),
      utxo(
        2,
        [[1, 0]],
        [
          ['a', 60n],
          ['b', 40n],
        ],
      ),
      transfer(3, 'thief', 'c', 30n),
      transfer(4, 'c', 'd', 50n),
    ]
    const flow = utxoTrace(chain, { seeds: [coins('theft', {}, 'thief')] })
    expect(seedRows(flow)).toEqual(['theft received 100', 'theft missing 30'])
    expect(flow.coverage.unknownOrigin).toMatchObject([{ amount: '20' }])
  })
})

describe('the order of what is printed', () => {
  test('transactions of a leaf are in chain order by every rule', () => {
    const rows: Row[] = [
      ['victim', 'thief', 100],
      ['thief', 'a', 20],
      ['thief', 'a', 30],
      ['thief', 'a', 50],
    ]
    for (const rule of ['fifo', 'lifo'] as const) {
      const leaf = accountTrace(rows, { seeds: from('thief'), rule }).leaves[0]
      expect(leaf?.txids, rule).toEqual([txidOf(2), txidOf(3), txidOf(4)])
    }
  })
})

describe('deposit addresses', () => {
  const exchange = { [account('exchange')]: label('Exchange 1', 'service') }
  const deposits = (rows: readonly Row[]): unknown =>
    traceFlow(books(ledgerOf(accountTransactions(rows)), exchange), request({ seeds: from('thief') }))
      .leaves.find(({ reason }) => reason === 'service')
      ?.deposits?.map(({ confidence }) => confidence)

  test('payments of nothing, which anybody can forge, count for nothing', () => {
    expect(
      deposits([
        ['victim', 'thief', 10],
        ['thief', 'd', 10],
        ['d', 'bait', 0],
        ['d', 'exchange', 10],
        ['d', 'bait', 0],
      ]),
    ).toEqual([1])
  })

  test('an output of nothing is no shorter way', () => {
    const rows = [
      utxo(1, [], [['a', 10n]]),
      utxo(
        2,
        [[1, 0]],
        [
          ['b', 10n],
          ['z', 0n],
        ],
      ),
      utxo(3, [[2, 0]], [['c', 10n]]),
      utxo(4, [[3, 0]], [['d', 10n]]),
      utxo(
        5,
        [
          [4, 0],
          [2, 1],
        ],
        [['e', 10n]],
      ),
      utxo(6, [[5, 0]], [['f', 10n]]),
    ]
    const seeds: SeedSpec[] = [{ theft: 't', of: { kind: 'lot', txid: rows[0]!.txid } }]
    for (const rule of ['fifo', 'haircut', 'poison'] as const) {
      const { leaves } = utxoTrace(rows, { seeds, rule, maxHops: 4 })
      expect(leaves.map(({ reason, holder }) => [reason, holder])).toEqual([['hops', coin('e')]])
    }
  })

  test('a receipt matches one payment', () => {
    expect(
      deposits([
        [null, 'd', 5],
        ['victim', 'thief', 10],
        ['thief', 'd', 10],
        ['d', 'exchange', 10],
        ['d', 'exchange', 4],
        ['d', 'exchange', 1],
      ]),
    ).toEqual([0.33])
  })
})

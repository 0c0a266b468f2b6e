import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BITCOIN_REGTEST, ETHEREUM } from '../units/caip.ts'
import { type Beyond, type Frontier, NOTHING_BEYOND } from './beyond.ts'
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
  utxo,
} from './fixtures.ref.ts'
import { missingSeeds } from './seeds.ts'
import { RULES } from './tape.ts'
import { prepareTrace, traceFlow, traceFrontier } from './trace.ts'

const txid = (n: number): string => n.toString(16).padStart(64, '0')
const coins = [{ theft: 'theft', of: { kind: 'holders' as const, holders: [coin('thief')] } }]

/** 0 + 1 of the thief are 30 of 100; the payout's first outputs are theirs by fifo, the last by lifo. */
const payout = [
  utxo(1, [], [['thief', 30n]]),
  utxo(2, [], [['clean', 70n]]),
  utxo(
    3,
    [
      [1, 0],
      [2, 0],
    ],
    [
      ['a', 20n],
      ['b', 20n],
      ['c', 20n],
      [null, 40n],
    ],
  ),
  utxo(4, [[3, 0]], [['d', 20n]]),
]
const ofLots = ({ lots }: Frontier): string[] =>
  lots.map(({ txid, n, amount }) => `${Number.parseInt(txid, 16)}:${n} ${amount}`)

describe('frontier of outputs', () => {
  const prepared = prepareTrace(
    books(ledgerOf(payout, { kind: 'holders', holders: [coin('thief'), coin('clean')] })),
    request({ seeds: coins }),
  )

  test('names only what the rule taints, the earliest first', () => {
    const frontier = prepared.frontier(['fifo'])
    expect(ofLots(frontier)).toEqual(['3:1 10', '4:0 20'])
    expect(frontier.lots[0]).toEqual({
      chain: BITCOIN_REGTEST,
      txid: txid(3),
      n: 1,
      holder: coin('b'),
      amount: 10n,
      height: 3,
      time: START + 1800,
    })
    expect(frontier.holders).toEqual([])
    expect(frontier.transactions.map((tx) => tx.txid)).toEqual([txid(1), txid(3), txid(4)])
  })

  test('for several rules, the most that any puts there; without address too', () => {
    expect(ofLots(prepared.frontier(['lifo']))).toEqual(['3:3 30'])
    expect(ofLots(prepared.frontier(['fifo', 'lifo']))).toEqual(['3:1 10', '3:3 30', '4:0 20'])
    expect(ofLots(prepared.frontier(['haircut', 'fifo']))).toEqual(['3:1 10', '3:2 6', '3:3 12', '4:0 20'])
    expect(prepared.frontier(['haircut']).lots.at(-2)).toMatchObject({ n: 3, holder: null })
  })

  test('a rule that cannot be applied is left out, unless there is no other', () => {
    expect(ofLots(prepared.frontier(['libr', 'fifo']))).toEqual(ofLots(prepared.frontier(['fifo'])))
    expect(() => prepared.frontier(['libr'])).toThrow(/utxo|output/i)
  })

  test('what is stopped at, or spent after the time limit, is not open', () => {
    const ledger = ledgerOf(payout)
    const labels = { [coin('b')]: label('Exchange', 'service') }
    const frontier = traceFrontier(books(ledger, labels), request({ seeds: coins, until: START + 3 * 600 }), [
      'fifo',
    ])
    expect(ofLots(frontier)).toEqual([])
    expect(frontier.transactions.map((tx) => tx.txid)).toEqual([txid(1), txid(3)])
  })

  test('backward, the prevouts that the ledger does not have', () => {
    const ledger = ledgerOf([
      utxo(
        5,
        [
          [1, 7, 'far', 60n],
          [2, 3, 'other', 40n],
        ],
        [
          ['x', 50n],
          ['y', 50n],
        ],
      ),
    ])
    const seeds = [{ theft: 'asked', of: { kind: 'lot' as const, txid: txid(5), n: 1 } }]
    const { lots } = traceFrontier(books(ledger), request({ seeds, direction: 'backward' }), ['fifo'])
    const unplaced = { chain: BITCOIN_REGTEST, height: null, time: null }
    expect(lots).toEqual([
      { ...unplaced, txid: txid(1), n: 7, holder: coin('far'), amount: 10n },
      { ...unplaced, txid: txid(2), n: 3, holder: coin('other'), amount: 40n },
    ])
  })
})

const rows: Row[] = [
  ['victim', 'thief', 100],
  ['thief', 'a', 60],
  ['thief', 'exchange', 40],
  ['a', 'b', 10],
  ['thief', 'b', 0],
  ['b', 'a', 5],
]

describe('frontier of accounts', () => {
  test('each followed holder once, with the earliest arrival, whether or not it is known whole', () => {
    const ledger = ledgerOf(accountTransactions(rows))
    const labels = { [account('exchange')]: label('Exchange', 'service') }
    const frontier = traceFrontier(books(ledger, labels), request({ seeds: from('thief') }), RULES)
    expect(frontier.holders.map(({ holder, height, time }) => [nameOf(holder), height, time])).toEqual([
      ['thief', 1000, START],
      ['a', 1001, START + 10],
      ['b', 1003, START + 30],
    ])
    expect(frontier.lots).toEqual([])
    expect(frontier.transactions).toEqual([1, 2, 3, 4, 6].map((n) => ({ chain: ETHEREUM, txid: txidOf(n) })))
  })

  test('a thief who spends without receipt, at the first such spend', () => {
    const ledger = ledgerOf(accountTransactions(rows.slice(1)))
    const frontier = traceFrontier(books(ledger), request({ seeds: from('thief') }), ['fifo'])
    expect(frontier.holders[0]).toEqual({ holder: account('thief'), height: 1000, time: START })
  })

  test('backward, the payers, up to whom nothing is known of', () => {
    const ledger = ledgerOf(accountTransactions(rows))
    const seeds = [{ theft: 'asked', of: { kind: 'lot' as const, txid: txidOf(4) } }]
    const { holders } = traceFrontier(books(ledger), request({ seeds, direction: 'backward' }), ['fifo'])
    expect(holders.map(({ holder }) => nameOf(holder))).toEqual(['victim', 'thief', 'a'])
  })

  test('backward, nobody where money was issued', () => {
    const ledger = ledgerOf(accountTransactions([[null, 'a', 5]]))
    const seeds = [{ theft: 'asked', of: { kind: 'lot' as const, txid: txidOf(1) } }]
    const { holders } = traceFrontier(books(ledger), request({ seeds, direction: 'backward' }), ['fifo'])
    expect(holders).toEqual([])
  })

  test('says of every place where money rests that following could go on there', () => {
    const names = ['t', 'a', 'b', 'c'] as const
    const row = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names), fc.bigInt(0n, 30n))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.constantFrom(...RULES), (list, rule) => {
        const wanted = request({ seeds: from('t'), rule })
        const ledger = ledgerOf([...accountTransactions([['victim', 't', 50], ...list])])
        const prepared = prepareTrace(books(ledger), wanted)
        const resting = prepared.run(rule).leaves.filter(({ reason }) => reason === 'held')
        const open = new Set(prepared.frontier([rule]).holders.map(({ holder }) => holder))
        for (const { holder } of resting) expect(open).toContain(holder)
      }),
      { seed: 21, numRuns: 100 },
    )
  })
})

describe('what live sources say', () => {
  const ledger = ledgerOf(payout, { kind: 'holders', holders: [coin('thief'), coin('clean')] })
  const b = ledger.holderNumbers([coin('b')])[0]!
  const beyond: Beyond = {
    ...NOTHING_BEYOND,
    unspent: (_tx, n) => Uint8Array.from(n, (output) => (output === 1 ? 1 : 0)),
    counts: (holders) => Float64Array.from(holders, (holder) => (holder === b ? 20_000 : Number.NaN)),
    sources: () => [{ role: 'live', name: 'http://127.0.0.1', sha256: '', date: null, detail: 'esplora' }],
    notes: () => ['Unspent as of block 9.'],
  }

  test('an output that nothing spends is held, though its holder is known in part', () => {
    const { leaves, coverage } = traceFlow(
      { ...books(ledger), beyond: { ...beyond, counts: NOTHING_BEYOND.counts } },
      request({ seeds: coins }),
    )
    expect(leaves.map(({ holder, reason }) => [holder, reason])).toEqual([
      [coin('d'), 'nodata'],
      [coin('b'), 'held'],
    ])
    expect(coverage.sources).toContainEqual(beyond.sources()[0])
    expect(coverage.notes.at(-1)).toBe('Unspent as of block 9.')
  })

  test('the greater of two counts decides who is busy', () => {
    const { leaves } = traceFlow({ ...books(ledger), beyond }, request({ seeds: coins }))
    expect(leaves.find(({ holder }) => holder === coin('b'))).toMatchObject({
      reason: 'busy',
      asset: RBTC,
      busy: { transactions: 20_000, atLeast: false },
    })
    expect(
      traceFrontier({ ...books(ledger), beyond }, request({ seeds: coins }), ['fifo']).lots,
    ).toHaveLength(1)
    const strict = request({ seeds: coins, busy: 0 })
    expect(traceFlow({ ...books(ledger), beyond }, strict).leaves).toContainEqual(
      expect.objectContaining({ holder: coin('a'), busy: { transactions: 1, atLeast: true } }),
    )
  })
})

describe('missingSeeds', () => {
  test('transactions and holders that a trace would first have to be told of', () => {
    const ledger = ledgerOf(accountTransactions(rows), { kind: 'holders', holders: [account('thief')] })
    const seeds = [
      ...from('thief', 'a', 'nobody', 'a'),
      { theft: 'x', of: { kind: 'lot' as const, txid: txidOf(1) } },
      { theft: 'x', of: { kind: 'lot' as const, txid: txidOf(1), chain: BITCOIN_REGTEST } },
      { theft: 'x', of: { kind: 'lot' as const, txid: txidOf(99), n: 1 } },
      { theft: 'y', of: { kind: 'lot' as const, txid: txidOf(99), n: 2 } },
    ]
    expect(missingSeeds(ledger, { seeds })).toEqual({
      holders: [account('a'), account('nobody')],
      transactions: [
        { txid: txidOf(1), chain: BITCOIN_REGTEST },
        { txid: txidOf(99), chain: null },
      ],
    })
  })
})

import { describe, expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import {
  account,
  accountTransactions,
  atomic,
  books as booksOf,
  coin,
  ETH,
  label,
  ledgerOf,
  nameOf,
  RBTC,
  START,
  txidOf,
  USD,
  utxo,
} from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceBooks, traceFlow } from '../trace/index.ts'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import type { Party } from './alert.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { flowRequest, sameSeeds } from './flowRequest.ts'
import { sinceOf, tracedBooks, traceWatch } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

const books = (transactions: readonly Transaction[], labels: Parameters<typeof booksOf>[1]): TraceBooks =>
  booksOf(ledgerOf(transactions), labels)

/** A theft of 100, half of which goes on to B. */
const theft = [
  utxo(1, [], [['robber', 100n]]),
  utxo(
    2,
    [[1, 0, 'robber', 100n]],
    [
      ['b', 50n],
      ['c', 49n],
    ],
  ),
]
const spend = utxo(
  3,
  [[2, 0, 'b', 50n]],
  [
    ['exchange', 30n],
    ['d', 19n],
  ],
)
const seeds = [{ theft: 'heist', of: { kind: 'holders' as const, holders: [coin('robber')] } }]

function watchOf(change: Partial<Watch> = {}): Watch {
  return {
    ...{ id: 'w', name: 'heist', kind: 'flow', holders: [], receivers: [], added: 0 },
    since: { [BITCOIN_REGTEST]: 2 },
    request: plainRequest({ seeds }),
    ...change,
  }
}

const placedAt = (transaction: Transaction): Placed => ({
  transaction,
  block: { height: transaction.height!, hash: `block ${transaction.height}`, time: transaction.time! },
  links: [],
})

/** A chain of these, one a block. */
function sourceOf(transactions: readonly Transaction[]): Source {
  const ref = (height: number) => ({
    ...{ height, hash: `block ${height}`, time: START + height * 600, parent: `block ${height - 1}` },
  })
  const last = Math.max(...transactions.map(({ height }) => height!))
  return {
    ...{ kind: 'bitcoin', chain: BITCOIN_REGTEST, shown: 'a node', blind: [] },
    tip: async () => ref(last),
    blockAt: async (height) => (height > last ? null : ref(height)),
    transaction: async () => null,
    matches: async (block, interest) => ({
      block,
      assets: [],
      transactions: transactions
        .filter(({ height }) => height === block.height)
        .filter(
          ({ inputs, outputs }) =>
            inputs.some(({ txid, n }) => interest.spends(txid, n)) ||
            outputs.some(({ holder }) => holder !== null && interest.touches(holder)),
        )
        .map(placedAt),
    }),
  }
}

/** Runs one watch over one chain, from a ledger of its beginning. */
async function alertsOf(watch: Watch, ours: TraceBooks, source: Source) {
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watched = tracedBooks(ours)
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => START * 1000 } },
    sources: new Map([[source.chain, [{ shown: source.shown, open: async () => source }]]]),
  })
  const pass = await watcher.pass(source.chain)
  return { pass, alerts: store.alerts({ limit: 100 }).toReversed(), size: watcher.size() }
}

describe('tracedBooks', () => {
  test('what moved, and where it arrived, with label, amount and what to do', async () => {
    const ours = books(theft, { [coin('exchange')]: label('Big Exchange', 'service') })
    const { pass, alerts, size } = await alertsOf(watchOf(), ours, sourceOf([...theft, spend]))
    expect(pass).toMatchObject({ height: 3, found: 1, atTip: true, failures: [] })
    expect(alerts.map(({ kind, amount, height, headline }) => ({ kind, amount, height, headline }))).toEqual([
      {
        ...{ kind: 'moved', amount: '19', height: 3 },
        headline: '0.00000019 rBTC moved from b to d.',
      },
      {
        ...{ kind: 'arrived', amount: '30', height: 3 },
        headline: '0.0000003 rBTC arrived at Big Exchange (exchange) (service).',
      },
    ])
    expect(alerts[1]!.next).toMatch(
      /^Ask Big Exchange \(exchange\) at once to freeze what came to this address: 0\.0000003 rBTC by transaction 0+3\. Evidence: /,
    )
    // c's output, and d's.
    expect(size).toEqual({ lots: 2, holders: 0 })
  })

  test('the history at the beginning is not told; a spend in the block of its parent is', async () => {
    const ours = books(theft, {})
    const child: Transaction = { ...utxo(4, [[3, 1, 'd', 19n]], [['e', 18n]]), height: 3, index: 1 }
    const { alerts } = await alertsOf(watchOf(), ours, sourceOf([...theft, spend, child]))
    expect(alerts.map(({ kind, txid }) => [kind, txid])).toEqual([
      ['split', spend.txid],
      ['moved', child.txid],
    ])
  })

  test('a watched address: what it is paid, though the ledger has nothing of it yet', async () => {
    const watch = watchOf({ kind: 'address', holders: [coin('robber')], since: { [BITCOIN_REGTEST]: 0 } })
    const { alerts } = await alertsOf(watch, books([], {}), sourceOf([...theft, spend]))
    expect(alerts.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['received', '100'],
      ['split', '99'],
      ['split', '49'],
    ])
  })

  test('a watched address that is paid its own loot back, and more: each amount is told once', async () => {
    const watch = watchOf({ kind: 'address', holders: [coin('robber')], since: { [BITCOIN_REGTEST]: 0 } })
    const spent = [
      [2, 0, 'b', 50n],
      [9, 0, 'z', 20n],
    ] as const
    const back = utxo(3, spent, [['robber', 69n]])
    const { alerts } = await alertsOf(watch, books([], {}), sourceOf([...theft, back]))
    expect(alerts.slice(2).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['received', '19'],
      ['moved', '50'],
    ])
  })

  test('an address that the flow of another watch pays: each watch tells its own', async () => {
    const ours = books(theft, {})
    const store = createWatchStore(openWatchDatabase(':memory:'))
    const watched = tracedBooks(ours)
    const address = plainRequest({ seeds: [{ theft: 'd', of: { kind: 'holders', holders: [coin('d')] } }] })
    for (const watch of [
      watchOf(),
      watchOf({ id: 'd', name: 'd', kind: 'address', holders: [coin('d')], request: address }),
    ])
      store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
    const source = sourceOf([...theft, spend])
    const watcher = createWatcher({
      ...{ store, books: watched, clock: { now: () => START * 1000 } },
      sources: new Map([[source.chain, [{ shown: source.shown, open: async () => source }]]]),
    })
    await watcher.pass(source.chain)
    const alerts = store.alerts({ limit: 100 }).map(({ watch, kind, amount }) => [watch.name, kind, amount])
    expect(alerts.sort()).toEqual([
      ['d', 'received', '19'],
      ['heist', 'split', '49'],
    ])
  })

  test('a source that contradicts the ledger is named, and nothing of it is kept', async () => {
    const ours = books([...theft, utxo(9, [[2, 0, 'b', 50n]], [['elsewhere', 50n]])], {})
    const rival = utxo(
      3,
      [
        [2, 0, 'b', 50n],
        [2, 1, 'c', 49n],
      ],
      [['exchange', 99n]],
    )
    const { pass } = await alertsOf(watchOf(), ours, sourceOf([...theft, rival]))
    expect(pass).toMatchObject({ atTip: false, failures: [{ error: { code: 'WATCH_BAD_SOURCE' } }] })
    expect(ours.ledger.txNumbers(rival.txid)).toHaveLength(0)
  })

  test('accounts: what a contract divides is told once, and what one pays oneself not at all', () => {
    const ours = books(
      [
        atomic(1, [['victim', 'w', 4n, ETH]]),
        atomic(2, [
          ['w', 'splitter', 2n, ETH],
          ['splitter', 'x', 1n, ETH, 'internal'],
          ['splitter', 'y', 1n, ETH, 'internal'],
        ]),
        atomic(3, [['x', 'x', 1n, ETH]]),
      ],
      {},
    )
    const request = plainRequest({ seeds: [{ theft: 'h', of: { kind: 'lot', txid: txidOf(1) } }] })
    const { events } = tracedBooks(ours).sight(watchOf({ request }))
    const parties = (list: readonly Party[]): string[] =>
      list.map(({ holder, amount }) => `${nameOf(holder)} ${amount}`)
    expect(
      events.map(({ facts }) => [facts.txid, facts.amount, parties(facts.from), parties(facts.to)]),
    ).toEqual([[txidOf(2), '2', ['w 2'], ['x 1', 'y 1']]])
  })

  test('outputs: change is not moved; what an owner only brings together is told all the same', () => {
    const ours = books(
      [
        ...theft,
        utxo(
          3,
          [[2, 0, 'b', 50n]],
          [
            ['d', 20n],
            ['b', 30n],
          ],
        ),
        utxo(4, [[3, 1, 'b', 30n]], [['b', 30n]]),
      ],
      {},
    )
    const { events } = tracedBooks(ours).sight(watchOf())
    const told = events
      .slice(-2)
      .map(({ facts: { amount, from, to } }) => [
        amount,
        ...[from, to].map((side) => side.map((party) => `${party.holder.split(':').at(-1)} ${party.amount}`)),
      ])
    expect(told).toEqual([
      ['20', ['b 20'], ['d 20']],
      ['30', ['b 30'], ['b 30']],
    ])
  })

  test('accounts: who holds what, and where to begin', () => {
    const ours = books(
      accountTransactions([
        [null, 'thief', 100],
        ['thief', 'x', 60],
      ]),
      {},
    )
    const request = plainRequest({
      seeds: [{ theft: 't', of: { kind: 'holders', holders: [account('thief')] } }],
    })
    const sight = tracedBooks(ours).sight(watchOf({ request }))
    expect(sight.holders.map(({ holder, amounts }) => [holder, amounts.get(USD)])).toEqual([
      [account('thief'), 40n],
      [account('x'), 60n],
    ])
    expect(sinceOf(traceWatch(ours, { request })!, () => null)).toEqual({ 'eip155:1': 1000 })
    expect(sinceOf(traceWatch(ours, { request })!, () => 2000)).toEqual({ 'eip155:1': 2000 })
  })
})

test.each([
  ['nothing is known of what the payer had', { kind: 'none' }, true],
  ['the payer’s whole history is known', { kind: 'all' }, false],
] as const)('what an account moved is at most what is told, where %s', (_, covers, atMost) => {
  const rows = accountTransactions([
    [null, 'thief', 100],
    ['thief', 'x', 60],
  ])
  const ours = booksOf(ledgerOf(rows, covers))
  const request = plainRequest({ seeds: [{ theft: 't', of: { kind: 'lot', txid: rows[0]!.txid } }] })
  const { events } = tracedBooks(ours).sight(watchOf({ request }))
  expect(events.map(({ facts }) => [facts.amount, facts.atMost])).toEqual([['60', atMost]])
})

test('what a trace entered that a watched address had before is nothing that it was paid', () => {
  const rows = accountTransactions([
    [null, 'thief', 100],
    ['y', 'thief', 60],
  ])
  const ours = booksOf(ledgerOf([{ ...rows[0]!, txid: 'opening-balance:1000:thief:usd' }, rows[1]!]))
  const holders = [account('thief')]
  const request = plainRequest({ seeds: [{ theft: 't', of: { kind: 'holders', holders } }] })
  const { events } = tracedBooks(ours).sight(watchOf({ kind: 'address', holders, request }))
  expect(events.map(({ facts }) => [facts.txid, facts.amount])).toEqual([[rows[1]!.txid, '60']])
})

describe('flowRequest', () => {
  test('names the very outputs that were stolen: what comes later to the same address is not', () => {
    const ours = books(theft, {})
    const flow = traceFlow(ours, plainRequest({ seeds, rule: 'haircut', maxHops: 9 }))
    const request = flowRequest(flow, ours.ledger)
    expect(request).toMatchObject({ rule: 'haircut', maxHops: 9, until: null })
    const later = books([...theft, utxo(5, [], [['robber', 7n]])], {})
    expect(traceFlow(later, plainRequest({ seeds })).seeds[0]!.amount).toBe('107')
    const again = traceFlow(later, request)
    expect(sameSeeds(flow, again)).toBe(true)
    expect(again.balance).toEqual(flow.balance)
  })

  test('outputs without address', () => {
    const bare = utxo(
      1,
      [],
      [
        [null, 100n],
        ['robber', 7n],
      ],
    )
    const ours = books([bare], {})
    const flow = traceFlow(
      ours,
      plainRequest({ seeds: [{ theft: 't', of: { kind: 'lot', txid: bare.txid } }] }),
    )
    expect(flow.seeds.map(({ amount }) => amount)).toEqual(expect.arrayContaining(['100', '7']))
    expect(traceFlow(ours, flowRequest(flow, ours.ledger)).balance).toEqual(flow.balance)
  })

  test('accounts: transfers by number, and what was spent without receipt', () => {
    const ours = books(
      accountTransactions([
        [null, 'thief', 100],
        ['thief', 'x', 60],
        ['y', 'z', 5],
      ]),
      {},
    )
    for (const holder of ['thief', 'y']) {
      const request = plainRequest({
        seeds: [{ theft: 't', of: { kind: 'holders', holders: [account(holder)] } }],
      })
      const flow = traceFlow(ours, request)
      expect(traceFlow(ours, flowRequest(flow, ours.ledger)).balance, holder).toEqual(flow.balance)
    }
  })

  test('refuses a flow that goes backward, and one whose seeds the ledger lacks', () => {
    const ours = books(theft, {})
    const flow = traceFlow(ours, plainRequest({ seeds }))
    const code = { code: 'WATCH_BAD_FLOW' }
    expect(() => flowRequest({ ...flow, direction: 'backward' }, ours.ledger)).toThrow(
      expect.objectContaining(code),
    )
    expect(() => flowRequest(flow, ledgerOf([]))).toThrow(expect.objectContaining(code))
    expect(flow.assets[0]!.asset).toBe(RBTC)
  })
})

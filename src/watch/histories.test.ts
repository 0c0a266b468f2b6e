import { describe, expect, test } from 'vitest'
import type { HistoryRange, Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { account, accountTransactions, books as booksOf, ledgerOf, nameOf } from '../trace/fixtures.ref.ts'
import { NOTHING_BEYOND, plainRequest } from '../trace/index.ts'
import { ETHEREUM, type HolderId } from '../units/caip.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

/** Transactions a page. */
const PAGE = 10
const BUSY = 50

/** An explorer of accounts; `endless` are said to have page after page. */
function explorer(all: readonly Transaction[], endless: ReadonlySet<HolderId> = new Set()) {
  /** Of this height and above nothing is listed yet. */
  const listed = { below: Number.POSITIVE_INFINITY }
  const refOf = (height: number) => ({ height, hash: `block ${height}`, time: height })
  const placed = (transaction: Transaction): Placed => ({
    ...{ transaction, block: refOf(transaction.height!), links: [] },
  })
  const pages = { asked: 0 }
  const source: Source = {
    ...{ kind: 'etherscan', chain: ETHEREUM, shown: 'an explorer', blind: [] },
    tip: async () => refOf(all.at(-1)!.height!),
    blockAt: async (height) => (height > all.at(-1)!.height! ? null : refOf(height)),
    transaction: async (txid) => {
      const found = all.find((one) => one.txid === txid)
      return found === undefined ? null : { placed: placed(found), assets: [] }
    },
    async *history(holder: HolderId, within?: HistoryRange) {
      const own = all.filter(
        ({ transfers, height }) =>
          transfers.some(({ from, to }) => from === holder || to === holder) &&
          height! >= (within?.from.height ?? 0) &&
          height! <= (within?.to.height ?? Number.POSITIVE_INFINITY) &&
          height! < listed.below,
      )
      for (let at = 0; at < own.length || endless.has(holder); at += PAGE) {
        if (++pages.asked > 10_000) throw new Error('nobody stopped')
        yield { transactions: own.slice(at, at + PAGE).map(placed), assets: [] }
      }
    },
  }
  return { source, pages, listed }
}

/** One watch of an address, one of a flow. */
function watching(source: Source, address: string, ledger: readonly Transaction[]) {
  const counts = new Map<HolderId, number>()
  const books = {
    ...booksOf(ledgerOf(ledger, { kind: 'none' })),
    beyond: {
      ...NOTHING_BEYOND,
      counts: (numbers: Uint32Array) =>
        Float64Array.from(books.ledger.holderIds(numbers), (holder) => counts.get(holder) ?? Number.NaN),
    },
  }
  const watched = tracedBooks(books)
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const holders = [account(address)]
  const since = { [ETHEREUM]: ledger.at(-1)?.height ?? 999 }
  const common = { since, receivers: [], added: 0 }
  const seeds = { theft: 't', of: { kind: 'lot' as const, txid: ledger[0]!.txid } }
  const watches: Watch[] = [
    {
      ...{ ...common, id: 'a', name: 'a', kind: 'address', holders },
      request: { ...plainRequest({ seeds: [{ theft: 't', of: { kind: 'holders', holders } }] }), busy: BUSY },
    },
    {
      ...{ ...common, id: 'f', name: 'f', kind: 'flow', holders: [] },
      request: { ...plainRequest({ seeds: [seeds] }), busy: BUSY },
    },
  ]
  for (const watch of watches) store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => 0 } },
    shared: {
      ...{ settle: async () => false, enterOpenings: async () => false, version: () => 0, has: () => true },
      setCount: (holder, transactions) => void counts.set(holder, transactions),
    },
    sources: new Map([[ETHEREUM, [{ shown: source.shown, open: async () => source }]]]),
  })
  const told = (): string[] =>
    store
      .alerts({ limit: 1000 })
      .toReversed()
      .map(({ kind, amount, to }) => `${kind} ${amount} ${nameOf(to[0]!.holder)} ${to[0]!.stop ?? ''}`.trim())
  return { look: () => watcher.pass(ETHEREUM), told, size: watcher.size }
}

const theft = accountTransactions([
  ['victim', 'thief', 100],
  ['thief', 'mule', 90],
])
const later = (rows: Parameters<typeof accountTransactions>[0], above = 0): Transaction[] =>
  accountTransactions([...Array(theft.length + above).fill(['x', 'y', 1]), ...rows]).slice(
    theft.length + above,
  )

describe('histories', () => {
  test('of a long one only what is new is asked for, at every look', async () => {
    const long = later(Array.from({ length: 300 }, () => ['z', 'shop', 1] as const))
    const all = [...theft, ...long]
    const { source, pages } = explorer(all)
    const { look, told } = watching(source, 'shop', [...theft, ...long])
    for (const [i, amount] of [5, 6, 7].entries()) {
      all.push(...later([['z', 'shop', amount]], long.length + i))
      const before = pages.asked
      expect(await look()).toMatchObject({ atTip: true, busy: [], failures: [] })
      expect(pages.asked - before).toBeLessThanOrEqual(1)
      expect(await look()).toMatchObject({ atTip: true, failures: [] })
    }
    expect(told()).toEqual(['received 5 shop', 'received 6 shop', 'received 7 shop'])
  })

  test('what is listed some blocks after its own is found; what was before the watch is not told', async () => {
    const all = [...theft]
    const { source, listed } = explorer(all)
    const { look, told } = watching(source, 'shop', all)
    for (const amount of [5, 6]) {
      listed.below = all.length + 1000
      all.push(...later([['z', 'shop', amount], ...Array(20).fill(['x', 'y', 1])], all.length - theft.length))
      expect(await look()).toMatchObject({ atTip: true, failures: [] })
      listed.below = Number.POSITIVE_INFINITY
      expect(await look()).toMatchObject({ atTip: true, failures: [] })
      expect(told().at(-1)).toBe(`received ${amount} shop`)
    }
    expect(told()).toHaveLength(2)
  })

  test.each([
    ['has pages without end', new Set([account('mule')]), []],
    ['pays out without end', new Set<HolderId>(), Array(BUSY + 1).fill(['mule', 'user', 1])],
  ] as const)(
    'where money is followed to somebody who %s, it stops there as busy; others go on',
    async (_, endless, rows) => {
      const all = [...theft, ...later([...rows, ['z', 'shop', 5]])]
      const { source, pages } = explorer(all, endless)
      const { look, told, size } = watching(source, 'shop', theft)
      const busy = { holder: account('mule'), above: 1001, through: all.at(-1)!.height }
      expect(await look()).toMatchObject({ atTip: true, busy: [busy], failures: [] })
      expect(told()).toEqual(['arrived 90 mule busy', 'received 5 shop'])
      // Of the flow only what the thief kept is looked for on.
      expect(size().holders).toBe(2)
      const before = pages.asked
      expect(await look()).toMatchObject({ atTip: true, busy: [], failures: [] })
      expect(pages.asked - before).toBeLessThanOrEqual(2)
    },
  )

  test('a watched address with pages without end: it is said, and others go on', async () => {
    const all = [...theft, ...later([['mule', 'next', 40]])]
    const { source } = explorer(all, new Set([account('shop')]))
    const { look, told } = watching(source, 'shop', theft)
    const busy = { holder: account('shop'), transactions: BUSY + 1, above: 1001, through: 1002 }
    expect(await look()).toMatchObject({ atTip: true, busy: [busy], failures: [] })
    expect(told()).toEqual(['moved 40 next'])
  })
})

import { expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import {
  account,
  accountTransactions,
  books as booksOf,
  ledgerOf,
  type Row,
  txidOf,
} from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { ETHEREUM } from '../units/caip.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

/** The n-th transaction, as its sender's transaction of that nonce. */
function sent(n: number, row: Row, nonce: number, height: number | null): Placed {
  const [made] = accountTransactions([row])
  const { height: _, index: _index, ...plain } = { ...made!, txid: txidOf(n) }
  const block = height === null ? null : { height, hash: `block ${height}`, time: height }
  const transaction = height === null ? plain : { ...plain, height, index: 0, time: height }
  return { transaction, block, links: [], turn: { sender: account(row[0]!), nonce } }
}

/** A node of these blocks, by height; what waits is changed by the test. */
function node(blocks: ReadonlyMap<number, readonly Placed[]>) {
  const world = { tip: 1001, waiting: [] as Placed[] }
  const refOf = (height: number) => ({
    ...{ height, hash: `block ${height}`, time: height, parent: `block ${height - 1}` },
  })
  const source: Source = {
    ...{ kind: 'evm', chain: ETHEREUM, shown: 'a node', blind: [] },
    tip: async () => refOf(world.tip),
    blockAt: async (height) => (height > world.tip ? null : refOf(height)),
    transaction: async () => null,
    matches: async (block, interest) => ({
      ...{ block, assets: [] },
      transactions: (blocks.get(block.height) ?? []).filter(({ transaction: { transfers } }) =>
        transfers.some(({ from, to }) => [from, to].some((one) => one !== null && interest.touches(one))),
      ),
    }),
    mempool: async () => world.waiting,
  }
  return { source, world }
}

test('a transaction of an account is replaced once, by whatever its sender has mined in its turn, over a restart too', async () => {
  const theft = accountTransactions([
    ['victim', 'thief', 100],
    ['thief', 'x', 10],
  ])
  // In its place nothing but a fee; another of its sender's has a turn of its own.
  const cancelled = sent(21, ['thief', null, 1, 'fee'], 5, 1002)
  const { source, world } = node(new Map([[1002, [cancelled]]]))
  const watched = tracedBooks(booksOf(ledgerOf(theft)))
  const database = openWatchDatabase(':memory:')
  const watch: Watch = {
    ...{
      id: 'w',
      name: 'w',
      kind: 'flow',
      holders: [],
      since: { [ETHEREUM]: 1001 },
      receivers: [],
      added: 0,
    },
    request: plainRequest({ seeds: [{ theft: 't', of: { kind: 'lot', txid: theft[0]!.txid } }] }),
  }
  createWatchStore(database).add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  /** One look of a process of its own. */
  const look = async (): Promise<string[]> => {
    const store = createWatchStore(database)
    const watcher = createWatcher({
      ...{ store, books: watched, clock: { now: () => 0 } },
      sources: new Map([[ETHEREUM, [{ shown: source.shown, open: async () => source }]]]),
    })
    expect(await watcher.pass(ETHEREUM)).toMatchObject({ atTip: true, failures: [] })
    return store
      .alerts({ limit: 100 })
      .toReversed()
      .map(({ kind, txid, by }) => [kind, ...[txid, by].flatMap((id) => (id ? [Number(id)] : []))].join(' '))
  }
  world.waiting = [sent(11, ['thief', 'x', 50], 5, null), sent(12, ['thief', 'x', 30], 6, null)]
  expect(await look()).toEqual(['unconfirmed 11', 'unconfirmed 12'])
  world.waiting = world.waiting.slice(1)
  world.tip = 1002
  const told = ['unconfirmed 11', 'unconfirmed 12', 'replaced 11 21']
  expect(await look()).toEqual(told)
  expect(await look()).toEqual(told)
})

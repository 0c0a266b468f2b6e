import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { openCrossBook } from '../cross/index.ts'
import { openSqliteLedger } from '../ledger/index.ts'
import { createBeyond, createBook, openLiveFile, storeCrossings } from '../live/index.ts'
import { liveWorld } from '../live/liveWorld.test-suite.ts'
import { madeBlock, madeChain, madeDoor, madeSource } from '../live/madeSource.test-suite.ts'
import { OfflineError } from '../net/index.ts'
import {
  accountTransactions,
  books as booksOf,
  ledgerOf,
  nameOf,
  START,
  txidOf,
  utxo,
} from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceRequest } from '../trace/index.ts'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { shareLedger } from './sharedLedger.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

/** Of this test's theft, and of another's. */
const theft = utxo(1, [], [['robber', 100n]])
const other = utxo(2, [], [['stranger', 7n]])
const move = utxo(3, [[1, 0, 'robber', 100n]], [['b', 99n]])

const lotOf = ({ txid }: Transaction): TraceRequest =>
  plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid, n: 0 } }] })

/** A store that traces with live sources and a watch share, each with connections of its own, over one chain. */
function shared(
  rows: readonly Transaction[] = [theft, other],
  asked: 'explorer' | 'node' = 'explorer',
  seed = 0,
) {
  const on = rows[0]!.chain
  const chain = madeChain(on, rows)
  const node = madeSource(on, madeDoor(chain), 'node')
  const source = madeSource(on, madeDoor(chain), asked)
  const { labels, prices } = booksOf(ledgerOf([]))
  const world = liveWorld({
    sources: [{ chain: on, shown: source.shown, open: async () => source }],
    labels,
    prices,
  })
  const open = new DisposableStack()
  onTestFinished(() => {
    open.dispose()
    world.clean()
  })
  const ledger = open.adopt(openSqliteLedger(world.folder), (one) => one.close())
  const live = open.adopt(openLiveFile(world.folder), (one) => one.close())
  const cross = open.adopt(openCrossBook(world.folder), (one) => one.close())
  const crossings = storeCrossings(cross, ledger)
  const book = createBook(live.database, live.path)
  const beyond = createBeyond({ ledger, book, runNotes: [], crossings })
  const watched = tracedBooks({ ...booksOf(ledger), beyond }, crossings, book)
  const stolen = { ...rows[seed]!, height: seed + 1, index: 0 }
  ledger.append([stolen])
  let failing = 0
  const failingNode: Source = {
    ...node,
    async blockAt(height) {
      if (failing-- > 0) throw new OfflineError({ source: node.shown, question: 'block' })
      return node.blockAt(height)
    },
  }
  const store = open.adopt(createWatchStore(openWatchDatabase(world.folder)), (one) => one.close())
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], receivers: [], added: 0 },
    since: { [on]: 2 },
    request: lotOf(stolen),
  }
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const start = () =>
    createWatcher({
      ...{
        store,
        books: watched,
        shared: shareLedger(live, ledger, crossings, () => START),
        clock: { now: () => START * 1000 },
      },
      sources: new Map([[on, [{ shown: node.shown, open: async () => failingNode }]]]),
    })
  let watcher = start()
  let told = 0
  return {
    book,
    trace: (of: Transaction) => world.run(lotOf(of)),
    restart() {
      watcher = start()
    },
    /** The next look is in vain. */
    async fail() {
      failing = 1
      expect((await watcher.pass(on)).failures).toHaveLength(1)
    },
    /** Kinds and transactions of what a look tells. */
    async look(): Promise<string[]> {
      expect(await watcher.pass(on)).toMatchObject({ atTip: true, failures: [] })
      const alerts = store.alerts({ limit: 100 }).toReversed().slice(told)
      told += alerts.length
      return alerts.map(({ kind, txid }) => `${kind} ${Number(`0x${txid?.replace('0x', '')}`)}`)
    },
    amounts: () =>
      store.alerts({ limit: 100 }).map(({ amount, atMost }) => `${atMost ? '<= ' : ''}${amount}`),
    mine(...transactions: Transaction[]) {
      const height = chain.blocks.length
      const placed = transactions.map((one, index) => ({ ...one, height, index }))
      chain.blocks = [...chain.blocks, madeBlock(chain.blocks.at(-1), placed, START + height * 600, 'x')]
    },
    turn(depth: number) {
      chain.blocks = chain.blocks.slice(0, -depth)
      chain.blocks.push(madeBlock(chain.blocks.at(-1), [], START + chain.blocks.length * 600, 'turned'))
    },
  }
}

test('what a trace put in ahead of the watch is taken back with its block', async () => {
  const { trace, restart, look, mine, turn } = shared()
  expect(await look()).toEqual([])
  mine(move)
  await trace(theft)
  restart()
  turn(1)
  mine(utxo(4, [[1, 0, 'robber', 100n]], [['c', 98n]]))
  expect(await look()).toEqual(['moved 3', 'moved 4', 'reversed 3'])
})

test('what a trace takes out for its own fork is found again by the watch', async () => {
  const { trace, look, mine, turn } = shared()
  mine(move)
  await trace(theft)
  expect(await look()).toEqual(['moved 3'])
  turn(1)
  mine(move)
  expect(await look()).toEqual([])
  await trace(other)
  mine(utxo(5, [[3, 0, 'b', 99n]], [['d', 98n]]))
  expect(await look()).toEqual(['moved 5'])
})

test.each<[string, (made: ReturnType<typeof shared>) => void | Promise<void>]>([
  ['runs on', () => {}],
  ['starts anew', ({ restart }) => restart()],
  ['looks in vain first', ({ fail }) => fail()],
])('a trace that was late with an answer of the old chain costs a watch nothing that %s', async (_, then) => {
  const made = shared()
  const { book, trace, look, mine, turn } = made
  mine(move)
  expect(await look()).toEqual(['moved 3'])
  turn(1)
  mine(move)
  expect(await look()).toEqual([])
  const late = { chain: BITCOIN_REGTEST, height: 3, hash: 'of the old chain', source: 'x', fetched: 0 }
  book.put([{ ...late, txid: move.txid, placed: true }])
  await trace(other)
  mine(utxo(5, [[3, 0, 'b', 99n]], [['d', 98n]]))
  await then(made)
  expect(await look()).toEqual(['moved 5'])
})

test('what an account had before watched money came is asked of the node, by watch and trace alike', async () => {
  const paid = (n: number, from: string | null, to: string, amount: bigint): Transaction => ({
    ...accountTransactions([[from, to, amount]])[0]!,
    ...{ txid: txidOf(n), height: n, time: START + n * 600 },
  })
  const stolen = paid(2, null, 'thief', 10n)
  const rows = [paid(1, null, 'mule', 100n), stolen, paid(3, 'thief', 'mule', 5n)]
  const later = [paid(4, 'mule', 'shop', 50n), paid(5, 'mule', 'shop', 52n)]
  for (const order of ['watch first', 'trace first', 'trace between']) {
    const { trace, look, mine, amounts } = shared([rows[0]!, stolen], 'node', 1)
    if (order === 'trace first') await trace(stolen)
    expect(await look()).toEqual([])
    mine(rows[2]!)
    expect(await look()).toEqual(['moved 3'])
    if (order === 'trace between') await trace(stolen)
    for (const one of later) mine(one)
    // The first payment is of what it had.
    expect([await look(), amounts()], order).toEqual([['moved 5'], ['2', '5']])
    const { flow } = await trace(stolen)
    const rests = flow.leaves.map(({ holder, amount }) => [nameOf(holder), amount])
    expect(rests.sort(), order).toEqual([
      ['mule', '3'],
      ['shop', '2'],
      ['thief', '5'],
    ])
    expect(await look(), order).toEqual([])
  }
})

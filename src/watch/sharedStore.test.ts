import { expect, onTestFinished, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { openCrossBook } from '../cross/index.ts'
import { openSqliteLedger } from '../ledger/index.ts'
import { createBeyond, createBook, openLiveFile, storeCrossings } from '../live/index.ts'
import { liveWorld } from '../live/liveWorld.test-suite.ts'
import { madeBlock, madeChain, madeDoor, madeSource } from '../live/madeSource.test-suite.ts'
import { books as booksOf, ledgerOf, START, utxo } from '../trace/fixtures.ref.ts'
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
function shared() {
  const chain = madeChain(BITCOIN_REGTEST, [theft, other])
  const node = madeSource(BITCOIN_REGTEST, madeDoor(chain), 'node')
  const explorer = madeSource(BITCOIN_REGTEST, madeDoor(chain), 'explorer')
  const { labels, prices } = booksOf(ledgerOf([]))
  const world = liveWorld({
    sources: [{ chain: BITCOIN_REGTEST, shown: explorer.shown, open: async () => explorer }],
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
  const watched = tracedBooks({ ...booksOf(ledger), beyond }, crossings)
  ledger.append([{ ...theft, height: 1, index: 0 }])
  const store = open.adopt(createWatchStore(openWatchDatabase(world.folder)), (one) => one.close())
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], receivers: [], added: 0 },
    since: { [BITCOIN_REGTEST]: 2 },
    request: lotOf(theft),
  }
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const start = () =>
    createWatcher({
      ...{
        store,
        books: watched,
        shared: shareLedger(live, ledger, crossings),
        clock: { now: () => START * 1000 },
      },
      sources: new Map([[BITCOIN_REGTEST, [{ shown: node.shown, open: async () => node }]]]),
    })
  let watcher = start()
  let told = 0
  return {
    book,
    trace: (of: Transaction) => world.run(lotOf(of)),
    restart() {
      watcher = start()
    },
    /** Kinds and transactions of what a look tells. */
    async look(): Promise<string[]> {
      expect(await watcher.pass(BITCOIN_REGTEST)).toMatchObject({ atTip: true, failures: [] })
      const alerts = store.alerts({ limit: 100 }).toReversed().slice(told)
      told += alerts.length
      return alerts.map(({ kind, txid }) => `${kind} ${Number(`0x${txid}`)}`)
    },
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

test.each([
  ['runs on', false],
  ['starts anew', true],
])('a trace that was late with an answer of the old chain costs a watch nothing that %s', async (_, anew) => {
  const { book, trace, restart, look, mine, turn } = shared()
  mine(move)
  expect(await look()).toEqual(['moved 3'])
  turn(1)
  mine(move)
  expect(await look()).toEqual([])
  const late = { chain: BITCOIN_REGTEST, height: 3, hash: 'of the old chain', source: 'x', fetched: 0 }
  book.put([{ ...late, txid: move.txid, placed: true }])
  await trace(other)
  if (anew) restart()
  mine(utxo(5, [[3, 0, 'b', 99n]], [['d', 98n]]))
  expect(await look()).toEqual(['moved 5'])
})

/**
 * What watching costs: a look with nothing new, a block of others, and a block in which a watched output is spent.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlockRef, Placed, Source } from '../src/chain/source.ts'
import type { Transaction } from '../src/chain/transaction.ts'
import { createMemoryLedger } from '../src/ledger/index.ts'
import { plainRequest, type TraceBooks } from '../src/trace/index.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'
import {
  createWatcher,
  createWatchStore,
  openWatchDatabase,
  tracedBooks,
  type Watch,
  type Watcher,
} from '../src/watch/index.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo, timed } from './harness.ts'

const LOTS = [1000, 10_000, 100_000]
/** Inputs of a full block: Bitcoin's fullest have some 10,000. */
const INPUTS = 10_000
const RUNS = 5

export const watchBench: Benchmark = {
  name: 'watch',
  about: `One theft that was split among so many watched outputs; ledger in memory, watch.sqlite on disk, a source in the same process that costs nothing. A look with nothing new asks the tip and the mempool; a block of others has ${INPUTS.toLocaleString('en')} inputs, each looked up; in a block with one of ours that is traced again, compared and written.`,
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const lots of sizesUpTo(largest, LOTS)) measurements.push(...(await measure(lots)))
    return measurements
  },
}

async function measure(lots: number): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
  const store = createWatchStore(openWatchDatabase(join(folder, 'watch.sqlite')))
  try {
    const world = createWorld(lots)
    const watch: Watch = {
      ...{ id: 'w', name: 'theft', kind: 'lot', holders: [], since: { [BITCOIN_REGTEST]: 1 }, added: 0 },
      request: plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid: txidOf(1) } }] }),
      receivers: [{ kind: 'command', argv: ['none'] }],
    }
    store.add(watch, { nowMs: 0 })
    const watcher = createWatcher({
      ...{ store, books: tracedBooks(world.books), clock: { now: () => 0 } },
      sources: new Map([[BITCOIN_REGTEST, [{ shown: 'made', open: async () => world.source }]]]),
    })
    const pass = async (): Promise<Awaited<ReturnType<Watcher['pass']>>> => {
      const done = await watcher.pass(BITCOIN_REGTEST)
      premise(done.atTip, 'the tip was reached')
      return done
    }
    await pass()
    premise(watcher.size().lots === lots, `${lots} outputs are watched`)
    const line = { size: lots, unit: 'watched outputs' }
    return [
      { ...line, name: 'a look with nothing new', runs: await timed(RUNS, pass) },
      { ...line, name: 'a block of others', runs: await timed(RUNS, pass, () => world.mine(false)) },
      { ...line, name: 'a block with one of ours', runs: await timed(RUNS, pass, () => world.mine(true)) },
    ]
  } finally {
    store.close()
    rmSync(folder, { recursive: true })
  }
}

/** A chain whose first block has the theft and its split, and a source over it. */
function createWorld(lots: number) {
  const ledger = createMemoryLedger()
  const theft = transactionOf(1, 1, [], 1)
  const split = transactionOf(2, 1, [{ txid: theft.txid, n: 0, amount: AMOUNT }], lots)
  ledger.append([theft, split])
  const books: TraceBooks = {
    ledger,
    labels: { of: () => new Map(), isEmpty: () => true, sources: () => [] },
    prices: { at: () => null, sources: () => [] },
    version: 'bench',
  }
  let height = 1
  let spent = 0
  let own: Transaction | null = null
  const ref = (at: number): BlockRef => ({
    ...{ height: at, hash: `block ${at}`, time: 1_700_000_000 + at * 600 },
    parent: `block ${at - 1}`,
  })
  const source: Source = {
    ...{ kind: 'bitcoin', chain: BITCOIN_REGTEST, shown: 'made', blind: [] },
    tip: async () => ref(height),
    blockAt: async (at) => (at > height ? null : ref(at)),
    transaction: async () => null,
    mempool: async () => [],
    async matches(block, interest) {
      let met = 0
      for (let i = 0; i < INPUTS; i++) if (interest.spends(txidOf(1_000_000 + i), i % 3)) met++
      premise(met === 0, 'the others spend nothing of ours')
      const ours = block.height === height ? own : null
      const isWanted = ours?.inputs.some(({ txid, n }) => interest.spends(txid, n)) === true
      const placed: Placed[] = isWanted ? [{ transaction: ours!, block, links: [] }] : []
      return { block, transactions: placed, assets: [] }
    },
  }
  return {
    ...{ books, source },
    mine(isOurs: boolean): void {
      height++
      const input = { txid: split.txid, n: spent++, amount: AMOUNT / BigInt(lots) }
      own = isOurs ? transactionOf(1000 + height, height, [input], 1) : null
    },
  }
}

const AMOUNT = 10_000_000_000n

function txidOf(n: number): string {
  return n.toString(16).padStart(64, '0')
}

function transactionOf(
  n: number,
  height: number,
  inputs: Transaction['inputs'],
  outputs: number,
): Transaction {
  const total = inputs.reduce((sum, { amount }) => sum + amount!, 0n) || AMOUNT
  return {
    ...{ chain: BITCOIN_REGTEST, txid: txidOf(n), height, time: 1_700_000_000 + height * 600 },
    ...{ transfers: [], inputs },
    outputs: Array.from({ length: outputs }, (_, i) => ({
      holder: `${BITCOIN_REGTEST}:made${n}-${i}`,
      amount: total / BigInt(outputs),
    })),
  }
}

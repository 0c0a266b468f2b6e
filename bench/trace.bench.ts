/**
 * A trace from end to end on a SQLite ledger: seeds, look-ups, reach, tapes, rule, flow.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Input, Transaction } from '../src/chain/transaction.ts'
import { openLabelStore } from '../src/label/index.ts'
import { openSqliteLedger } from '../src/ledger/index.ts'
import { openPriceStore } from '../src/price/index.ts'
import { createStore } from '../src/store/index.ts'
import {
  type Probe,
  plainRequest,
  prepareTrace,
  RULES,
  type Rule,
  type TraceBooks,
  type TraceRequest,
} from '../src/trace/index.ts'
import { BITCOIN_REGTEST } from '../src/units/index.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'

/** Tainted outputs. */
const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const RUNS = 3
const STOLEN = 2 ** 50

/**
 * A binary tree of outputs: each transaction spends one and makes two of half its amount, so that every rule taints all
 * of them. 2^50 sats halve 20 times before the last of 10^6 outputs.
 */
function* tree(lots: number): Generator<Transaction> {
  const base = { chain: BITCOIN_REGTEST, transfers: [] }
  const txid = (i: number): string => i.toString(16).padStart(64, '0')
  const holder = (name: string): string => `${BITCOIN_REGTEST}:${name}`
  const thief = { holder: holder('thief'), amount: BigInt(STOLEN) }
  yield { ...base, txid: txid(0), height: 0, index: 0, time: 0, inputs: [], outputs: [thief] }
  const unspent: Required<Input>[] = [{ txid: txid(0), n: 0, ...thief }]
  for (let i = 1; 2 * i <= lots; i++) {
    const spent = unspent[i - 1]!
    const half = spent.amount / 2n
    const outputs = [
      { holder: holder(`a${i}`), amount: half },
      { holder: holder(`b${i}`), amount: spent.amount - half },
    ]
    yield { ...base, txid: txid(i), height: i, index: 0, time: i * 600, inputs: [spent], outputs }
    for (const [n, output] of outputs.entries()) unspent.push({ txid: txid(i), n, ...output })
  }
}

const REQUEST: TraceRequest = plainRequest({
  seeds: [{ theft: 'tree', of: { kind: 'lot', txid: '0'.repeat(64), n: 0 } }],
})

const PHASES = {
  reach: 'look-ups and reach',
  tapes: 'tapes',
  context: 'coverage of holders',
  kernel: 'the rule, in memory',
  assembly: 'hops, values, names, balance',
} as const

/** Milliseconds of each phase, and the memory of the whole process as it ended. */
interface Lap {
  readonly ms: number
  readonly rssMiB: number
}

/** Traces once by one rule, phase by phase. */
function lap(books: TraceBooks, rule: Rule): Map<keyof typeof PHASES, Lap> {
  const laps = new Map<keyof typeof PHASES, Lap>()
  let start = performance.now()
  const probe: Probe = (phase) => {
    const ms = performance.now() - start
    laps.set(phase, { ms, rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) })
    start = performance.now()
  }
  const flow = prepareTrace(books, { ...REQUEST, rule }, probe).run(rule)
  premise(
    flow.leaves.reduce((sum, leaf) => sum + BigInt(leaf.amount), 0n) === BigInt(STOLEN),
    `${rule} accounts for all that was stolen`,
  )
  return laps
}

export const traceBench: Benchmark = {
  name: 'trace',
  about:
    'From one stolen output to its last descendants on a SQLite ledger: look-ups in sets, tapes, one rule, and the assembled flow with its balance proved. The ledger is a binary tree of outputs, the worst case for look-ups: every transaction and every holder is another one. Memory is that of the whole process as the phase ends.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    const sizes = sizesUpTo(largest, SIZES)
    for (const size of sizes) {
      const store = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
      createStore(store)
      const ledger = openSqliteLedger(store)
      const labels = openLabelStore(store)
      const prices = openPriceStore(store)
      try {
        ledger.append([...tree(size)], { covers: { kind: 'all' } })
        const books = { ledger, labels, prices, version: 'bench' }
        for (const rule of size === sizes.at(-1) ? RULES : (['fifo'] as const)) {
          if (rule === 'libr') continue
          if (size < 1_000_000) lap(books, rule)
          const laps = Array.from({ length: size < 1_000_000 ? RUNS : 1 }, () => lap(books, rule))
          for (const [phase, name] of Object.entries(PHASES) as [keyof typeof PHASES, string][]) {
            // What comes before the rule is the same for all of them.
            if (rule !== 'fifo' && phase !== 'kernel') continue
            const runs = laps.map((phases) => phases.get(phase)!.ms)
            const rssMiB = Math.max(...laps.map((phases) => phases.get(phase)!.rssMiB))
            measurements.push({
              name: `${rule}: ${name}`,
              size,
              unit: 'tainted lots',
              runs,
              note: `${rssMiB} MiB`,
            })
          }
          const runs = laps.map((phases) => phases.values().reduce((sum, { ms }) => sum + ms, 0))
          measurements.push({ name: `${rule}: all, look-ups included`, size, unit: 'tainted lots', runs })
        }
      } finally {
        ledger.close()
        labels.close()
        prices.close()
        rmSync(store, { recursive: true, force: true })
      }
    }
    return measurements
  },
}

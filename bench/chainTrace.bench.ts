/**
 * A trace on a chain store on disk: from one theft to its last descendants before some moment, cold and warm, each run in a
 * process of its own so that its peak memory is its own.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openChainReader } from '../src/ledger/chain/chainReader.ts'
import { NONE } from '../src/ledger/ledger.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'
import { indexedChain } from './indexedChain.ts'

const TAINTED = [10_000, 100_000, 1_000_000]
/** Large enough that a million outputs are reached before its end. */
const TRANSACTIONS = 1_000_000
/** Transactions made for an output to be reached; a million outputs are reached much earlier than a few. */
const MOST_PER_OUTPUT = 100
/** Coinbases stolen at once: one alone is spread below one satoshi before a million outputs. */
const STOLEN = 20

/** What a run in a process of its own says. */
interface Run {
  readonly phases: Readonly<Record<string, number>>
  readonly transactions: number
  readonly hops: number
  readonly leaves: number
  readonly peakMiB: number
}

export const chainTraceBench: Benchmark = {
  name: 'chainTrace',
  about: `One theft of ${STOLEN} coinbases in a chain store of ${TRANSACTIONS.toLocaleString('en')} made transactions (bench/blocks.ts), followed until it has reached that many outputs: look-ups, rule and assembled flow with its balance proved. No labels, no limit for busy holders: every reached output is looked at. Cold: nothing of the store in the system's page cache, where dropping it is allowed; warm: run again. Opening the store and starting Node are not in it.`,
  async run({ largest }) {
    const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
    const measurements: Measurement[] = []
    try {
      const sizes = sizesUpTo(largest, TAINTED)
      const chain = await indexedChain(folder, Math.min(TRANSACTIONS, MOST_PER_OUTPUT * sizes.at(-1)!))
      for (const size of sizes) {
        const { until, reached } = untilReached(chain, size)
        for (const rule of ['fifo', 'haircut']) {
          const how = chill(chain)
          const cold = trace(folder, rule, until)
          const warm = [1, 2, 3].map(() => trace(folder, rule, until))
          for (const [state, runs] of [
            [how, [cold]],
            ['warm', warm],
          ] as const) {
            const [{ phases, transactions, hops, leaves, peakMiB }] = runs as readonly [Run]
            const seconds = Object.entries(phases).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(2)}`)
            measurements.push({
              name: `${rule}, ${state}`,
              size: reached,
              unit: 'reached outputs',
              runs: runs.map((run) => Object.values(run.phases).reduce((sum, ms) => sum + ms, 0)),
              note: `${seconds.join(', ')} s; ${transactions} transactions, ${hops} hops, ${leaves} leaves; peak ${peakMiB} MiB`,
            })
          }
        }
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
    return measurements
  },
}

/** First block time at which the theft has reached so many outputs, by following every input. */
function untilReached(chain: string, outputs: number): { until: number; reached: number } {
  const reader = openChainReader(chain)
  const tainted = new Uint8Array(reader.transactions).fill(1, 0, STOLEN)
  let reached = 0
  try {
    for (const segment of reader.segments) {
      for (let local = 0; local < segment.transactions; local++) {
        const tx = segment.firstTx + local
        for (
          let i = segment.txInputs.at(local);
          tainted[tx] === 0 && i < segment.txInputs.at(local + 1);
          i++
        ) {
          const prev = segment.inTx.at(i)
          if (prev !== NONE) tainted[tx] = tainted[prev]!
        }
        if (tainted[tx] === 1) reached += segment.txOutputs.at(local + 1) - segment.txOutputs.at(local)
        const block = reader.blockOf(segment, local)
        // Only at the end of a block: the limit is a time.
        if (reached >= outputs && local + 1 === segment.blockTx.at(block + 1))
          return { until: segment.blockTime.at(block), reached }
      }
    }
  } finally {
    reader.close()
  }
  throw new Error(`The theft reaches only ${reached} outputs of the chain.`)
}

/** Empties the page cache; where only root may, takes a fresh copy, which is as good as written just now: not cold. */
function chill(chain: string): string {
  spawnSync('sync')
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return 'cold'
  } catch {
    cpSync(chain, `${chain}-copy`, { recursive: true })
    rmSync(chain, { recursive: true })
    renameSync(`${chain}-copy`, chain)
    return 'first run after a copy (the page cache cannot be dropped here)'
  }
}

function trace(folder: string, rule: string, until: number): Run {
  const child = fileURLToPath(import.meta.resolve('./chainTraceRun.ts'))
  const typed = [child, folder, rule, String(until), String(STOLEN)]
  const { stdout, stderr, status } = spawnSync(process.execPath, typed, { encoding: 'utf8' })
  premise(status === 0, `the trace ends well: ${stderr}`)
  return JSON.parse(stdout) as Run
}

/**
 * Indexing made chains from disk: speed, memory, bytes, and how they grow. Each run is a process of its own, so that its
 * peak memory is its own.
 * @module
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { writeChain } from './blocks.ts'
import { bytesUnder, runCli } from './cli.ts'
import { watchDisk } from './diskPeak.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'

const SIZES = [100_000, 1_000_000, 10_000_000]
const MEMORY = '4GiB'
/** Bitcoin's main chain in 2026, rounded up: what the extrapolation is to. */
const FULL = { transactions: 1.3e9, outputs: 3.5e9, inputs: 3.4e9, addresses: 1.4e9, bytes: 800e9 }

export const indexBench: Benchmark = {
  name: 'index',
  about: `\`lootline index --memory ${MEMORY}\` over made block files (bench/blocks.ts) with a warm page cache, the disk's flushes waited for. "disk" is the store in the end and the most it held while it was made. The full chain is Bitcoin's of 2026, 800 GB of blocks: hours by bytes of blocks; GB of store by rows, with the bytes a row that each kind of column takes here for 1.3 billion transactions, 3.5 billion outputs, 3.4 billion inputs and 1.4 billion addresses, and, naively, by transactions.`,
  run({ largest }): readonly Measurement[] {
    const measurements: Measurement[] = []
    for (const size of sizesUpTo(largest, SIZES)) {
      const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
      try {
        const blocks = join(folder, 'blocks')
        const written = writeChain(blocks, { transactions: size })
        measurements.push(measure(folder, blocks, written.transactions, written.bytes))
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
    return measurements
  },
}

interface Rows {
  readonly transactions: number
  readonly outputs: number
  readonly inputs: number
  readonly addresses: number
}

function measure(folder: string, blocks: string, transactions: number, bytes: number): Measurement {
  const store = join(folder, 'store')
  const typed = ['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store]
  const chain = join(store, 'chain')
  const watch = watchDisk(chain)
  const { result, peakMiB } = runCli<Rows & { seconds: number }>([...typed, '--memory', MEMORY])
  const most = Math.max(watch.stop(), bytesUnder(chain))
  premise(result.transactions === transactions, 'every transaction is indexed')
  const disk = bytesUnder(chain)
  const full = fullStore(chain, result)
  const hours = (result.seconds * FULL.bytes) / bytes / 3600
  const gigabytes = (of: number): string => `${Math.round(of / 1e9)} GB`
  const each = (of: number): string => `${Math.round(of / transactions)}`
  const note = [
    `memory ${Math.round(peakMiB)} MiB`,
    `disk ${each(disk)}, at most ${each(most)} B/transaction`,
    `full chain: ${hours.toFixed(1)} h, store ${gigabytes(full)} by rows (${gigabytes((disk / transactions) * FULL.transactions)} by transactions), at most ${gigabytes((full * most) / disk)}`,
  ].join('; ')
  const runs = [result.seconds * 1000]
  return { name: 'index', size: transactions, unit: 'transactions', runs, bytes, note }
}

/** Bytes of the full chain's store: each column by the rows it has one value of. */
function fullStore(chain: string, made: Rows): number {
  const share = (of: keyof Rows): number => FULL[of] / made[of]
  // One for an input or output, less those of one transaction to one address.
  const postings = (FULL.inputs + FULL.outputs) / (made.inputs + made.outputs)
  let bytes = 0
  for (const path of readdirSync(chain, { recursive: true, encoding: 'utf8' })) {
    const column = basename(path)
    const { size } = statSync(join(chain, path))
    if (column === 'postingTx') bytes += size * postings
    else if (/^(address|posting)/.test(column)) bytes += size * share('addresses')
    else if (/^out/.test(column)) bytes += size * share('outputs')
    else if (/^in/.test(column)) bytes += size * share('inputs')
    else bytes += size * share('transactions')
  }
  return bytes
}

/**
 * Indexing made chains from disk: speed, memory, bytes, and how they grow. Each run is a process of its own, so that its
 * peak memory is its own.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeChain } from './blocks.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'

const SIZES = [100_000, 1_000_000, 10_000_000]
const MEMORY = '1GiB'
/** Bitcoin's main chain in 2026, rounded up: what the extrapolation is to. */
const FULL = { transactions: 1.3e9, bytes: 800e9 }

export const indexBench: Benchmark = {
  name: 'index',
  about: `\`lootline index --memory ${MEMORY}\` over made block files (bench/blocks.ts) with a warm page cache. The note extrapolates linearly from each size to 1.3 billion transactions in 800 GB; the time by bytes of blocks.`,
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

function measure(folder: string, blocks: string, transactions: number, bytes: number): Measurement {
  const store = join(folder, 'store')
  const typed = ['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store]
  const main = join(import.meta.dirname, '../bin/lootline.js')
  const peak = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(peak)}`,
      main,
      ...typed,
      '--memory',
      MEMORY,
      '--json',
    ],
    { encoding: 'utf8' },
  )
  premise(status === 0, `the index ends well: ${stderr}`)
  const result = JSON.parse(stdout) as { transactions: number; seconds: number }
  premise(result.transactions === transactions, 'every transaction is indexed')
  const disk = bytesUnder(join(store, 'chain'))
  const share = FULL.bytes / bytes
  const note = [
    `${(bytes / 1e6 / result.seconds).toFixed(0)} MB/s`,
    `peak ${Math.round(Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024)} MiB`,
    `${Math.round(disk / transactions)} B/transaction`,
    `full chain: ${((result.seconds * share) / 3600).toFixed(1)} h, ${Math.round((disk / transactions) * FULL.transactions * 1e-9)} GB`,
  ].join('; ')
  return { name: 'index', size: transactions, unit: 'transactions', runs: [result.seconds * 1000], note }
}

function bytesUnder(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

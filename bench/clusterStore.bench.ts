/**
 * `lootline cluster build` over indexed chains: from columns on disk to links and names on disk, every check included.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeChain } from './blocks.ts'
import { bytesUnder, runCli } from './cli.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'

/** Transactions. */
const SIZES = [100_000, 1_000_000, 10_000_000]

/** Change is scored output by output: minutes beyond. */
const LARGEST_OF_CHANGE = 1_000_000
const WAYS = [
  { name: 'inputs spent together', typed: [], largest: Infinity },
  {
    name: 'inputs spent together, change by two signs',
    typed: ['--change', 'twoSigns'],
    largest: LARGEST_OF_CHANGE,
  },
]

interface Built {
  readonly read: number
  readonly addresses: number
  readonly clusters: number
  readonly links: number
}

export const clusterStoreBench: Benchmark = {
  name: 'clusterStore',
  about: `\`lootline cluster build\` over made chains (bench/blocks.ts) that were indexed beforehand, with a warm page cache: CoinJoins recognised and refused, every link kept with its transaction and rule, names written. "two signs" also links the change that two independent signs agree on, up to ${LARGEST_OF_CHANGE.toLocaleString('en')} transactions. The process from start to end.`,
  run({ largest }): readonly Measurement[] {
    const measurements: Measurement[] = []
    for (const transactions of sizesUpTo(largest, SIZES)) {
      const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
      try {
        const blocks = join(folder, 'blocks')
        const store = join(folder, 'store')
        const { inputs } = writeChain(blocks, { transactions })
        runCli(['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store])
        rmSync(blocks, { recursive: true })
        for (const { name, typed } of WAYS.filter((way) => transactions <= way.largest)) {
          const { result, ms, peakMiB } = runCli<Built>(['cluster', 'build', '--store', store, ...typed])
          premise(result.read === transactions, 'every transaction is read')
          const disk = bytesUnder(join(store, 'clusters')) / result.addresses
          const note = [
            `${transactions.toLocaleString('en')} transactions`,
            `${result.addresses.toLocaleString('en')} addresses in ${result.clusters.toLocaleString('en')} clusters`,
            `peak ${Math.round(peakMiB)} MiB`,
            `${disk.toFixed(1)} bytes an address on disk`,
          ].join('; ')
          measurements.push({ name, size: inputs, unit: 'inputs', runs: [ms], note })
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
    return measurements
  },
}

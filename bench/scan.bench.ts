/**
 * The fee of every transaction of a chain store on disk: what a scan of whole columns costs.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChainReader } from '../src/ledger/chain/chainReader.ts'
import { totalFees } from '../src/ledger/chain/scanTransactions.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'
import { indexedChain } from './indexedChain.ts'

const SIZES = [100_000, 1_000_000, 10_000_000]
const RUNS = 7

export const scanBench: Benchmark = {
  name: 'scan',
  about:
    "The fee of every transaction, summed: one pass over the amounts and the starts of a chain store (made by bench/blocks.ts), read from its files through the system's page cache, on one core.",
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const size of sizesUpTo(largest, SIZES)) {
      const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
      try {
        const reader = openChainReader(await indexedChain(folder, size))
        premise(reader.transactions === size, 'every transaction is indexed')
        const { fees, unknown } = totalFees(reader)
        premise(unknown === 0 && fees > 0n, 'every fee is known')
        for (let warm = 0; warm < 20; warm++) totalFees(reader)
        const runs: number[] = []
        for (let run = 0; run < RUNS; run++) {
          const start = performance.now()
          premise(totalFees(reader).fees === fees, 'every run finds the same fees')
          runs.push(performance.now() - start)
        }
        reader.close()
        measurements.push({ name: 'fees', size, unit: 'transactions', runs, note: `${fees} sats` })
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
    return measurements
  },
}

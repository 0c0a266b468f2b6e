/**
 * `npm run bench [name] [-- --largest N]`: runs one benchmark or all, writes `bench/results/`, prints the tables.
 * @module
 */
import { parseArgs } from 'node:util'
import { type Benchmark, record } from './harness.ts'
import type { kernelBench } from './kernel.bench.ts'

const KERNEL_SIZES = [1_000, 10_000, 100_000, 1_000_000]

/** Loaded on demand: a benchmark's peers may be missing. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  cluster: async () => (await import('./cluster.bench.ts')).clusterBench,
  decode: async () => (await import('./decode.bench.ts')).decodeBench,
  import: async () => (await import('./import.bench.ts')).importBench,
  index: async () => (await import('./index.bench.ts')).indexBench,
  kernel: async () => kernels((await import('./kernel.bench.ts')).kernelBench),
  poisonSql: async () => (await import('./poisonSql.bench.ts')).poisonSqlBench,
  trace: async () => (await import('./trace.bench.ts')).traceBench,
}

function kernels(run: typeof kernelBench): Benchmark {
  return {
    name: 'kernel',
    about:
      'The rules alone, on seeded tapes in memory: tainted lots that one core follows. One time, the median of the runs.',
    async run({ largest }) {
      const rows = await run(KERNEL_SIZES.filter((lots) => lots <= largest))
      return rows.map(({ rule, model, taintedLots, ms, runs, rssMiB }) => ({
        name: `${rule}, ${model}`,
        size: taintedLots,
        unit: 'tainted lots',
        runs: [ms],
        note: `${runs} runs, ${rssMiB} MiB`,
      }))
    },
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { largest: { type: 'string', default: '1000000' } },
})
const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals
for (const name of names) {
  const load = BENCHMARKS[name]
  if (load === undefined) {
    process.stderr.write(`There is no benchmark "${name}": ${Object.keys(BENCHMARKS).join(', ')}\n`)
    process.exitCode = 2
    break
  }
  const benchmark = await load()
  process.stdout.write(`${record(benchmark, await benchmark.run({ largest: Number(values.largest) }))}\n`)
}

/**
 * `npm run bench [name] [-- --largest N]`: runs one benchmark or all, writes `bench/results/`, prints the tables.
 * @module
 */
import { parseArgs } from 'node:util'
import { type Benchmark, record } from './harness.ts'

/** Loaded on demand: a benchmark's peers may be missing. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {}

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

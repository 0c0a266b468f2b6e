/**
 * `npm run bench [name…] [-- --largest N]`: runs the named benchmarks or all, each in a process of its own, so that none
 * finds the memory or the compiled code of another; writes `bench/results/`, prints the tables.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchmarkNames, loadBenchmark } from './benchmarks.ts'
import { record } from './harness.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    largest: { type: 'string', default: '1000000' },
    /** Load before the first benchmark, told to the processes that run them. */
    load: { type: 'string' },
  },
})
const known = benchmarkNames()
const names = positionals.length === 0 ? known : positionals
const unknown = names.filter((name) => !known.includes(name))
const largest = Number(values.largest)
const load = Number(values.load ?? loadavg()[0])

if (unknown.length > 0 || !(largest >= 1)) {
  process.stderr.write(`Names are ${known.join(', ')}; --largest is a number from 1 on.\n`)
  process.exitCode = 2
} else if (values.load !== undefined) {
  const date = new Date()
  for (const name of names) {
    const benchmark = await loadBenchmark(name)
    process.stdout.write(`${record(benchmark, await benchmark.run({ largest }), { date, load })}\n`)
  }
} else {
  for (const name of names) {
    const typed = [import.meta.filename, name, '--largest', String(largest), '--load', String(load)]
    const { status } = spawnSync(process.execPath, typed, { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}

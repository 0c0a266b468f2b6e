/**
 * Timing for benchmarks: seeded data, sizes swept, the machine named, results kept as JSON and as a table.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

/** One line of a benchmark: one way of doing one thing at one size. */
export interface Measurement {
  /** What was done, with the way of doing it: `import, SQLite`. */
  readonly name: string
  /** Items: rows, lots, operations. */
  readonly size: number
  readonly unit: string
  /** Milliseconds of each run, in order. */
  readonly runs: readonly number[]
  /** Anything a reader should know of this line: the premise that was checked, a count. */
  readonly note?: string
}

export interface Benchmark {
  readonly name: string
  /** What is measured and on what data, in a sentence or two. */
  readonly about: string
  readonly run: (options: BenchmarkOptions) => Promise<readonly Measurement[]> | readonly Measurement[]
}

export interface BenchmarkOptions {
  /** Sizes above this are left out. */
  readonly largest: number
}

/** Times a function several times after one run to warm up; `prepare` makes each run's input and is not timed. */
export async function timed<T>(
  runs: number,
  work: (input: T) => unknown,
  prepare: () => T,
): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = -1; i < runs; i++) {
    const input = prepare()
    const start = performance.now()
    await work(input)
    if (i >= 0) times.push(performance.now() - start)
  }
  return times
}

/** Throws where a benchmark's premise does not hold: what follows would compare different things. */
export function premise(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The premise does not hold: ${what}`)
}

/** Writes `bench/results/<name>.json` and returns the markdown table. */
export function record(benchmark: Benchmark, measurements: readonly Measurement[]): string {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
  const results = { name: benchmark.name, about: benchmark.about, machine, measurements }
  const table = [
    `## ${benchmark.name}`,
    '',
    benchmark.about,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.platform}.`,
    '',
    '| what | size | median | fastest | rate | note |',
    '|---|---:|---:|---:|---:|---|',
    ...measurements.map(line),
    '',
  ].join('\n')
  writeFileSync(join(folder, `${benchmark.name}.json`), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, `${benchmark.name}.md`), table)
  return table
}

function line({ name, size, unit, runs, note }: Measurement): string {
  const sorted = runs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]!
  const rate = (size / median) * 1000
  return `| ${name} | ${size.toLocaleString('en')} ${unit} | ${milliseconds(median)} | ${milliseconds(sorted[0]!)} | ${rounded(rate)} ${unit}/s | ${note ?? ''} |`
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

/** Three figures: more would pretend. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

/**
 * Timing for benchmarks: seeded data, sizes swept, the machine named, results kept as JSON and as a table.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** One line of a benchmark: one way of doing one thing at one size. */
export interface Measurement {
  /** What was done, with the way of doing it: `import, SQLite 3.50.4`; of a peer with its version. */
  readonly name: string
  /** Items: rows, lots, operations. */
  readonly size: number
  readonly unit: string
  /** Milliseconds of each run, in order; none where the line was skipped, and `note` says why. */
  readonly runs: readonly number[]
  /** Bytes worked on, where MB/s tell something too. */
  readonly bytes?: number
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

/** When and how busy. */
export interface Circumstances {
  readonly date: Date
  /** The machine's load (1 minute) before anything ran. */
  readonly load: number
}

/** From this load on something else was running: the figures are marked. */
const BUSY_LOAD = 0.5

/** A benchmark's sizes up to the largest asked for; that one alone where it is below them all. */
export function sizesUpTo(largest: number, sizes: readonly number[]): readonly number[] {
  const chosen = sizes.filter((size) => size <= largest)
  return chosen.length > 0 ? chosen : [largest]
}

/** Times a function several times after one run to warm up; `prepare` makes each run's input and is not timed. */
export async function timed<T = void>(
  runs: number,
  work: (input: T) => unknown,
  prepare?: () => T,
): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = -1; i < runs; i++) {
    const input = prepare?.() as T
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

/** The middle one of the runs, in milliseconds. */
export function median(runs: readonly number[]): number {
  return runs.toSorted((a, b) => a - b)[Math.floor(runs.length / 2)]!
}

/** Writes `bench/results/<name>.json` and `.md`; returns the markdown table. */
export function record(
  benchmark: Benchmark,
  measurements: readonly Measurement[],
  circumstances: Circumstances,
): string {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const { name, about } = benchmark
  const { date, load } = circumstances
  const machine = machineOf()
  const results = {
    ...{ name, about, machine },
    ...{ date: date.toISOString(), loadAtStart: load, quiet: load <= BUSY_LOAD, measurements },
  }
  const table = tableOf(benchmark, measurements, circumstances)
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, `${name}.md`), table)
  return table
}

/** The measurements as markdown, with the machine and what may have disturbed it. */
export function tableOf(
  { name, about }: Benchmark,
  measurements: readonly Measurement[],
  { date, load }: Circumstances,
): string {
  const { cpu, cores, memoryGiB, node, system } = machineOf()
  const busy =
    load > BUSY_LOAD ? ` **The machine was busy: load ${load.toFixed(1)} at the start; do not compare.**` : ''
  return [
    `## ${name}`,
    '',
    about,
    '',
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${system}; ${date.toISOString().slice(0, 10)}, load ${load.toFixed(2)} at the start.${busy}`,
    '',
    '| what | size | median | fastest | rate | note |',
    '|---|---:|---:|---:|---:|---|',
    ...measurements.map(line),
    '',
  ].join('\n')
}

function machineOf(): Readonly<Record<'cpu' | 'node' | 'system', string>> & {
  readonly cores: number
  readonly memoryGiB: number
} {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${release()} ${process.arch}`,
  }
}

function line({ name, size, unit, runs, bytes, note = '' }: Measurement): string {
  const items = `${size.toLocaleString('en')} ${unit}`
  if (runs.length === 0) return `| ${name} | ${items} | – | – | – | ${note} |`
  const ms = median(runs)
  const rate = `${rounded((size / ms) * 1000)} ${unit}/s`
  const speed = bytes === undefined ? '' : `, ${rounded(bytes / ms / 1000)} MB/s`
  return `| ${name} | ${items} | ${milliseconds(ms)} | ${milliseconds(Math.min(...runs))} | ${rate}${speed} | ${note} |`
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

/** Three figures: more would pretend. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

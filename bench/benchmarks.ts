/**
 * The benchmarks of this folder: `x.bench.ts` exports `xBench`.
 * @module
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Benchmark } from './harness.ts'

const ENDING = '.bench.ts'

/** Sorted by name. */
export function benchmarkNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort()
}

export async function loadBenchmark(name: string): Promise<Benchmark> {
  const file = pathToFileURL(join(import.meta.dirname, `${name}${ENDING}`))
  const { [`${name}Bench`]: benchmark } = (await import(file.href)) as Readonly<Record<string, Benchmark>>
  if (benchmark === undefined) throw new Error(`${name}${ENDING} exports no ${name}Bench`)
  return benchmark
}

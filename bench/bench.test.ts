import { describe, expect, test } from 'vitest'
import { benchmarkNames, loadBenchmark } from './benchmarks.ts'
import { tableOf } from './harness.ts'

const TINY = 300

describe('every benchmark', () => {
  test.each(benchmarkNames())('%s runs at a tiny size', async (name) => {
    const benchmark = await loadBenchmark(name)
    expect(benchmark.name).toBe(name)
    const measurements = await benchmark.run({ largest: TINY })
    expect(measurements).not.toEqual([])
    for (const { name: what, size, runs, note } of measurements) {
      expect(size, what).toBeGreaterThan(0)
      for (const ms of runs) expect(ms, what).toBeGreaterThan(0)
      if (runs.length === 0) expect(note, what).toMatch(/^skipped: /)
    }
    const table = tableOf(benchmark, measurements, { date: new Date(0), load: 0 })
    expect(table.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(measurements.length + 1)
    expect(table).not.toMatch(/NaN|Infinity|undefined|was busy/)
  })
})

describe('tableOf', () => {
  const benchmark = { name: 'x', about: 'About x.', run: () => [] }
  test('takes the middle run, and bytes where they are told', () => {
    const runs = [4, 1, 2]
    const table = tableOf(
      benchmark,
      [{ name: 'read', size: 1000, unit: 'rows', runs, bytes: 4e6, note: 'warm' }],
      { date: new Date('2026-11-23T01:02:03Z'), load: 0.25 },
    )
    expect(table).toContain('; 2026-11-23, load 0.25 at the start.\n')
    expect(table).toContain('| read | 1,000 rows | 2.00 ms | 1.00 ms | 500,000 rows/s, 2,000 MB/s | warm |')
  })
  test('says where the machine was busy', () => {
    const table = tableOf(benchmark, [], { date: new Date(0), load: 1.5 })
    expect(table).toContain('**The machine was busy: load 1.5 at the start; do not compare.**')
  })
})

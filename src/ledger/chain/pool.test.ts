import { threadId } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { echoJob } from './pool.test-suite.ts'
import { openPool } from './pool.ts'

describe.each([1, 2, 3])('a pool of %i', (threads) => {
  test('gives the outputs in the order of the inputs, whichever ends first, and passes reports on', async () => {
    const pool = openPool(threads)
    const inputs = [60, 1, 30, 1, 1].map((ms) => ({ ms }))
    const reports: [number, number][] = []
    const outputs = await pool.run(echoJob, inputs, (place, done) => reports.push([place, done]))
    expect(outputs.map(({ ms }) => ms)).toEqual([60, 1, 30, 1, 1])
    const used = new Set(outputs.map(({ thread }) => thread))
    expect([used.size, used.has(threadId)]).toEqual([threads, threads === 1])
    expect(reports.toSorted(([a], [b]) => a - b)).toEqual(inputs.map(({ ms }, place) => [place, ms]))
    expect(await pool.run(echoJob, [])).toEqual([])
    await pool.close()
  })

  test('throws the failure that one thread would have met, as it was', async () => {
    const pool = openPool(threads)
    const failing = pool.run(echoJob, [
      { ms: 2 },
      { ms: 41, fails: 'ours' },
      { ms: 1, fails: 'other' },
      { ms: 1 },
      { ms: 1, fails: 'other' },
    ])
    const error: unknown = await failing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LootlineError)
    expect(error).toMatchObject({
      ...{ name: 'OddError', message: '41 is odd.', next: 'Take an even number.' },
      data: { code: 'LEDGER_ODD', ms: 41, exact: 12n },
      cause: { name: 'TypeError', message: 'why' },
    })
    expect((error as Error).stack).toContain('pool.test-suite')
    // It can still be used.
    expect(await pool.run(echoJob, [{ ms: 1 }])).toMatchObject([{ ms: 1 }])
    await expect(pool.run(echoJob, [{ ms: 1, fails: 'other' }])).rejects.toThrow('out of range: 1')
    await expect(pool.run(echoJob, [{ ms: 1, fails: 'full' }])).rejects.toMatchObject({
      ...{ code: 'ENOSPC', path: '/store/column' },
    })
    await pool.close()
  })
})

test('a thread that ends by itself fails its job and is replaced', async () => {
  const pool = openPool(2)
  const lost = pool.run(echoJob, [{ ms: 1, fails: 'ends' }, { ms: 5 }])
  await expect(lost).rejects.toThrow('a thread of the index ended with code 3')
  expect(await pool.run(echoJob, [{ ms: 1 }, { ms: 2 }, { ms: 3 }])).toMatchObject([
    { ms: 1 },
    { ms: 2 },
    { ms: 3 },
  ])
  await pool.close()
})

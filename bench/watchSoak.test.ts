import { expect, test } from 'vitest'
import { soak } from './watchSoak.ts'

/** The same for ten minutes: `node bench/watchSoak.ts`. */
test('the watcher, killed again and again over a real node, misses nothing and tells nothing twice', {
  timeout: 240_000,
}, async () => {
  const { wrong, alerts, attempts, blocks } = await soak({ seconds: 8, seed: 3, log: () => {} })
  expect(wrong).toEqual([])
  expect(blocks).toBeGreaterThan(0)
  expect(alerts).toBeGreaterThan(1)
  // The webhook fails every other time.
  expect(attempts).toBeGreaterThan(alerts)
})

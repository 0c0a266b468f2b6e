import { expect, test } from 'vitest'
import { killSoak, SOURCES } from './killSoak.ts'

/** The same fifty times each: `node bench/killSoak.ts`. */
test.each(SOURCES)(
  'a trace that asks a source of kind %s, killed anywhere, goes on where it was',
  {
    timeout: 240_000,
  },
  async (source) => {
    const { wrong, kills, calls } = await killSoak(source, 4, 3)
    expect(wrong).toEqual([])
    expect(kills).toBeGreaterThan(1)
    expect(calls).toBeGreaterThan(200)
  },
)

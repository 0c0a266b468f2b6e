import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backOff, retryAfter } from './backOff.ts'
import { slowBucket } from './bucket.ref.ts'
import { hastyClock } from './faultyServer.test-suite.ts'
import { createBucket, createGate } from './gate.ts'

/** Rates whose interval is a whole number of eighths of a millisecond, so that both twins count exactly. */
const RATES = [1, 2, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1000]

describe('createBucket', () => {
  test('lets through when its slow twin does, and says the same wait', () => {
    const steps = fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1500)), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.integer({ min: 1, max: 12 }),
        steps,
        (perSecond, burst, waits) => {
          const pace = { perSecond, burst }
          const fast = createBucket(pace)
          const slow = slowBucket(pace)
          let now = 1_700_000_000_000
          for (const wait of waits) {
            now += wait
            expect(fast.wait(now)).toBe(slow.wait(now))
            if (slow.wait(now) > 0) continue
            fast.take(now)
            slow.take(now)
          }
        },
      ),
    )
  })

  test('a clock that is set back costs no more than an empty bucket', () => {
    const bucket = createBucket({ perSecond: 2, burst: 3 })
    bucket.take(1_700_000_000_000)
    expect(bucket.wait(1_600_000_000_000)).toBe(500)
  })
})

describe('createGate', () => {
  test('at any rate, no stretch of time has more requests than it may, and nobody waits without need', async () => {
    const pace = fc.record({
      perSecond: fc.double({ min: 0.1, max: 900, noNaN: true }),
      burst: fc.integer({ min: 1, max: 9 }),
      concurrency: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(pace, fc.integer({ min: 1, max: 60 }), async (limits, requests) => {
        const clock = hastyClock()
        const gate = createGate(limits, clock)
        const entered: number[] = []
        const order: number[] = []
        let inside = 0
        await Promise.all(
          Array.from({ length: requests }, async (_, i) => {
            await gate.enter()
            expect(++inside).toBeLessThanOrEqual(limits.concurrency)
            entered.push(clock.now())
            order.push(i)
            await Promise.resolve()
            inside--
            gate.leave()
          }),
        )
        expect(order).toEqual(Array.from({ length: requests }, (_, i) => i))
        // A double counts the milliseconds since 1970 to 0.0002, and the error of each request adds up.
        for (const [i, from] of entered.entries())
          for (let j = i; j < requests; j++) {
            const allowed = limits.burst + ((entered[j]! - from) * limits.perSecond) / 1000
            expect(j - i + 1).toBeLessThanOrEqual(allowed + 0.02)
          }
        // Waits are whole milliseconds.
        const needed = (Math.max(0, requests - limits.burst) * 1000) / limits.perSecond
        expect(entered.at(-1)! - entered[0]!).toBeLessThanOrEqual(needed + requests)
      }),
    )
  })
})

describe('backOff', () => {
  test('lies between 0 and a bound that doubles up to the cap', () => {
    const bounds = fc.record({
      attempt: fc.integer({ min: 1, max: 2000 }),
      cap: fc.nat(10_000_000),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    fc.assert(
      fc.property(bounds, ({ attempt, cap, random }) => {
        const wait = backOff(attempt, cap, () => random)
        expect(Number.isSafeInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(Math.min(cap, 500 * 2 ** (attempt - 1)))
      }),
    )
    const highest = () => 1 - 2 ** -53
    expect([1, 2, 3, 9].map((attempt) => backOff(attempt, 60_000, highest))).toEqual([499, 999, 1999, 59_999])
    expect(backOff(5, 60_000, () => 0)).toBe(0)
  })
})

describe('retryAfter', () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 0)
  test.each([
    ['120', 120_000],
    ['0', 0],
    [' 5 ', 5_000],
    // The three forms of RFC 9110 section 5.6.7.
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['99999999999999', undefined],
    ['tomorrow', undefined],
    ['2001', 2_001_000],
    ['Sun, 99 Nov 1994', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (header, milliseconds) => {
    expect(retryAfter(header, now)).toBe(milliseconds)
  })

  test('any text gives a wait or none', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const wait = retryAfter(header, now)
        expect(wait === undefined || wait >= 0).toBe(true)
      }),
    )
  })
})

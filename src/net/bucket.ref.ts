/**
 * The token bucket as it is told: tokens drop in, each request takes one. The slow twin of `createBucket`.
 * @module
 */
import type { Bucket, Pace } from './gate.ts'

/** Counts thousandths of tokens in integers; for whole milliseconds and a whole `perSecond`. */
export function slowBucket({ perSecond, burst }: Omit<Pace, 'concurrency'>): Bucket {
  let thousandths = burst * 1000
  let last: number | null = null
  const fill = (now: number): void => {
    for (; last !== null && last < now; last++) thousandths = Math.min(burst * 1000, thousandths + perSecond)
    last = now
  }
  return {
    wait(now) {
      fill(now)
      return Math.max(0, 1000 - thousandths) / perSecond
    },
    take(now) {
      fill(now)
      thousandths -= 1000
    },
  }
}

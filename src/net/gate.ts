/**
 * Lets requests through in order: so many at once, so many a second.
 * @module
 */
import type { Clock } from './door.ts'

export interface Gate {
  /** Resolves when a request may be sent; {@link leave} must follow. */
  enter(): Promise<void>
  leave(): void
  /** Nobody enters for so many milliseconds from now. */
  pause(milliseconds: number): void
}

export interface Pace {
  /** Requests under way at once. */
  readonly concurrency: number
  readonly perSecond: number
  /** Requests that may follow each other at once after a rest. */
  readonly burst: number
}

export function createGate(pace: Pace, clock: Clock): Gate {
  const bucket = createBucket(pace)
  const waiting: (() => void)[] = []
  let inside = 0
  let pausedUntil = 0
  let opening = false

  async function open(): Promise<void> {
    if (opening) return
    opening = true
    try {
      while (waiting.length > 0 && inside < pace.concurrency) {
        const now = clock.now()
        const wait = Math.max(bucket.wait(now), pausedUntil - now)
        if (wait > 0) {
          await clock.sleep(Math.ceil(wait))
          continue
        }
        bucket.take(now)
        inside++
        waiting.shift()!()
      }
    } finally {
      opening = false
    }
  }

  return {
    enter: () =>
      new Promise((resolve, reject) => {
        waiting.push(resolve)
        open().catch(reject)
      }),
    leave() {
      inside--
      void open()
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, clock.now() + milliseconds)
    },
  }
}

export interface Bucket {
  /** Milliseconds until a token is there; 0 where there is one. */
  wait(now: number): number
  take(now: number): void
}

/**
 * A token bucket without tokens: the generic cell rate algorithm keeps the one moment at which it is full again (ITU-T
 * I.371, annex A; virtual scheduling).
 */
export function createBucket({ perSecond, burst }: Omit<Pace, 'concurrency'>): Bucket {
  const interval = 1000 / perSecond
  let full = Number.NEGATIVE_INFINITY
  return {
    wait(now) {
      // No more than a whole bucket can be missing, also where the clock was set back.
      full = Math.min(full, now + burst * interval)
      return Math.max(0, full - (burst - 1) * interval - now)
    },
    take(now) {
      full = Math.max(full, now) + interval
    },
  }
}

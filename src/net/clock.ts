/**
 * The machine's own time.
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from './door.ts'

/** The longest wait that a timer can count (Node: setTimeout, 2^31 - 1 ms); beyond it a timer fires at once. */
const LONGEST = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    for (let left = milliseconds; left > 0; left -= LONGEST) await wait(Math.min(left, LONGEST))
  },
}

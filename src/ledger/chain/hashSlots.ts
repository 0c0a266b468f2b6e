/**
 * Open addressing over one array of pairs (hash, number + 1): a probe that misses reads one line of memory and nothing of
 * the keys. What the keys are, and whether two are equal, is the owner's matter.
 * @module
 */
import { randomBytes } from 'node:crypto'

/** Mixed into every hash, so that nobody can craft keys that collide; it never reaches the disk. */
export const SECRET: number = randomBytes(4).readInt32LE()

/** Part of the slots that may be full: above it, probes grow long. */
const LOAD = 0.6

export interface HashSlots {
  /** u32 pairs: hash, and number + 1 or 0. Replaced as it grows. */
  pairs: Uint32Array
  /** Pairs - 1, a power of two less one: a hash begins at pair `hash & mask`. */
  mask: number
  /** Keys that fit before it must grow. */
  room: number
}

/** Room for at least `expected` keys. 13 to 27 bytes a key. */
export function hashSlots(expected: number): HashSlots {
  const count = 2 ** Math.max(6, Math.ceil(Math.log2(expected / LOAD)))
  return { pairs: new Uint32Array(2 * count), mask: count - 1, room: Math.floor(count * LOAD) }
}

/** Doubles. Slots are read in order and written in two ascending streams; keys are not looked at. */
export function growSlots(slots: HashSlots): void {
  const { pairs } = slots
  const larger = new Uint32Array(2 * pairs.length)
  const mask = 2 * slots.mask + 1
  for (let from = 0; from < pairs.length; from += 2) {
    if (pairs[from + 1] === 0) continue
    let pair = pairs[from]! & mask
    while (larger[2 * pair + 1] !== 0) pair = (pair + 1) & mask
    larger[2 * pair] = pairs[from]!
    larger[2 * pair + 1] = pairs[from + 1]!
  }
  slots.pairs = larger
  slots.mask = mask
  slots.room *= 2
}

/** The last rounds of MurmurHash3 (Appleby, public domain): every bit of `h` reaches every bit of the result. */
export function finished(h: number): number {
  let mixed = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

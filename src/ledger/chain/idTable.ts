/**
 * Ids of 32 bytes to dense numbers, exactly. Work comes in batches: all slots of a batch are asked for first, so that the
 * memory answers many at once; then the keys are compared.
 * @module
 */
import { finished, growSlots, hashSlots, SECRET } from './hashSlots.ts'

export interface IdTable {
  /** Number of ids. */
  readonly size: number
  /** The ids, one after another. */
  readonly ids: Uint8Array
  /**
   * Numbers of the ids that begin at `starts[i]` of `bytes` (view: the same bytes), from 0 in the order of their first
   * coming. -1 where `add` is false and an id is not there.
   */
  numbersAt(view: DataView, starts: Uint32Array, n: number, add: boolean, out: Int32Array): void
  /** The same of ids that lie one after another. */
  numbers(ids: Uint8Array, add: boolean): Int32Array
  clear(): void
}

/** Ids looked up at a time: their slots fill half of a first-level cache. */
const BATCH = 256
const WORDS = 8

/** Memory: 32 bytes an id, and 13 to 27 of slots. */
export function createIdTable(expected = 1024): IdTable {
  const slots = hashSlots(expected)
  let words = new Uint32Array(WORDS * slots.room)
  let size = 0
  const hashes = new Uint32Array(BATCH)
  /** Keeps the loads of the first loop alive. */
  let touched = 0

  const equal = (view: DataView, start: number, number: number): boolean => {
    const at = WORDS * number
    for (let word = 0; word < WORDS; word++)
      if (words[at + word] !== view.getUint32(start + 4 * word, true)) return false
    return true
  }

  const numberOf = (view: DataView, start: number, hash: number, add: boolean): number => {
    const { pairs, mask } = slots
    for (let pair = hash & mask; ; pair = (pair + 1) & mask) {
      const number = pairs[2 * pair + 1]! - 1
      if (number < 0) {
        if (!add) return -1
        pairs[2 * pair] = hash
        pairs[2 * pair + 1] = size + 1
        const at = WORDS * size
        for (let word = 0; word < WORDS; word++) words[at + word] = view.getUint32(start + 4 * word, true)
        return size++
      }
      if (pairs[2 * pair] === hash && equal(view, start, number)) return number
    }
  }

  const numbersAt: IdTable['numbersAt'] = (view, starts, n, add, out) => {
    for (let from = 0; from < n; from += BATCH) {
      const end = Math.min(n, from + BATCH)
      while (add && size + BATCH > slots.room) growSlots(slots)
      if (words.length < WORDS * slots.room) {
        const larger = new Uint32Array(WORDS * slots.room)
        larger.set(words)
        words = larger
      }
      const { pairs, mask } = slots
      for (let i = from; i < end; i++) {
        const hash = idHash(view, starts[i]!)
        hashes[i - from] = hash
        touched = (touched + pairs[2 * (hash & mask)]!) | 0
      }
      for (let i = from; i < end; i++) out[i] = numberOf(view, starts[i]!, hashes[i - from]!, add)
    }
  }

  return {
    get size(): number {
      return size
    },
    get ids(): Uint8Array {
      return new Uint8Array(words.buffer, 0, 32 * size)
    },
    numbersAt,
    numbers(ids, add): Int32Array {
      const starts = new Uint32Array(ids.length / 32)
      for (let i = 0; i < starts.length; i++) starts[i] = 32 * i
      const out = new Int32Array(starts.length)
      numbersAt(new DataView(ids.buffer, ids.byteOffset), starts, starts.length, add, out)
      return out
    },
    clear(): void {
      slots.pairs.fill(0)
      size = 0
    },
  }
}

/** Of half an id: two that share 16 bytes take 2^64 hashes to find. */
function idHash(view: DataView, start: number): number {
  let h = SECRET
  for (let at = start; at < start + 16; at += 4) {
    h = Math.imul(h ^ view.getUint32(at, true), 0x9e3779b1)
    h ^= h >>> 15
  }
  return finished(h)
}

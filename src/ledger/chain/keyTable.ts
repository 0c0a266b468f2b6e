/**
 * Keys of an address (kind and payload) to dense numbers, exactly. Work comes in batches: all slots of a batch are asked
 * for first, so that the memory answers many at once; then the keys are compared.
 * @module
 */
import { finished, growSlots, hashSlots, SECRET } from './hashSlots.ts'

/** Keys to look for, as columns; `payloads[starts[i], starts[i] + lengths[i])`. */
export interface Keys {
  readonly payloads: Uint8Array
  readonly kinds: Uint8Array
  readonly starts: Uint32Array
  readonly lengths: Uint8Array
}

export interface KeyTable {
  /** Number of keys. */
  readonly size: number
  readonly kinds: Uint8Array
  /** Payloads of all keys, one after another; that of key i is `starts[i] .. starts[i + 1]`. */
  readonly payloads: Uint8Array
  readonly starts: Uint32Array
  /**
   * Numbers of the first `n` keys, from 0 in the order of their first coming: what equals the size of before is new, and so
   * is the next one up, and so on.
   */
  add(keys: Keys, n: number, out: Uint32Array): void
  clear(): void
}

/** Keys looked up at a time: their slots fill half of a first-level cache. */
const BATCH = 256
/** Most payloads have 20 or 32 bytes. */
const USUAL_BYTES = 26

/** Memory: the payloads, 5 bytes a key, and 13 to 27 of slots. */
export function createKeyTable(expected = 1024): KeyTable {
  const slots = hashSlots(expected)
  let payloads = new Uint8Array(USUAL_BYTES * slots.room)
  let view = new DataView(payloads.buffer)
  let starts = new Uint32Array(slots.room + 1)
  let kinds = new Uint8Array(slots.room)
  let size = 0
  const hashes = new Uint32Array(BATCH)
  /** Keeps the loads of the first loop alive. */
  let touched = 0

  const reserve = (bytes: number): void => {
    while (size + BATCH > slots.room) growSlots(slots)
    if (kinds.length < slots.room) {
      const larger = { starts: new Uint32Array(slots.room + 1), kinds: new Uint8Array(slots.room) }
      larger.starts.set(starts)
      larger.kinds.set(kinds)
      ;({ starts, kinds } = larger)
    }
    const needed = starts[size]! + bytes
    if (needed <= payloads.length) return
    const larger = new Uint8Array(Math.max(2 * payloads.length, needed))
    larger.set(payloads)
    payloads = larger
    view = new DataView(payloads.buffer)
  }

  const numberOf = (hash: number, kind: number, from: DataView, start: number, length: number): number => {
    const { pairs, mask } = slots
    let pair = hash & mask
    for (; pairs[2 * pair + 1] !== 0; pair = (pair + 1) & mask) {
      if (pairs[2 * pair] !== hash) continue
      const number = pairs[2 * pair + 1]! - 1
      const own = starts[number]!
      if (kinds[number] !== kind || starts[number + 1]! - own !== length) continue
      if (equal(view, own, from, start, length)) return number
    }
    const at = starts[size]!
    copy(view, at, from, start, length)
    pairs[2 * pair] = hash
    pairs[2 * pair + 1] = size + 1
    kinds[size] = kind
    starts[++size] = at + length
    return size - 1
  }

  return {
    get size(): number {
      return size
    },
    get kinds(): Uint8Array {
      return kinds
    },
    get payloads(): Uint8Array {
      return payloads
    },
    get starts(): Uint32Array {
      return starts
    },
    add(keys, n, out): void {
      const from = new DataView(keys.payloads.buffer, keys.payloads.byteOffset, keys.payloads.length)
      for (let first = 0; first < n; first += BATCH) {
        const end = Math.min(n, first + BATCH)
        let bytes = 0
        for (let i = first; i < end; i++) bytes += keys.lengths[i]!
        reserve(bytes)
        const { pairs, mask } = slots
        for (let i = first; i < end; i++) {
          const hash = hashOf(keys.kinds[i]!, from, keys.starts[i]!, keys.lengths[i]!)
          hashes[i - first] = hash
          touched = (touched + pairs[2 * (hash & mask)]!) | 0
        }
        for (let i = first; i < end; i++)
          out[i] = numberOf(hashes[i - first]!, keys.kinds[i]!, from, keys.starts[i]!, keys.lengths[i]!)
      }
    },
    clear(): void {
      slots.pairs.fill(0)
      size = 0
    },
  }
}

function hashOf(kind: number, view: DataView, start: number, length: number): number {
  let h = SECRET ^ kind
  const end = start + length
  let at = start
  for (; at + 4 <= end; at += 4) {
    h = Math.imul(h ^ view.getUint32(at, true), 0x9e3779b1)
    h ^= h >>> 15
  }
  for (; at < end; at++) h = Math.imul(h ^ view.getUint8(at), 0x01000193)
  return finished(h)
}

function equal(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  let i = 0
  for (; i + 4 <= length; i += 4)
    if (a.getUint32(aStart + i, true) !== b.getUint32(bStart + i, true)) return false
  for (; i < length; i++) if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false
  return true
}

function copy(to: DataView, toStart: number, from: DataView, start: number, length: number): void {
  let i = 0
  for (; i + 4 <= length; i += 4) to.setUint32(toStart + i, from.getUint32(start + i, true), true)
  for (; i < length; i++) to.setUint8(toStart + i, from.getUint8(start + i))
}

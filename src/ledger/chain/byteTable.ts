/**
 * Byte strings to dense numbers, exactly: open addressing over a table of u32, bytes in one arena.
 * @module
 */
import { randomBytes } from 'node:crypto'

export interface ByteTable {
  /** Number of keys. */
  readonly size: number
  /** Number of this key, from 0 in the order of the first calls; `fresh` says whether it is new. */
  intern(tag: number, bytes: Uint8Array, start: number, length: number): number
  /** True where the last `intern` made its key. */
  readonly fresh: boolean
  /** Number, or -1. */
  find(tag: number, bytes: Uint8Array, start: number, length: number): number
  /** Bytes of all keys, one after another; key i is `starts[i] .. starts[i + 1]`. */
  readonly arena: Uint8Array
  readonly starts: Uint32Array
  readonly tags: Uint8Array
  clear(): void
}

/** Mixed into every hash, so that nobody can craft keys that collide; it never reaches the disk. */
const SECRET: number = randomBytes(4).readInt32LE()

/**
 * Memory: the bytes, and per key 5 bytes and 5 to 10 of table.
 *
 * @param bytesPerKey what to reserve room for
 */
export function createByteTable(expected = 1024, bytesPerKey = 24): ByteTable {
  let capacity = Math.max(64, expected)
  let arena: Uint8Array = new Uint8Array(capacity * bytesPerKey)
  let starts = new Uint32Array(capacity + 1)
  let tags = new Uint8Array(capacity)
  let slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 1.5)))
  let hashes = new Uint32Array(capacity)
  let size = 0
  let fresh = false

  const grow = (): void => {
    capacity *= 2
    const next = {
      starts: new Uint32Array(capacity + 1),
      tags: new Uint8Array(capacity),
      hashes: new Uint32Array(capacity),
    }
    next.starts.set(starts)
    next.tags.set(tags)
    next.hashes.set(hashes)
    ;({ starts, tags, hashes } = next)
    slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 1.5)))
    const mask = slots.length - 1
    for (let key = 0; key < size; key++) {
      let slot = hashes[key]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = key + 1
    }
  }

  const hashOf = (tag: number, bytes: Uint8Array, start: number, length: number): number => {
    let h = SECRET ^ tag
    const end = start + length
    let at = start
    for (; at + 4 <= end; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      h = Math.imul(h ^ word, 0x9e3779b1)
      h ^= h >>> 15
    }
    for (; at < end; at++) h = Math.imul(h ^ bytes[at]!, 0x01000193)
    h = Math.imul(h ^ (h >>> 13), 0x85ebca6b)
    return (h ^ (h >>> 16)) >>> 0
  }

  /** Slot that holds the key, or the empty one where it belongs. */
  const locate = (hash: number, tag: number, bytes: Uint8Array, start: number, length: number): number => {
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const key = slots[slot]! - 1
      if (key < 0) return slot
      if (hashes[key] !== hash || tags[key] !== tag) continue
      const own = starts[key]!
      if (starts[key + 1]! - own !== length) continue
      let i = 0
      while (i < length && arena[own + i] === bytes[start + i]) i++
      if (i === length) return slot
    }
  }

  return {
    get size(): number {
      return size
    },
    get fresh(): boolean {
      return fresh
    },
    get arena(): Uint8Array {
      return arena
    },
    get starts(): Uint32Array {
      return starts
    },
    get tags(): Uint8Array {
      return tags
    },
    intern(tag, bytes, start, length): number {
      if (size === capacity) grow()
      const hash = hashOf(tag, bytes, start, length)
      const slot = locate(hash, tag, bytes, start, length)
      const known = slots[slot]! - 1
      fresh = known < 0
      if (!fresh) return known
      const at = starts[size]!
      if (at + length > arena.length) {
        const larger = new Uint8Array(Math.max(arena.length * 2, at + length))
        larger.set(arena)
        arena = larger
      }
      for (let i = 0; i < length; i++) arena[at + i] = bytes[start + i]!
      hashes[size] = hash
      tags[size] = tag
      starts[size + 1] = at + length
      slots[slot] = ++size
      return size - 1
    },
    find(tag, bytes, start, length): number {
      return slots[locate(hashOf(tag, bytes, start, length), tag, bytes, start, length)]! - 1
    },
    clear(): void {
      slots.fill(0)
      size = 0
    },
  }
}

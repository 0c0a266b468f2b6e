/**
 * Rows by 32-byte hash: open addressing over a column that the caller keeps. 8 to 16 bytes a row.
 * @module
 */

/** No row. */
export const NONE = 0xffffffff

export interface HashIndex {
  /** The row that has the hash of `hashes` row `row`: an earlier one, or `row` itself, which is then known. */
  add(hashes: Uint8Array, row: number): number
  /** The row with the hash at `at` of `bytes`; NONE where there is none. `hashes` is the column given to `add`. */
  find(hashes: Uint8Array, bytes: Uint8Array, at: number): number
}

/** An index without rows. The hashes' first bytes are their slots: block and transaction hashes are even there. */
export function hashIndex(): HashIndex {
  let slots = new Uint32Array(2048).fill(NONE)
  let rows = 0
  const slotOf = (table: Uint32Array, hashes: Uint8Array, bytes: Uint8Array, at: number): number => {
    const mask = table.length - 1
    const first = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    for (let slot = first & mask; ; slot = (slot + 1) & mask) {
      const row = table[slot]!
      if (row === NONE || same(hashes, 32 * row, bytes, at)) return slot
    }
  }
  return {
    add(hashes, row) {
      if (2 * rows >= slots.length) {
        const larger = new Uint32Array(2 * slots.length).fill(NONE)
        for (const known of slots) {
          if (known !== NONE) larger[slotOf(larger, hashes, hashes, 32 * known)] = known
        }
        slots = larger
      }
      const slot = slotOf(slots, hashes, hashes, 32 * row)
      if (slots[slot] === NONE) {
        slots[slot] = row
        rows++
      }
      return slots[slot]!
    },
    find: (hashes, bytes, at) => slots[slotOf(slots, hashes, bytes, at)]!,
  }
}

function same(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 0; i < 32; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}

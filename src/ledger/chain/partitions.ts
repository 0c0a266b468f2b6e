/**
 * Sorted columns cut at the same keys, so that what belongs together meets in memory one part at a time.
 * @module
 */
import type { Column } from './columnFile.ts'

/** Number of parts (a power of two up to 2^16) such that each needs about `budget` bytes. */
export function partsFor(bytes: number, budget: number): number {
  let parts = 1
  while (parts < 2 ** 16 && bytes / parts > budget) parts *= 2
  return parts
}

/**
 * First row of each part of a sorted column, by the upper bits of its first four bytes.
 *
 * @param littleEndian true where rows are u32; false where they are byte strings
 * @returns f64[parts + 1]
 */
export function partStarts(column: Column, parts: number, littleEndian: boolean): Float64Array {
  const starts = new Float64Array(parts + 1)
  starts[parts] = column.rows
  const row = new Uint8Array(column.width)
  const view = new DataView(row.buffer)
  for (let part = 1; part < parts; part++) {
    const key = (part / parts) * 2 ** 32
    let low = starts[part - 1]!
    let high = column.rows
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      column.read(middle, row)
      if (view.getUint32(0, littleEndian) < key) low = middle + 1
      else high = middle
    }
    starts[part] = low
  }
  return starts
}

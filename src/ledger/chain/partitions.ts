/**
 * Sorted columns cut at the same keys, so that what belongs together meets in memory one part at a time.
 * @module
 */
import type { Column } from './columnFile.ts'

/** What a part should need at most, however much memory there is: tables that stay in the processor's caches are faster. */
export const PART_BYTES: number = 2 ** 25

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
  let lowKey = 0
  for (let part = 1; part < parts; part++) {
    const key = (part / parts) * 2 ** 32
    let low = starts[part - 1]!
    let high = column.rows
    let highKey = 2 ** 32
    // Keys are spread evenly: some five rows are read; where they are not, every second step halves.
    for (let step = 0; low < high; step++) {
      const share = step % 2 === 0 ? (key - lowKey) / (highKey - lowKey) : 0.5
      const middle = Math.min(high - 1, low + Math.floor((high - low) * share))
      column.read(middle, row)
      const found = view.getUint32(0, littleEndian)
      if (found < key) {
        low = middle + 1
        lowKey = found
      } else {
        high = middle
        highKey = found
      }
    }
    starts[part] = low
    lowKey = key
  }
  return starts
}

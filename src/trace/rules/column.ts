/**
 * Amounts of either kind under one source text.
 * @module
 */
import type { Column } from '../tape.ts'

/**
 * An amount inside a kernel: typed `number`, and a bigint at run time where the tape's columns are bigints.
 * Code that touches one uses only `+`, `-`, `<`, `>`, `===` between amounts and a `zero` of the same kind, which mean the
 * same for both; never a literal. In a process that traces only numbers every such site stays a float64 operation.
 */
export type Units = number

/** A {@link Column} as kernels see it. */
export type UnitColumn = Float64Array<ArrayBuffer>

/** Zero of the column's kind. */
export function zeroOf(column: Column): Units {
  return (Array.isArray(column) ? 0n : 0) as Units
}

/** A column of `n` zeros of the same kind as `zero`. */
export function columnOf(zero: Units, n: number): UnitColumn {
  if (typeof zero === 'bigint') return new Array<bigint>(n).fill(zero) as unknown as UnitColumn
  return new Float64Array(n)
}

/** The column with room for exactly `n`, its first elements kept, new ones zero. The old one is used up. */
export function resizeColumn(column: UnitColumn, n: number): UnitColumn {
  if (!Array.isArray(column)) return new Float64Array(column.buffer.transfer(n * 8))
  const from = column.length
  column.length = n
  return from < n ? column.fill(0n, from) : column
}

/** As {@link resizeColumn}, for u32. */
export function resizeU32(column: Uint32Array<ArrayBuffer>, n: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(column.buffer.transfer(n * 4))
}

/** As {@link resizeColumn}, for u16. */
export function resizeU16(column: Uint16Array<ArrayBuffer>, n: number): Uint16Array<ArrayBuffer> {
  return new Uint16Array(column.buffer.transfer(n * 2))
}

/** As {@link resizeColumn}, for u8. */
export function resizeU8(column: Uint8Array<ArrayBuffer>, n: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(column.buffer.transfer(n))
}

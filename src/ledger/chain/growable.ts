import type { Numbers } from './columnFile.ts'

/** A column that grows by doubling. `data` is replaced as it grows; rows from `n` on mean nothing. */
export interface Growable<A extends Numbers> {
  data: A
  n: number
}

export function growU8(): Growable<Uint8Array> {
  return { data: new Uint8Array(1024), n: 0 }
}

export function growU32(): Growable<Uint32Array> {
  return { data: new Uint32Array(1024), n: 0 }
}

export function growF64(): Growable<Float64Array> {
  return { data: new Float64Array(1024), n: 0 }
}

export function push<A extends Numbers>(column: Growable<A>, value: number): void {
  if (column.n === column.data.length) {
    extend(column, 1)
    column.n--
  }
  column.data[column.n++] = value
}

/** Appends rows as they lie in memory. */
export function pushAll<A extends Numbers>(column: Growable<A>, rows: A): void {
  const at = extend(column, rows.length)
  column.data.set(rows, at)
}

/** Appends `rows` rows that mean nothing yet; returns the place of the first. */
export function extend<A extends Numbers>(column: Growable<A>, rows: number): number {
  const at = column.n
  if (at + rows > column.data.length) {
    const Type = column.data.constructor as new (length: number) => A
    const larger = new Type(Math.max(2 * at, at + rows))
    larger.set(column.data)
    column.data = larger
  }
  column.n = at + rows
  return at
}

/** The rows there are. */
export function rowsOf<A extends Numbers>(column: Growable<A>): A {
  return column.data.subarray(0, column.n) as A
}

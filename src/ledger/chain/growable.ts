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
    const Type = column.data.constructor as new (length: number) => A
    const larger = new Type(column.n * 2)
    larger.set(column.data)
    column.data = larger
  }
  column.data[column.n++] = value
}

/** The rows there are. */
export function rowsOf<A extends Numbers>(column: Growable<A>): A {
  return column.data.subarray(0, column.n) as A
}

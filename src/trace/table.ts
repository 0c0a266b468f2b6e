/**
 * Tables that grow by rows and are kept as columns: what a million hops or leaves are held in before they are printed.
 * @module
 */

/** Columns of u32, and exact amounts: numbers below 2^53 or bigints. */
export interface Table<Column extends string> {
  n: number
  readonly columns: Record<Column, Uint32Array>
}

/** An exact amount of base units: a number only where it is a whole one below 2^53. */
export type Exact = number | bigint

const FIRST_ROWS = 64

export function createTable<Column extends string>(names: readonly Column[]): Table<Column> {
  const columns = Object.fromEntries(names.map((name) => [name, new Uint32Array(FIRST_ROWS)]))
  return { n: 0, columns: columns as Record<Column, Uint32Array> }
}

/** Makes room for one more row, which the caller fills; returns its number. Amortised constant time. */
export function addRow<Column extends string>(table: Table<Column>): number {
  const { columns } = table
  for (const name in columns) {
    if (columns[name].length > table.n) break
    const wider = new Uint32Array(2 * table.n)
    wider.set(columns[name])
    columns[name] = wider
  }
  return table.n++
}

/**
 * Fourth pass, second half: the transactions of each address of some ranges, in chain order, from the pairs of all segments.
 * @module
 */
import { openColumn } from './columnFile.ts'
import { type PairFiles, RANGE } from './pairPostings.ts'
import { type Job, job } from './pool.ts'
import { sortRows } from './sortRows.ts'

/** Pairs read at a time. */
const CHUNK = 2 ** 16

export interface GatherInput {
  readonly firstRange: number
  readonly ranges: number
  /** The pairs of these ranges, by segment in chain order: row of each range in the files, and of the end. */
  readonly slices: readonly { readonly files: PairFiles; readonly starts: readonly number[] }[]
}

interface Gathered {
  /** u32 addresses that have any, ascending. */
  readonly address: Uint32Array
  /** f64 first of each address in `tx`. */
  readonly start: Float64Array
  /** u32 transactions. */
  readonly tx: Uint32Array
}

/** Sorts the pairs: by counting where most addresses have some, else by their bits. */
export const gatherJob: Job<GatherInput, Gathered> = job(import.meta.url, 'gatherJob', (input) => {
  const pairs = input.slices.reduce((sum, { starts }) => sum + starts.at(-1)! - starts[0]!, 0)
  return 2 * pairs >= input.ranges * RANGE ? counted(input, pairs) : sorted(input, pairs)
})

/** Pairs are read twice. Memory: 4 bytes a pair and 16 an address. */
function counted(input: GatherInput, pairs: number): Gathered {
  const firstAddress = input.firstRange * RANGE
  const next = new Uint32Array(input.ranges * RANGE)
  for (const { first, places } of chunks(input))
    for (let i = 0; i < places.length; i++) next[first + places[i]!]!++
  const address = new Uint32Array(next.length)
  const start = new Float64Array(next.length)
  let some = 0
  let sum = 0
  for (let i = 0; i < next.length; i++) {
    const count = next[i]!
    next[i] = sum
    if (count === 0) continue
    address[some] = firstAddress + i
    start[some++] = sum
    sum += count
  }
  const tx = new Uint32Array(pairs)
  for (const { first, places, txs } of chunks(input))
    for (let i = 0; i < places.length; i++) tx[next[first + places[i]!]!++] = txs[i]!
  return { address: address.slice(0, some), start: start.slice(0, some), tx }
}

/** What a small batch adds to a long chain: its addresses lie far apart. Memory: 40 bytes a pair. */
function sorted(input: GatherInput, pairs: number): Gathered {
  const keys = new Uint32Array(pairs)
  const all = new Uint32Array(pairs)
  let n = 0
  for (const { first, places, txs } of chunks(input)) {
    for (let i = 0; i < places.length; i++) {
      keys[n] = first + places[i]!
      all[n++] = txs[i]!
    }
  }
  const address = new Uint32Array(pairs)
  const start = new Float64Array(pairs)
  let some = 0
  const rows = sortRows(keys)
  for (const [at, row] of rows.entries()) {
    if (at > 0 && keys[row] === keys[rows[at - 1]!]) continue
    address[some] = input.firstRange * RANGE + keys[row]!
    start[some++] = at
  }
  const tx = rows.map((row) => all[row]!)
  return { address: address.slice(0, some), start: start.slice(0, some), tx }
}

/** Pairs of one segment and range at a time; `first` is what the range's first address counts as. */
function* chunks({
  ranges,
  slices,
}: GatherInput): Generator<{ first: number; places: Uint16Array; txs: Uint32Array }, void> {
  const buffer = { places: new Uint16Array(CHUNK), txs: new Uint32Array(CHUNK) }
  for (const { files, starts } of slices) {
    const end = starts[ranges]!
    if (starts[0] === end) continue
    const places = openColumn(files.places, 2)
    const txs = openColumn(files.txs, 4)
    let range = 0
    for (let at = starts[0]!; at < end; at += CHUNK) {
      const n = Math.min(CHUNK, end - at)
      places.read(at, buffer.places.subarray(0, n))
      txs.read(at, buffer.txs.subarray(0, n))
      for (let from = at; from < at + n; ) {
        while (starts[range + 1]! <= from) range++
        const to = Math.min(at + n, starts[range + 1]!)
        const [first, last] = [from - at, to - at]
        yield {
          first: range * RANGE,
          places: buffer.places.subarray(first, last),
          txs: buffer.txs.subarray(first, last),
        }
        from = to
      }
    }
    places.close()
    txs.close()
  }
}

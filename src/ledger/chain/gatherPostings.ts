/**
 * Fourth pass, second half: the transactions of each address of some ranges, in chain order, from the pairs of all segments.
 * @module
 */
import { openColumn } from './columnFile.ts'
import { PAIR_BYTES } from './pairPostings.ts'
import { type Job, job } from './pool.ts'

/** Pairs read at a time. */
const CHUNK = 2 ** 16

export interface GatherInput {
  readonly firstAddress: number
  readonly addresses: number
  /** Where the pairs of these addresses are, a file of each segment in chain order. */
  readonly slices: readonly { readonly file: string; readonly from: number; readonly to: number }[]
}

export interface Gathered {
  /** u32 addresses that have any, ascending. */
  readonly address: Uint32Array
  /** f64 first of each address in `tx`. */
  readonly start: Float64Array
  /** u32 transactions. */
  readonly tx: Uint32Array
}

/** A counting sort: pairs are read twice, and memory is 4 bytes a pair and 16 an address. */
export const gatherJob: Job<GatherInput, Gathered> = job(import.meta.url, 'gatherJob', (input) => {
  const { firstAddress, addresses } = input
  const next = new Uint32Array(addresses)
  let pairs = 0
  for (const chunk of chunks(input)) {
    for (let i = 0; i < chunk.length; i += 2) next[chunk[i]! - firstAddress]!++
    pairs += chunk.length / 2
  }
  const address = new Uint32Array(addresses)
  const start = new Float64Array(addresses)
  let some = 0
  let sum = 0
  for (let i = 0; i < addresses; i++) {
    const count = next[i]!
    next[i] = sum
    if (count === 0) continue
    address[some] = firstAddress + i
    start[some++] = sum
    sum += count
  }
  const tx = new Uint32Array(pairs)
  for (const chunk of chunks(input))
    for (let i = 0; i < chunk.length; i += 2) tx[next[chunk[i]! - firstAddress]!++] = chunk[i + 1]!
  return { address: address.slice(0, some), start: start.slice(0, some), tx }
})

function* chunks({ slices }: GatherInput): Generator<Uint32Array, void> {
  const buffer = new Uint32Array(2 * CHUNK)
  for (const { file, from, to } of slices) {
    if (from === to) continue
    const column = openColumn(file, PAIR_BYTES)
    for (let at = from; at < to; at += CHUNK) {
      const chunk = buffer.subarray(0, 2 * Math.min(CHUNK, to - at))
      column.read(at, chunk)
      yield chunk
    }
    column.close()
  }
}

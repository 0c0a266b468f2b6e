/**
 * The keys of a segment's tables in the order they have on disk.
 * @module
 */
import type { KeyTable } from './keyTable.ts'
import { keyHash } from './scriptKind.ts'
import { sortRows } from './sortRows.ts'

const WORDS = 8

/**
 * Rows in the order of their 32-byte ids, equal ones by row; row r has the id at `ids[32 * keyOf[r]]`.
 * @returns u32[rows], and the ids in that order
 */
export function sortIds(ids: Uint8Array, keyOf: Uint32Array): { order: Uint32Array; sorted: Uint8Array } {
  const view = new DataView(ids.buffer, ids.byteOffset)
  const prefix = new Uint32Array(keyOf.length)
  for (let row = 0; row < keyOf.length; row++) prefix[row] = view.getUint32(32 * keyOf[row]!)
  const id = (row: number): Uint8Array => ids.subarray(32 * keyOf[row]!, 32 * keyOf[row]! + 32)
  const order = sortRows(prefix, (a, b) => Buffer.compare(id(a), id(b)) || a - b)
  const from = new Uint32Array(ids.buffer, ids.byteOffset, ids.length / 4)
  const to = new Uint32Array(WORDS * order.length)
  for (let place = 0; place < order.length; place++) {
    const at = WORDS * keyOf[order[place]!]!
    for (let word = 0; word < WORDS; word++) to[WORDS * place + word] = from[at + word]!
  }
  return { order, sorted: new Uint8Array(to.buffer) }
}

/** Columns of keys, as `key*` of a segment. */
interface SortedKeys {
  /** u32 number in the table of each place. */
  readonly order: Uint32Array
  readonly hashes: Uint32Array
  readonly kinds: Uint8Array
  /** u32[keys + 1] into `payloads`. */
  readonly starts: Uint32Array
  readonly payloads: Uint8Array
}

/** The keys in order of hash, then kind, then payload. */
export function sortKeys({ size, kinds, starts, payloads }: KeyTable): SortedKeys {
  const hashes = new Uint32Array(size)
  for (let key = 0; key < size; key++)
    hashes[key] = keyHash(kinds[key]!, payloads, starts[key]!, starts[key + 1]! - starts[key]!)
  const payload = (key: number): Uint8Array => payloads.subarray(starts[key]!, starts[key + 1]!)
  const order = sortRows(hashes, (a, b) => kinds[a]! - kinds[b]! || Buffer.compare(payload(a), payload(b)))
  const sorted = {
    hashes: new Uint32Array(size),
    kinds: new Uint8Array(size),
    starts: new Uint32Array(size + 1),
    payloads: new Uint8Array(starts[size]!),
  }
  let at = 0
  for (let place = 0; place < size; place++) {
    const key = order[place]!
    sorted.hashes[place] = hashes[key]!
    sorted.kinds[place] = kinds[key]!
    for (let i = starts[key]!; i < starts[key + 1]!; i++) sorted.payloads[at++] = payloads[i]!
    sorted.starts[place + 1] = at
  }
  return { order, ...sorted }
}

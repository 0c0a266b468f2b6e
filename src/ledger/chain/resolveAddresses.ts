/**
 * Second pass, the other half: which addresses are new, and which number each key of a segment has. An address is
 * numbered by the segment that first has it and its place among that segment's new ones, so that the numbers are the same
 * however the chain was cut into batches of these segments.
 * @module
 */
import { NONE } from '../ledger.ts'
import type { Column, ColumnWriter } from './columnFile.ts'
import { growU32, push } from './growable.ts'
import { createKeyTable } from './keyTable.ts'
import { isFew, keyFinder, ROWS_PER_LOOK_UP, withPages } from './lookUp.ts'
import { PART_BYTES, partStarts, partsFor } from './partitions.ts'
import type { ResolveInput } from './resolveTransactions.ts'
import { createOf, loadOf, openOf, u32s, type WorkSegment, writeOf } from './workSegment.ts'

/** Bytes of table and of buffers per key. */
const BYTES_PER_KEY = 96
/** Keys looked up at a time. */
const CHUNK = 2 ** 14

interface Keys {
  readonly hash: Column
  readonly kind: Column
  readonly start: Column
  readonly bytes: Column
}

interface Out {
  readonly hash: ColumnWriter
  readonly kind: ColumnWriter
  readonly start: ColumnWriter
  readonly bytes: ColumnWriter
  readonly keySegment: ColumnWriter
  readonly keyRank: ColumnWriter
}

/** Where each key of a segment is: u32 place of the segment, and of the address in it. */
interface Places {
  readonly segment: Uint32Array
  readonly rank: Uint32Array
}

/**
 * Writes `address*`, `keySegment` and `keyRank` of every fresh segment.
 *
 * @returns how many addresses each segment has first
 */
export function resolveAddresses({
  segments,
  memory,
  rowsPerLookUp = ROWS_PER_LOOK_UP,
}: ResolveInput): number[] {
  const keysOf = segments.map((segment) => (segment.fresh ? openKeys(segment, 'key') : null))
  const wanted = keysOf.reduce((sum, keys) => sum + (keys?.hash.rows ?? 0), 0)
  const isFar = ({ fresh, addresses }: WorkSegment): boolean =>
    !fresh && isFew(wanted, addresses, rowsPerLookUp)
  const far = [...segments.entries()].filter(([, segment]) => isFar(segment))
  const files = [...segments.entries()]
    .filter(([, segment]) => !isFar(segment))
    .map(([at, segment]) => {
      const keys = keysOf[at]
      if (keys == null) return { at, ...openKeys(segment, 'address'), out: null, found: null }
      return { at, ...keys, out: outOf(segment), found: lookUpAll(keys, far) }
    })
  const total = files.reduce((sum, { hash }) => sum + hash.rows, 0)
  const parts = partsFor(total * BYTES_PER_KEY, Math.min(memory, PART_BYTES))
  const starts = files.map(({ hash }) => partStarts(hash, parts, true))
  const table = createKeyTable(Math.ceil((total / parts) * 1.1))
  const firstSegment = growU32()
  const firstRank = growU32()
  const counts = segments.map(({ addresses }) => addresses)
  for (let part = 0; part < parts; part++) {
    table.clear()
    firstSegment.n = 0
    firstRank.n = 0
    for (const [file, { at, out, found, ...keys }] of files.entries()) {
      const from = starts[file]![part]!
      const n = starts[file]![part + 1]! - from
      const { hashes, kinds, ends, payloads } = readKeys(keys, from, n)
      const chosen: Places = { segment: new Uint32Array(n), rank: new Uint32Array(n) }
      const added = { hash: growU32(), kind: new Uint8Array(n), start: growU32() }
      const addedBytes = new Uint8Array(payloads.length)
      let filled = 0
      const writtenBytes = out?.bytes.rows ?? 0
      const asked = unknownKeys(found, from, kinds, ends)
      let fresh = table.size
      const numbers = new Uint32Array(asked.rows.length)
      table.add({ payloads, ...asked }, numbers.length, numbers)
      for (let k = 0; k < numbers.length; k++) {
        const row = asked.rows[k]!
        const key = numbers[k]!
        if (key === fresh) {
          fresh++
          push(firstSegment, at)
          push(firstRank, out === null ? from + row : counts[at]!)
          if (out !== null) {
            counts[at]!++
            added.kind[added.hash.n] = kinds[row]!
            push(added.hash, hashes[row]!)
            for (let b = ends[row]!; b < ends[row + 1]!; b++) addedBytes[filled++] = payloads[b]!
            push(added.start, writtenBytes + filled)
          }
        }
        chosen.segment[row] = firstSegment.data[key]!
        chosen.rank[row] = firstRank.data[key]!
      }
      if (found !== null) copyFound(found, from, chosen)
      if (out === null) continue
      out.keySegment.append(chosen.segment)
      out.keyRank.append(chosen.rank)
      out.hash.append(added.hash.data.subarray(0, added.hash.n))
      out.kind.append(added.kind.subarray(0, added.hash.n))
      out.start.append(added.start.data.subarray(0, added.start.n))
      out.bytes.append(addedBytes.subarray(0, filled))
    }
  }
  for (const { hash, kind, start, bytes, out } of files) {
    for (const file of [hash, kind, start, bytes]) file.close()
    if (out !== null) for (const column of Object.values(out)) (column as ColumnWriter).finish()
  }
  return counts
}

/** The keys that were not found elsewhere. */
function unknownKeys(
  found: Places | null,
  from: number,
  kinds: Uint8Array,
  ends: Uint32Array,
): { rows: Uint32Array; kinds: Uint8Array; starts: Uint32Array; lengths: Uint8Array } {
  const room = kinds.length
  const rows = new Uint32Array(room)
  const own = { kinds: new Uint8Array(room), starts: new Uint32Array(room), lengths: new Uint8Array(room) }
  let n = 0
  for (let row = 0; row < room; row++) {
    if (found !== null && found.segment[from + row] !== NONE) continue
    rows[n] = row
    own.kinds[n] = kinds[row]!
    own.starts[n] = ends[row]!
    own.lengths[n++] = ends[row + 1]! - ends[row]!
  }
  return { rows: rows.subarray(0, n), ...own }
}

function copyFound(found: Places, from: number, into: Places): void {
  for (let row = 0; row < into.segment.length; row++) {
    if (found.segment[from + row] === NONE) continue
    into.segment[row] = found.segment[from + row]!
    into.rank[row] = found.rank[from + row]!
  }
}

/** Where each key is in these segments, NONE where in none; null where there are none to look into. */
function lookUpAll(keys: Keys, segments: readonly (readonly [number, WorkSegment])[]): Places | null {
  if (segments.length === 0) return null
  const { rows } = keys.hash
  const found = { segment: new Uint32Array(rows).fill(NONE), rank: new Uint32Array(rows) }
  withPages((cache) => {
    const finders = segments.map(([at, segment]) => ({ at, ...keyFinder(cache, segment) })).reverse()
    for (let from = 0; from < rows; from += CHUNK) {
      const n = Math.min(CHUNK, rows - from)
      const { hashes, kinds, ends, payloads } = readKeys(keys, from, n)
      for (const { at, find } of finders) {
        for (let i = 0; i < n; i++) {
          if (found.segment[from + i] !== NONE) continue
          const rank = find(hashes[i]!, kinds[i]!, payloads, ends[i]!, ends[i + 1]! - ends[i]!)
          if (rank === NONE) continue
          found.segment[from + i] = at
          found.rank[from + i] = rank
        }
      }
    }
  })
  return found
}

function openKeys(segment: WorkSegment, of: 'key' | 'address'): Keys {
  return {
    hash: openOf(segment, `${of}Hash`),
    kind: openOf(segment, `${of}Kind`),
    start: openOf(segment, `${of}Start`),
    bytes: openOf(segment, `${of}Bytes`),
  }
}

/** `ends` counts from the beginning of `payloads`. */
function readKeys(
  { hash, kind, start, bytes }: Keys,
  from: number,
  n: number,
): { hashes: Uint32Array; kinds: Uint8Array; ends: Uint32Array; payloads: Uint8Array } {
  const hashes = new Uint32Array(n)
  const kinds = new Uint8Array(n)
  const ends = new Uint32Array(n + 1)
  hash.read(from, hashes)
  kind.read(from, kinds)
  start.read(from, ends)
  const base = ends[0]!
  const payloads = new Uint8Array(ends[n]! - base)
  bytes.read(base, payloads)
  for (let i = 0; i <= n; i++) ends[i]! -= base
  return { hashes, kinds, ends, payloads }
}

/** Writes `outAddress` and `givenAddress` of a fresh segment: its keys under their final numbers. */
export function numberOutputs(segments: readonly WorkSegment[], segment: WorkSegment): void {
  const keySegment = loadOf(segment, 'keySegment', u32s)
  const numbers = loadOf(segment, 'keyRank', u32s)
  for (let key = 0; key < numbers.length; key++) numbers[key]! += segments[keySegment[key]!]!.firstAddress
  for (const [from, to] of [
    ['outKey', 'outAddress'],
    ['givenKey', 'givenAddress'],
  ] as const) {
    const address = loadOf(segment, from, u32s)
    for (let row = 0; row < address.length; row++) {
      if (address[row] !== NONE) address[row] = numbers[address[row]!]!
    }
    writeOf(segment, to, address)
  }
}

function outOf(segment: WorkSegment): Out {
  const start = createOf(segment, 'addressStart')
  start.append(Uint32Array.of(0))
  return {
    hash: createOf(segment, 'addressHash'),
    kind: createOf(segment, 'addressKind'),
    start,
    bytes: createOf(segment, 'addressBytes'),
    keySegment: createOf(segment, 'keySegment'),
    keyRank: createOf(segment, 'keyRank'),
  }
}

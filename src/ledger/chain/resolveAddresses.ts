/**
 * Second pass, the other half: which addresses are new, and which number each key of a segment has. An address is
 * numbered by the segment that first has it and its place among that segment's new ones, so that the numbers are the same
 * however the chain was cut into batches of these segments.
 * @module
 */
import { NONE } from '../ledger.ts'
import { createByteTable } from './byteTable.ts'
import type { ColumnWriter } from './columnFile.ts'
import { growU32, push } from './growable.ts'
import { partStarts, partsFor } from './partitions.ts'
import { createOf, loadOf, openOf, u32s, type WorkSegment } from './workSegment.ts'

/** Bytes of table and of buffers per key. */
const BYTES_PER_KEY = 96

interface Out {
  readonly hash: ColumnWriter
  readonly kind: ColumnWriter
  readonly start: ColumnWriter
  readonly bytes: ColumnWriter
  readonly keySegment: ColumnWriter
  readonly keyRank: ColumnWriter
}

/** Writes `address*`, `keySegment` and `keyRank` of every fresh segment, and sets its address counts. */
export function resolveAddresses(segments: readonly WorkSegment[], memory: number): void {
  const files = segments.map((segment) => {
    const { fresh } = segment
    return {
      segment,
      hash: openOf(segment, fresh ? 'keyHash' : 'addressHash'),
      kind: openOf(segment, fresh ? 'keyKind' : 'addressKind'),
      start: openOf(segment, fresh ? 'keyStart' : 'addressStart'),
      bytes: openOf(segment, fresh ? 'keyBytes' : 'addressBytes'),
      out: fresh ? outOf(segment) : null,
    }
  })
  const total = files.reduce((sum, { hash }) => sum + hash.rows, 0)
  const parts = partsFor(total * BYTES_PER_KEY, memory / 2)
  const starts = files.map(({ hash }) => partStarts(hash, parts, true))
  const table = createByteTable(Math.ceil((total / parts) * 1.1), 22)
  const firstSegment = growU32()
  const firstRank = growU32()
  const news = new Float64Array(files.length)
  for (let part = 0; part < parts; part++) {
    table.clear()
    firstSegment.n = 0
    firstRank.n = 0
    for (const [at, { hash, kind, start, bytes, out }] of files.entries()) {
      const from = starts[at]![part]!
      const n = starts[at]![part + 1]! - from
      const hashes = new Uint32Array(n)
      const kinds = new Uint8Array(n)
      const ends = new Uint32Array(n + 1)
      hash.read(from, hashes)
      kind.read(from, kinds)
      start.read(from, ends)
      const base = ends[0]!
      const payloads = new Uint8Array(ends[n]! - base)
      bytes.read(base, payloads)
      const chosen = { segment: new Uint32Array(n), rank: new Uint32Array(n) }
      const added = { hash: growU32(), kind: new Uint8Array(n), start: growU32() }
      const addedBytes = new Uint8Array(payloads.length)
      let filled = 0
      const writtenBytes = out?.bytes.rows ?? 0
      for (let i = 0; i < n; i++) {
        const begin = ends[i]! - base
        const end = ends[i + 1]! - base
        const key = table.intern(kinds[i]!, payloads, begin, end - begin)
        if (table.fresh) {
          push(firstSegment, at)
          push(firstRank, out === null ? from + i : news[at]!)
          if (out !== null) {
            news[at]!++
            added.kind[added.hash.n] = kinds[i]!
            push(added.hash, hashes[i]!)
            for (let b = begin; b < end; b++) addedBytes[filled++] = payloads[b]!
            push(added.start, writtenBytes + filled)
          }
        }
        chosen.segment[i] = firstSegment.data[key]!
        chosen.rank[i] = firstRank.data[key]!
      }
      if (out === null) continue
      out.keySegment.append(chosen.segment)
      out.keyRank.append(chosen.rank)
      out.hash.append(added.hash.data.subarray(0, added.hash.n))
      out.kind.append(added.kind.subarray(0, added.hash.n))
      out.start.append(added.start.data.subarray(0, added.start.n))
      out.bytes.append(addedBytes.subarray(0, filled))
    }
  }
  let next = 0
  for (const [at, { segment, hash, kind, start, bytes, out }] of files.entries()) {
    for (const file of [hash, kind, start, bytes]) file.close()
    if (out !== null) for (const column of Object.values(out)) (column as ColumnWriter).finish()
    segment.firstAddress = next
    segment.addresses = out === null ? hash.rows : news[at]!
    next += segment.addresses
  }
}

/** Writes `outAddress` of a fresh segment: its keys under their final numbers. */
export function numberOutputs(segments: readonly WorkSegment[], segment: WorkSegment): void {
  const keySegment = loadOf(segment, 'keySegment', u32s)
  const numbers = loadOf(segment, 'keyRank', u32s)
  for (let key = 0; key < numbers.length; key++) numbers[key]! += segments[keySegment[key]!]!.firstAddress
  const address = loadOf(segment, 'outKey', u32s)
  for (let out = 0; out < address.length; out++) {
    if (address[out] !== NONE) address[out] = numbers[address[out]!]!
  }
  const column = createOf(segment, 'outAddress')
  column.append(address)
  column.finish()
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

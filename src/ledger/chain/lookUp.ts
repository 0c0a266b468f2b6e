/**
 * Finds few keys in an older segment's sorted columns, so that a small batch need not read the whole chain.
 * @module
 */
import { NONE } from '../ledger.ts'
import { createPageCache, hashBound, lowerBound, type PageCache, type PagedColumn } from './pagedColumn.ts'
import { COLUMNS, type WorkSegment } from './workSegment.ts'

/**
 * Ids or addresses that are read through and entered into a table in the time of one look-up: 0.3 us each, against 2 to 4 us
 * where look-ups share pages, as they do as soon as they are many (two cores, November 2026, warm).
 */
export const ROWS_PER_LOOK_UP = 10
/** Outputs that are loaded in the time of one question about four columns: 10 ns each, against some 20 us. */
export const ROWS_PER_QUESTION = 1000

/** Whether to look up `wanted` keys in `rows` sorted rows rather than to read them all. */
export function isFew(wanted: number, rows: number, rowsPerLookUp: number): boolean {
  return wanted * rowsPerLookUp < rows
}

export interface IdFinder {
  /** Transaction of the store with the id at `ids[start]`, the last of several; NONE where the segment has none. */
  find(ids: Uint8Array, start: number): number
}

/** Cost of a find: one or two pages of `txId`. Ask in ascending order. */
export function idFinder(cache: PageCache, segment: WorkSegment): IdFinder {
  const ids = openIn(cache, segment, 'txId')
  const rows = openIn(cache, segment, 'txOfId')
  const own = new Uint8Array(32)
  const view = new DataView(own.buffer)
  const prefixes = {
    ...ids,
    at(row: number): number {
      ids.read(row, own)
      return view.getUint32(0)
    },
  }
  return {
    find(wanted, start): number {
      const id = wanted.subarray(start, start + 32)
      const prefix = new DataView(id.buffer, id.byteOffset).getUint32(0)
      let found = NONE
      for (let row = hashBound(prefixes, prefix); row < ids.rows && prefixes.at(row) === prefix; row++) {
        const order = Buffer.compare(own, id)
        if (order > 0) break
        // Rows of one id (before BIP-30) are in chain order.
        if (order === 0) found = segment.firstTx + rows.at(row)
      }
      return found
    },
  }
}

export interface KeyFinder {
  /** Place of an address among the segment's; NONE where it has none. */
  find(hash: number, kind: number, bytes: Uint8Array, start: number, length: number): number
}

/**
 * Cost of a find: one or two pages of `addressHash`; three more where the hash is there. Where many have the same hash, as
 * somebody may craft them, halving goes on by kind and payload.
 */
export function keyFinder(cache: PageCache, segment: WorkSegment): KeyFinder {
  const hashes = openIn(cache, segment, 'addressHash')
  const kinds = openIn(cache, segment, 'addressKind')
  const starts = openIn(cache, segment, 'addressStart')
  const payloads = openIn(cache, segment, 'addressBytes')
  const compare = (row: number, kind: number, payload: Uint8Array): number => {
    const other = kinds.at(row) - kind
    if (other !== 0) return other
    const own = new Uint8Array(starts.at(row + 1) - starts.at(row))
    payloads.read(starts.at(row), own)
    return Buffer.compare(own, payload)
  }
  return {
    find(hash, kind, bytes, start, length): number {
      let low = hashBound(hashes, hash)
      if (low === hashes.rows || hashes.at(low) !== hash) return NONE
      const payload = bytes.subarray(start, start + length)
      let high = low + 1
      if (high < hashes.rows && hashes.at(high) === hash) high = lowerBound(hashes, hash + 1)
      while (low < high) {
        const middle = (low + high) >>> 1
        const order = compare(middle, kind, payload)
        if (order === 0) return middle
        if (order < 0) low = middle + 1
        else high = middle
      }
      return NONE
    },
  }
}

export function openIn(cache: PageCache, segment: WorkSegment, name: keyof typeof COLUMNS): PagedColumn {
  return cache.open(`${segment.folder}/${name}`, COLUMNS[name])
}

/** Runs the work with a page cache that is closed after it. */
export function withPages<T>(work: (cache: PageCache) => T): T {
  const cache = createPageCache()
  try {
    return work(cache)
  } finally {
    cache.close()
  }
}

/**
 * The undo data of a block among the records of its rev file.
 * @module
 */
import { createHash, hash } from 'node:crypto'
import type { BlockColumns, SpentOutputs } from './block.ts'
import { type BlockFiles, MAX_BLOCK_BYTES, type UndoFile } from './blockFiles.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'
import type { BlockPlaces } from './headerScan.ts'
import { decodeUndo, spentOutputs } from './undo.ts'

/** Magic and length before undo data, a checksum after it (Bitcoin Core, `WriteBlockUndo`, src/node/blockstorage.cpp). */
const RECORD_BYTES = 8
const CHECKSUM_BYTES = 32
/** Undo data of a block is no longer than what it undoes, by far. */
const MAX_UNDO_BYTES = MAX_BLOCK_BYTES
/** Records of other blocks that are hashed before a block is taken to have none. */
const MAX_TRIES = 1000
/** Blocks in a row without undo data after which a file is taken to have none of the rest. */
const MAX_MISSES = 8

export interface UndoReader {
  /**
   * What a block's inputs spent; undefined where there is no undo data whose checksum fits. The block is the one that
   * `columns` holds, of a row of a scan. The next call overwrites the result.
   *
   * @throws {BlockError} where the checksum fits and yet the data cannot be read
   */
  read(scan: BlockPlaces, row: number, columns: BlockColumns): SpentOutputs | undefined
}

/** Records of one rev file, in the order they lie in. */
interface Records {
  readonly file: UndoFile
  readonly offsets: number[]
  readonly sizes: number[]
  /** Transactions that each record covers. */
  readonly transactions: number[]
  /** Offset after the last record. */
  listedTo: number
  /** Where to look first. */
  next: number
  misses: number
}

/**
 * Nothing in a rev file says whose undo data a record is, and the node's own index of it is a database. But the checksum is
 * over the hash of the block before and the data (`hasher << prev hash << undo`), and records lie in the order blocks were
 * connected: the next one with the right number of transactions is tried first. Records behind a gap are not found.
 */
export function undoReader(files: BlockFiles, magics: readonly Uint8Array[]): UndoReader {
  const spent = spentOutputs()
  const held = new Map<number, Records | undefined>()
  let buffer = new Uint8Array(2 ** 16)
  const recordsOf = (file: number): Records | undefined => {
    if (!held.has(file)) {
      // A chain's blocks lie in two neighbouring files for a while, not in more.
      if (held.size >= 4) held.delete(held.keys().next().value!)
      const undo = files.undo(file)
      held.set(
        file,
        undo && { file: undo, offsets: [], sizes: [], transactions: [], listedTo: 0, next: 0, misses: 0 },
      )
    }
    return held.get(file)
  }
  /** Whether the spent outputs of the block are now those of one of the records from `next` on. */
  const search = (records: Records, columns: BlockColumns): boolean => {
    const { offsets, sizes, transactions } = records
    const previous = columns.bytes.subarray(columns.headerStart + 4, columns.headerStart + 36)
    let tries = 0
    for (let k = 0; k < offsets.length && tries < MAX_TRIES; k++) {
      const record = (records.next + k) % offsets.length
      if (transactions[record] !== columns.transactions - 1) continue
      tries++
      const size = sizes[record]!
      if (buffer.length < size + CHECKSUM_BYTES) buffer = new Uint8Array(2 * size + CHECKSUM_BYTES)
      const got = records.file.read(offsets[record]!, buffer.subarray(0, size + CHECKSUM_BYTES))
      if (got < size + CHECKSUM_BYTES) continue
      const once = createHash('sha256').update(previous).update(buffer.subarray(0, size)).digest()
      const checksum = buffer.subarray(size, size + CHECKSUM_BYTES)
      if (!hash('sha256', once, 'buffer').equals(checksum)) continue
      records.next = record + 1
      decodeUndo(spent, columns, buffer, 0, size, { file: records.file.path, offset: offsets[record]! })
      return true
    }
    return false
  }
  return {
    read(scan, row, columns) {
      if (columns.transactions === 1) {
        spent.n = 0
        return spent
      }
      const records = recordsOf(scan.files[row]!)
      if (records === undefined || records.misses >= MAX_MISSES) return undefined
      // A node may have written more since.
      if (search(records, columns) || (listMore(records, magics) && search(records, columns))) {
        records.misses = 0
        return spent
      }
      records.misses++
      return undefined
    },
  }
}

/** Leaps from record to record, from the last one known to the first bytes that are none. Whether there were more. */
function listMore(records: Records, magics: readonly Uint8Array[]): boolean {
  const { file, offsets, sizes, transactions } = records
  const known = offsets.length
  const start = new Uint8Array(RECORD_BYTES + 9)
  const end = file.size()
  let at = records.listedTo
  while (at + RECORD_BYTES + 1 + CHECKSUM_BYTES <= end) {
    file.read(at, start)
    if (!magics.some((magic) => magic.every((byte, i) => byte === start[i]))) break
    const size = new DataView(start.buffer).getUint32(4, true)
    if (size === 0 || size > MAX_UNDO_BYTES || at + RECORD_BYTES + size + CHECKSUM_BYTES > end) break
    const first = start[RECORD_BYTES]!
    const count = first < 0xfd ? first : wideCompactSize(start, RECORD_BYTES)
    offsets.push(at + RECORD_BYTES)
    sizes.push(size)
    transactions.push(compactSizeLength(count) === 9 ? -1 : count)
    at += RECORD_BYTES + size + CHECKSUM_BYTES
  }
  records.listedTo = at
  if (offsets.length > known) records.next = known
  return offsets.length > known
}

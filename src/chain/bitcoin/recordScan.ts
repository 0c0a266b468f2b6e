/**
 * The blocks among the bytes of a file of records: magic, length, block.
 * @module
 */
import { BlockError } from './blockError.ts'
import { type BlockFiles, MAX_BLOCK_BYTES } from './blockFiles.ts'
import type { BlockNetwork } from './blockNetwork.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'
import { HEADER_BYTES } from './decodeBlock.ts'
import { hasWork, readHeader } from './header.ts'
import type { BlockReader } from './readBlock.ts'

/** Magic and length before each block. */
const RECORD_BYTES = 8
/** A record's start as far as the count of transactions. */
const START_BYTES = RECORD_BYTES + HEADER_BYTES + 9
/** Read at a time from block to block: early blocks have 215 bytes, and a page costs what a header costs. */
const PAGE_BYTES = 4096
/** Read at a time while looking for the next block in garbage. */
const WINDOW_BYTES = 256 * 1024
/** Bytes that doubtful records may cost, for each byte of their file: beyond, their headers' work decides alone. */
const MAX_DOUBT = 4

/** Bytes of a file that are no block. */
export interface BlockGap {
  readonly file: number
  readonly offset: number
  readonly bytes: number
  /**
   * `padding`: zeros, as nodes reserve space. `cut`: the start of a block whose rest is not there, as after a crash or while
   * the node writes. `garbage`: anything else.
   */
  readonly kind: 'padding' | 'cut' | 'garbage'
}

/** What is told of each thing found. */
export interface RecordSink {
  /** `start` begins with the block's header. `proven`: it has its work, or the network's headers prove none. */
  block(offset: number, size: number, start: Uint8Array, proven: boolean): void
  gap(gap: BlockGap): void
}

/**
 * Goes from record to record from an offset on. Reads one page of each block.
 *
 * What is no record is stepped over byte by byte until the next magic: an absurd length or count, and a doubtful record whose
 * block, read whole, is not in order or has another merkle root. Doubtful is a header without the work that its network asks
 * for, and a record that is followed by neither a record nor the end of the file: its length may be wrong, or the node has not
 * written all of it.
 *
 * @returns the offset after the last whole block
 */
export function scanRecords(
  files: BlockFiles,
  file: number,
  from: number,
  { magics, workLimit }: Pick<BlockNetwork, 'magics' | 'workLimit'>,
  reader: () => BlockReader,
  sink: RecordSink,
): number {
  const size = files.size(file)
  const buffer = Buffer.alloc(WINDOW_BYTES)
  /** What of the file is in the buffer: `held` bytes from `heldAt`. */
  let heldAt = 0
  let held = 0
  const hold = (at: number, needed: number, ahead: number): void => {
    if (at >= heldAt && at + needed <= heldAt + held) return
    heldAt = at
    held = files.read(file, at, buffer.subarray(0, Math.min(ahead, size - at)))
  }
  const words = magics.map(([a, b, c, d]) => (a! << 24) | (b! << 16) | (c! << 8) | d!)
  let doubt = MAX_DOUBT * size
  let at = from
  let resumeAt = from
  /** The record that ends at `at`, until what follows it is known; -1 while there is none. */
  let recordAt = -1
  let recordProven = true
  const recordStart = Buffer.alloc(START_BYTES - RECORD_BYTES)
  /** Where the bytes that are no block began; -1 while there are none. */
  let gapAt = -1
  let cut = false
  for (;;) {
    if (recordAt >= 0 && !settle()) {
      if (gapAt < 0) gapAt = recordAt
      at = nextMagic(recordAt + 1)
    }
    recordAt = -1
    if (size - at < RECORD_BYTES + HEADER_BYTES + 1) break
    hold(at, Math.min(START_BYTES, size - at), gapAt < 0 ? PAGE_BYTES : WINDOW_BYTES)
    const start = at - heldAt
    const header = start + RECORD_BYTES
    const length = words.includes(buffer.readInt32BE(start)) ? buffer.readUInt32LE(start + 4) : 0
    const next = at + RECORD_BYTES + length
    const plausible =
      length > HEADER_BYTES &&
      length <= MAX_BLOCK_BYTES &&
      transactionCount(buffer, header + HEADER_BYTES) > 0
    if (plausible && next <= size) {
      recordAt = at
      recordProven = isProven(buffer, header, workLimit)
      buffer.copy(recordStart, 0, header, header + recordStart.length)
      at = next
      continue
    }
    if (plausible) cut = true
    if (gapAt < 0) gapAt = at
    at = nextMagic(at + 1)
  }
  const rest = gapAt < 0 ? at : gapAt
  if (rest < size) sink.gap({ file, offset: rest, bytes: size - rest, kind: restKind(rest) })
  return resumeAt

  /** Tells of the record before `at` if it is followed by another or by the end, or else is in order. */
  function settle(): boolean {
    const offset = recordAt + RECORD_BYTES
    hold(at, Math.min(START_BYTES, size - at), PAGE_BYTES)
    const after = buffer.subarray(at - heldAt, held)
    const followed = at === size || (after.length >= 4 && words.includes(after.readInt32BE(0)))
    if (!followed || !recordProven) {
      const affordable = doubt >= at - offset
      if (affordable) doubt -= at - offset
      const whole = affordable ? isInOrder(offset) : recordProven
      if (!whole && !followed && files.isPadding(at, after)) cut = true
      if (!whole) return false
    }
    if (gapAt >= 0) sink.gap({ file, offset: gapAt, bytes: recordAt - gapAt, kind: cut ? 'cut' : 'garbage' })
    gapAt = -1
    cut = false
    sink.block(offset, at - offset, recordStart, recordProven)
    resumeAt = at
    return true
  }

  function isInOrder(offset: number): boolean {
    try {
      reader().readAt(file, offset, at - offset)
      return true
    } catch (error) {
      if (error instanceof BlockError) return false
      throw error
    }
  }

  /** Where the next magic lies at or after an offset; the file's size where there is none. */
  function nextMagic(first: number): number {
    for (let place = first; size - place >= 4; place = heldAt + held - 3) {
      hold(place, 4, WINDOW_BYTES)
      let word = 0
      for (let i = place - heldAt; i < held; i++) {
        word = (word << 8) | buffer[i]!
        if (words.includes(word) && heldAt + i - 3 >= place) return heldAt + i - 3
      }
      if (held < 4) break
    }
    return size
  }

  function restKind(first: number): BlockGap['kind'] {
    if (cut) return 'cut'
    for (let place = first; place < size; place = heldAt + held) {
      hold(place, size - place, WINDOW_BYTES)
      if (held === 0) break
      if (!files.isPadding(place, buffer.subarray(place - heldAt, held)))
        return size - first < START_BYTES ? 'cut' : 'garbage'
    }
    return 'padding'
  }
}

/** Whether the header at `start` has the work that it and the network ask for; true where the network's headers prove none. */
export function isProven(bytes: Uint8Array, start: number, workLimit: number | undefined): boolean {
  if (workLimit === undefined) return true
  const { hash, bits } = readHeader(bytes, start)
  return hasWork(hash, bits, workLimit)
}

/** Transactions that a block states; 0 where it cannot be so many. */
export function transactionCount(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  const count = first < 0xfd ? first : wideCompactSize(bytes, at)
  return compactSizeLength(count) === 9 ? 0 : count
}

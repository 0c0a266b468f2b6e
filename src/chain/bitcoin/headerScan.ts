/**
 * Where every block of a set of files lies and which block it follows, found by reading headers and leaping over the rest.
 * @module
 */
import { type BlockFiles, MAX_BLOCK_BYTES } from './blockFiles.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'
import { HEADER_BYTES } from './decodeBlock.ts'
import { type HashIndex, hashIndex } from './hashIndex.ts'
import { readHeader } from './header.ts'

/** Magic and length before each block. */
const RECORD_BYTES = 8
/** A record's start as far as the count of transactions. */
const START_BYTES = RECORD_BYTES + HEADER_BYTES + 9
/** Read at a time from block to block: early blocks have 215 bytes, and a page costs what a header costs. */
const PAGE_BYTES = 4096
/** Read at a time while looking for the next block in garbage. */
const WINDOW_BYTES = 256 * 1024
/** Gaps are told one by one up to here, and counted beyond. */
const MAX_GAPS = 1000

/** Bytes of a file that are no block. */
export interface BlockGap {
  readonly file: number
  readonly offset: number
  readonly bytes: number
  /**
   * `padding`: zeros, as nodes reserve space. `cut`: the start of a block whose rest is beyond the end of the file, as after a
   * crash or while the node writes. `garbage`: anything else.
   */
  readonly kind: 'padding' | 'cut' | 'garbage'
}

/** Blocks in the order they lie in, one row each; columns have room for more rows than `n`. Some 110 bytes a block. */
export interface HeaderScan {
  n: number
  /** u32[n] number of the file in `BlockFiles.paths` */
  files: Uint32Array
  /** f64[n] offset of the header in its file */
  offsets: Float64Array
  /** u32[n] bytes of the block */
  sizes: Uint32Array
  /** u32[n] transactions, as the block states */
  transactions: Uint32Array
  /** u32[n] unix seconds */
  times: Uint32Array
  /** u32[n] target, compact form */
  bits: Uint32Array
  /** u8[32 n] block hashes, internal byte order */
  hashes: Uint8Array
  /** u8[32 n] hash of the block before, internal byte order */
  previous: Uint8Array
  /** Rows by hash. */
  index: HashIndex
  /** Blocks met again; only the first is a row. */
  duplicates: number
  /** The first thousand; `gapCount` is all of them. */
  gaps: BlockGap[]
  gapCount: number
  /** By file: offset after the last whole block, where the next scan goes on. */
  resumeAt: number[]
}

/**
 * Scans block files, or goes on with an earlier scan of them after they have grown. Reads one page of each
 * block; memory is the columns. A block that is being written has no transactions yet and is left for the next scan.
 *
 * What is not checked here: that a block is well formed, and its merkle root ({@link decodeBlock}, {@link verifyMerkleRoot}).
 */
export function scanHeaders(
  files: BlockFiles,
  magics: readonly Uint8Array[],
  scan: HeaderScan = emptyScan(),
): HeaderScan {
  files.refresh()
  // What came after the last whole block is looked at again.
  const settled = scan.gaps.filter(({ file, offset }) => offset < scan.resumeAt[file]!)
  scan.gapCount -= scan.gaps.length - settled.length
  scan.gaps = settled
  for (let file = 0; file < files.paths.length; file++) {
    if (files.kind === 'blocks') scanFile(files, file, magics, scan)
    else if (scan.n === 0) scanSingle(files, scan)
  }
  return scan
}

function emptyScan(): HeaderScan {
  const hashes = new Uint8Array(0)
  return {
    n: 0,
    files: new Uint32Array(0),
    offsets: new Float64Array(0),
    sizes: new Uint32Array(0),
    transactions: new Uint32Array(0),
    times: new Uint32Array(0),
    bits: new Uint32Array(0),
    hashes,
    previous: new Uint8Array(0),
    index: hashIndex(),
    duplicates: 0,
    gaps: [],
    gapCount: 0,
    resumeAt: [],
  }
}

function scanSingle(files: BlockFiles, scan: HeaderScan): void {
  const start = new Uint8Array(HEADER_BYTES + 9)
  const got = files.read(0, 0, start)
  scan.resumeAt[0] = 0
  if (got > HEADER_BYTES) addRow(scan, 0, 0, files.size(0), start, 0)
}

function scanFile(files: BlockFiles, file: number, magics: readonly Uint8Array[], scan: HeaderScan): void {
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
  let at = scan.resumeAt[file] ?? 0
  scan.resumeAt[file] = at
  /** Where the bytes that are no block began; -1 while there are none. */
  let gapAt = -1
  let cut = false
  while (size - at >= RECORD_BYTES + HEADER_BYTES + 1) {
    hold(at, Math.min(START_BYTES, size - at), gapAt < 0 ? PAGE_BYTES : WINDOW_BYTES)
    const start = at - heldAt
    const known = magics.some((magic) => magic.every((byte, i) => byte === buffer[start + i]))
    const length = known ? buffer.readUInt32LE(start + 4) : 0
    const plausible =
      length > HEADER_BYTES && length <= MAX_BLOCK_BYTES && transactionCount(buffer, start + 88) > 0
    if (plausible && length <= size - at - RECORD_BYTES) {
      if (gapAt >= 0) addGap(scan, { file, offset: gapAt, bytes: at - gapAt, kind: cut ? 'cut' : 'garbage' })
      gapAt = -1
      cut = false
      addRow(scan, file, at + RECORD_BYTES, length, buffer, start + RECORD_BYTES)
      at += RECORD_BYTES + length
      scan.resumeAt[file] = at
      continue
    }
    if (plausible) cut = true
    if (gapAt < 0) gapAt = at
    at = nextMagic(at + 1)
  }
  const rest = gapAt < 0 ? at : gapAt
  if (rest < size) addGap(scan, { file, offset: rest, bytes: size - rest, kind: restKind(rest) })

  /** Where the next magic lies at or after an offset; the file's size where there is none. */
  function nextMagic(from: number): number {
    for (let at = from; size - at >= 4; at = heldAt + held - 3) {
      hold(at, 4, WINDOW_BYTES)
      let word = 0
      for (let i = at - heldAt; i < held; i++) {
        word = (word << 8) | buffer[i]!
        if (words.includes(word) && heldAt + i - 3 >= at) return heldAt + i - 3
      }
      if (held < 4) break
    }
    return size
  }

  function restKind(from: number): BlockGap['kind'] {
    if (cut) return 'cut'
    for (let at = from; at < size; at = heldAt + held) {
      hold(at, size - at, WINDOW_BYTES)
      if (held === 0) break
      if (!files.isPadding(at, buffer.subarray(at - heldAt, held)))
        return size - from < START_BYTES ? 'cut' : 'garbage'
    }
    return 'padding'
  }
}

function transactionCount(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  const count = first < 0xfd ? first : wideCompactSize(bytes, at)
  return compactSizeLength(count) === 9 ? 0 : count
}

function addGap(scan: HeaderScan, gap: BlockGap): void {
  if (scan.gaps.length < MAX_GAPS) scan.gaps.push(gap)
  scan.gapCount++
}

/** Adds the block whose header is at `start` of `bytes`, unless its hash is known. */
function addRow(
  scan: HeaderScan,
  file: number,
  offset: number,
  size: number,
  bytes: Uint8Array,
  start: number,
): void {
  const { hash, previous, time, bits } = readHeader(bytes, start)
  if (scan.n === scan.files.length) grow(scan, Math.max(1024, 2 * scan.n))
  const row = scan.n
  scan.hashes.set(hash, 32 * row)
  if (scan.index.add(scan.hashes, row) !== row) {
    scan.duplicates++
    return
  }
  scan.previous.set(previous, 32 * row)
  scan.files[row] = file
  scan.offsets[row] = offset
  scan.sizes[row] = size
  scan.transactions[row] = transactionCount(bytes, start + HEADER_BYTES)
  scan.times[row] = time
  scan.bits[row] = bits
  scan.n++
}

function grow(scan: HeaderScan, size: number): void {
  const longer = <T extends Uint8Array | Uint32Array | Float64Array>(column: T, made: T): T => {
    made.set(column)
    return made
  }
  scan.files = longer(scan.files, new Uint32Array(size))
  scan.offsets = longer(scan.offsets, new Float64Array(size))
  scan.sizes = longer(scan.sizes, new Uint32Array(size))
  scan.transactions = longer(scan.transactions, new Uint32Array(size))
  scan.times = longer(scan.times, new Uint32Array(size))
  scan.bits = longer(scan.bits, new Uint32Array(size))
  scan.hashes = longer(scan.hashes, new Uint8Array(32 * size))
  scan.previous = longer(scan.previous, new Uint8Array(32 * size))
}

/**
 * Where every block of a set of files lies and which block it follows, found by reading headers and leaping over the rest.
 * @module
 */
import { BlockError } from './blockError.ts'
import { type BlockFiles, MAX_BLOCK_BYTES } from './blockFiles.ts'
import type { BlockNetwork } from './blockNetwork.ts'
import { HEADER_BYTES } from './decodeBlock.ts'
import { BlockFileError } from './fileError.ts'
import { type HashIndex, hashIndex } from './hashIndex.ts'
import { readHeader } from './header.ts'
import { type BlockReader, blockReader } from './readBlock.ts'
import { type BlockGap, isProven, scanRecords, transactionCount } from './recordScan.ts'

/** Gaps are told one by one up to here, and counted beyond. */
const MAX_GAPS = 1000
/** More copies than a chain has blocks are of no use. */
const MAX_SPARES = 1_000_000

/** In place of an offset to go on from. */
const DONE = Number.POSITIVE_INFINITY

/** Where blocks lie: what a reader of blocks asks of a scan. */
export type BlockPlaces = Pick<HeaderScan, 'files' | 'offsets' | 'sizes' | 'spares'>

/** Another copy of the block of a row. */
export interface SpareBlock {
  readonly row: number
  readonly file: number
  readonly offset: number
  readonly size: number
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
  /** u8[n]: 1 where the header has the work that its target and its network ask for, or the network's headers prove none */
  proven: Uint8Array
  /** u8[32 n] block hashes, internal byte order */
  hashes: Uint8Array
  /** u8[32 n] hash of the block before, internal byte order */
  previous: Uint8Array
  /** Rows by hash. */
  index: HashIndex
  /** Blocks met again; only the first is a row. */
  duplicates: number
  /** Where they lie: to be read where the first is damaged. */
  spares: SpareBlock[]
  /** Files of a loose folder that hold no block. */
  others: number
  /** The first thousand; `gapCount` is all of them. */
  gaps: BlockGap[]
  gapCount: number
  /** By file: offset after the last whole block, where the next scan goes on; infinite for a file of one block. */
  resumeAt: number[]
}

/**
 * Scans block files, or goes on with an earlier scan of them after they have grown. Reads one page of each
 * block; memory is the columns. A block that is being written is left for the next scan.
 *
 * What is not checked here: that a block is well formed, and its merkle root ({@link decodeBlock}, {@link verifyMerkleRoot}).
 */
export function scanHeaders(
  files: BlockFiles,
  network: Pick<BlockNetwork, 'magics' | 'workLimit'>,
  scan: HeaderScan = emptyScan(),
): HeaderScan {
  files.refresh()
  // What came after the last whole block is looked at again.
  const settled = scan.gaps.filter(({ file, offset }) => offset < scan.resumeAt[file]!)
  scan.gapCount -= scan.gaps.length - settled.length
  scan.gaps = settled
  let opened: BlockReader | undefined
  const reader = (): BlockReader => (opened ??= blockReader(files))
  for (let file = 0; file < files.paths.length; file++) {
    const known = scan.resumeAt[file]
    // A file of one block is not written again.
    if (known === DONE) continue
    if (known === undefined && !isOfRecords(files, file)) {
      scan.resumeAt[file] = DONE
      scanSingle(files, file, network.workLimit, reader, scan)
      continue
    }
    scan.resumeAt[file] = scanRecords(files, file, known ?? 0, network, reader, {
      block: (offset, size, start, proven) => addRow(scan, file, offset, size, start, proven),
      gap: (gap) => addGap(scan, gap),
    })
  }
  return scan
}

/** What of a loose folder cannot be unpacked is not a file of records either. */
function isOfRecords(files: BlockFiles, file: number): boolean {
  try {
    return files.kind(file) === 'blocks'
  } catch (error) {
    if (files.loose && error instanceof BlockFileError) return false
    throw error
  }
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
    proven: new Uint8Array(0),
    hashes,
    previous: new Uint8Array(0),
    index: hashIndex(),
    duplicates: 0,
    spares: [],
    others: 0,
    gaps: [],
    gapCount: 0,
    resumeAt: [],
  }
}

function scanSingle(
  files: BlockFiles,
  file: number,
  workLimit: number | undefined,
  reader: () => BlockReader,
  scan: HeaderScan,
): void {
  const start = new Uint8Array(HEADER_BYTES + 9)
  try {
    const size = files.size(file)
    if (size > MAX_BLOCK_BYTES) throw new BlockFileError(files.paths[file]!, 'is too long for one block', '')
    const got = files.read(file, 0, start)
    const proven = got > HEADER_BYTES && isProven(start, 0, workLimit)
    if (got > HEADER_BYTES && isBlock(size, proven)) addRow(scan, file, 0, size, start, proven)
    else scan.others++
  } catch (error) {
    if (!files.loose || !(error instanceof BlockFileError)) throw error
    scan.others++
  }

  /** A header's work is proof enough; without it, where it could be anything, the whole must be in order. */
  function isBlock(size: number, proven: boolean): boolean {
    if (transactionCount(start, HEADER_BYTES) === 0) return false
    if (proven && (workLimit !== undefined || !files.loose)) return true
    try {
      reader().readAt(file, 0, size)
      return true
    } catch (error) {
      if (error instanceof BlockError) return false
      throw error
    }
  }
}

function addGap(scan: HeaderScan, gap: BlockGap): void {
  if (scan.gaps.length < MAX_GAPS) scan.gaps.push(gap)
  scan.gapCount++
}

/** Adds the block that begins with `start`, unless its hash is known. */
function addRow(
  scan: HeaderScan,
  file: number,
  offset: number,
  size: number,
  start: Uint8Array,
  proven: boolean,
): void {
  const { hash, previous, time, bits } = readHeader(start, 0)
  if (scan.n === scan.files.length) grow(scan, Math.max(1024, 2 * scan.n))
  const row = scan.n
  scan.hashes.set(hash, 32 * row)
  if (scan.index.add(scan.hashes, row) !== row) {
    scan.duplicates++
    if (scan.spares.length < MAX_SPARES)
      scan.spares.push({ row: scan.index.find(scan.hashes, hash, 0), file, offset, size })
    return
  }
  scan.previous.set(previous, 32 * row)
  scan.files[row] = file
  scan.offsets[row] = offset
  scan.sizes[row] = size
  scan.transactions[row] = transactionCount(start, HEADER_BYTES)
  scan.times[row] = time
  scan.bits[row] = bits
  scan.proven[row] = proven ? 1 : 0
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
  scan.proven = longer(scan.proven, new Uint8Array(size))
  scan.hashes = longer(scan.hashes, new Uint8Array(32 * size))
  scan.previous = longer(scan.previous, new Uint8Array(32 * size))
}

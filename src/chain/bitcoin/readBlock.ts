/**
 * One block of a scan, from its file to verified columns.
 * @module
 */
import { BITCOIN_CASH, type ChainId } from '../../units/caip.ts'
import type { BlockColumns } from './block.ts'
import { BlockError, type BlockPlace } from './blockError.ts'
import type { BlockFiles } from './blockFiles.ts'
import { skipTokens } from './cashTokens.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import type { BlockPlaces } from './headerScan.ts'
import { verifyMerkleRoot } from './merkle.ts'
import { openSha256, type Sha256 } from './sha256.ts'
import { fillTxids } from './txids.ts'

/** Reads blocks of a scan, one at a time, into columns that the next call overwrites. */
export interface BlockReader {
  /**
   * The block of a row: decoded, its txids computed and held against the header's merkle root. Where the file is damaged
   * there, another copy of the block is read.
   * @throws {BlockError} where the bytes are not that block, nor those of any copy
   */
  read(scan: BlockPlaces, row: number): BlockColumns
  /** The block at an offset of a file. @throws {BlockError} */
  readAt(file: number, offset: number, size: number): BlockColumns
}

/** What a reader may be told. */
export interface BlockReaderOptions {
  /** On Bitcoin Cash, output scripts begin after the tokens that stand before them. */
  readonly chain?: ChainId
  /** To share one among readers of a thread. */
  readonly sha256?: Sha256
}

/** Output number that a coinbase claims to spend, of a transaction whose id is zeros. */
const NO_OUTPUT = 0xffffffff

/** The first transaction makes the coins, and no other does (Bitcoin Core, `CheckBlock` and `CheckTransaction`). */
function assertCoinbase(
  { bytes, headerStart, inputStarts, prevNs, prevTxids, transactions }: BlockColumns,
  place: BlockPlace,
): void {
  const isNothing = (input: number): boolean => {
    if (prevNs[input] !== NO_OUTPUT) return false
    const at = prevTxids[input]!
    for (let i = at; i < at + 32; i++) if (bytes[i] !== 0) return false
    return true
  }
  if (inputStarts[1] !== 1 || !isNothing(0))
    throw new BlockError(place, prevTxids[0]! - headerStart, 'the first transaction is no coinbase')
  const inputs = inputStarts[transactions]!
  for (let input = 1; input < inputs; input++)
    if (isNothing(input))
      throw new BlockError(place, prevTxids[input]! - headerStart, 'a second coinbase makes coins')
}

/**
 * The block in the first `size` bytes into columns: decoded, its txids computed and held against the header's merkle root.
 * @throws {BlockError} where the bytes are no such block
 */
export function verifiedBlock(
  columns: BlockColumns,
  bytes: Uint8Array,
  size: number,
  place: BlockPlace,
  sha256: Sha256,
): void {
  decodeBlock(columns, bytes, 0, size, place)
  assertCoinbase(columns, place)
  fillTxids(columns, sha256)
  verifyMerkleRoot(columns, sha256, place)
}

/** A reader over open block files. Memory: the largest block read, some ten times. */
export function blockReader(files: BlockFiles, options: BlockReaderOptions = {}): BlockReader {
  const { chain, sha256 = openSha256() } = options
  const columns = blockColumns()
  let buffer = new Uint8Array(2 ** 21)
  const readAt = (file: number, offset: number, size: number): BlockColumns => {
    const place = files.place(file, offset)
    if (buffer.length < size) buffer = new Uint8Array(2 ** Math.ceil(Math.log2(size)))
    const got = files.read(file, offset, buffer.subarray(0, size))
    if (got < size) throw new BlockError(place, got, 'the file has become shorter')
    verifiedBlock(columns, buffer, size, place, sha256)
    if (chain === BITCOIN_CASH) skipTokens(columns)
    return columns
  }
  return {
    readAt,
    read({ files: fileOf, offsets, sizes, spares }, row) {
      try {
        return readAt(fileOf[row]!, offsets[row]!, sizes[row]!)
      } catch (error) {
        if (!(error instanceof BlockError)) throw error
        for (const spare of spares) {
          if (spare.row !== row) continue
          try {
            return readAt(spare.file, spare.offset, spare.size)
          } catch (other) {
            if (!(other instanceof BlockError)) throw other
          }
        }
        throw error
      }
    },
  }
}

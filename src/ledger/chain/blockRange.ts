/**
 * Blocks of the best chain that follow each other, as plain data: where they lie, so that any thread can read them.
 * @module
 */
import { BlockError } from '../../chain/bitcoin/blockError.ts'
import { openBlockFiles } from '../../chain/bitcoin/blockFiles.ts'
import { blockReader } from '../../chain/bitcoin/readBlock.ts'
import type { IndexedBlock } from './segmentBuilder.ts'

/** One row a block. Files are numbers into `paths`. */
export interface BlockRange {
  /** What `openBlockFiles` was given. */
  readonly path: string
  readonly magics: readonly Uint8Array[]
  readonly paths: readonly string[]
  readonly firstHeight: number
  /** u8[32 n], u32[n] unix seconds, u32[n], f64[n], u32[n] bytes, u32[n]. */
  readonly hashes: Uint8Array
  readonly times: Uint32Array
  readonly files: Uint32Array
  readonly offsets: Float64Array
  readonly sizes: Uint32Array
  readonly transactions: Uint32Array
}

/** Rows `from` up to and without `to`, copied: a view would take the whole along to another thread. */
export function sliceRange(range: BlockRange, from: number, to: number): BlockRange {
  return {
    ...range,
    firstHeight: range.firstHeight + from,
    hashes: range.hashes.slice(32 * from, 32 * to),
    times: range.times.slice(from, to),
    files: range.files.slice(from, to),
    offsets: range.offsets.slice(from, to),
    sizes: range.sizes.slice(from, to),
    transactions: range.transactions.slice(from, to),
  }
}

/**
 * The blocks in order. A block's columns are valid until the next is asked for.
 *
 * @throws {BlockError} where the bytes are not that block, or the file is gone
 */
export function* readRange(range: BlockRange): Generator<IndexedBlock, void> {
  const { path, magics, paths, firstHeight, hashes, times, sizes } = range
  const opened = openBlockFiles(path, magics)
  try {
    // A file that came since, or that a node has pruned, shifts the numbers.
    const numbers = new Map(opened.paths.map((each, number) => [each, number]))
    const files = range.files.map((file, row) => {
      const number = numbers.get(paths[file]!)
      if (number !== undefined) return number
      throw new BlockError({ file: paths[file]!, offset: range.offsets[row]! }, 0, 'the file is gone')
    })
    const places = { ...range, files }
    const reader = blockReader(opened)
    for (let row = 0; row < sizes.length; row++) {
      yield {
        height: firstHeight + row,
        hash: hashes.subarray(32 * row, 32 * row + 32),
        time: times[row]!,
        columns: reader.read(places, row),
      }
    }
  } finally {
    opened.close()
  }
}

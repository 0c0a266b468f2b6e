/**
 * Blocks of the best chain that follow each other, as plain data: where they lie, so that any thread can read them.
 * @module
 */
import { openBlockFiles } from '../../chain/bitcoin/blockFiles.ts'
import type { BlockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { BlockFileError } from '../../chain/bitcoin/fileError.ts'
import type { SpareBlock } from '../../chain/bitcoin/headerScan.ts'
import { blockReader } from '../../chain/bitcoin/readBlock.ts'
import { undoReader } from '../../chain/bitcoin/undoReader.ts'
import { type MatchedSpentFile, spentOf } from './matchSpentFiles.ts'
import type { IndexedBlock } from './segmentBuilder.ts'

/** One row a block. Files are numbers into `paths`. */
export interface BlockRange {
  /** What `openBlockFiles` was given. */
  readonly path: string
  readonly network: BlockNetwork
  readonly paths: readonly string[]
  readonly firstHeight: number
  /** u8[32 n], u32[n] unix seconds, u32[n], f64[n], u32[n] bytes, u32[n]. */
  readonly hashes: Uint8Array
  readonly times: Uint32Array
  readonly files: Uint32Array
  readonly offsets: Float64Array
  readonly sizes: Uint32Array
  readonly transactions: Uint32Array
  /** Other copies of blocks, by row. */
  readonly spares: readonly SpareBlock[]
  /** Files of what blocks spend, by height. */
  readonly spent: readonly MatchedSpentFile[]
  /** Whether undo data is asked what the other blocks spend. */
  readonly undo: boolean
}

/**
 * The blocks in order. A block's columns are valid until the next is asked for.
 *
 * @throws {BlockError} where the bytes are not that block
 * @throws {BlockFileError} where a file is gone
 * @throws {SpentFileError}
 */
export function* readRange(range: BlockRange): Generator<IndexedBlock, void> {
  const { path, network, paths, firstHeight, hashes, times, sizes } = range
  const opened = openBlockFiles(path, network.magics)
  try {
    // A file that came since, or that a node has pruned, shifts the numbers.
    const numbers = new Map(opened.paths.map((each, number) => [each, number]))
    const numberOf = (file: number): number => {
      const number = numbers.get(paths[file]!)
      if (number !== undefined) return number
      throw new BlockFileError(paths[file]!, 'is gone', 'Keep the block files while they are indexed.')
    }
    const files = range.files.map(numberOf)
    const spares = range.spares.flatMap((spare) => {
      const file = numbers.get(paths[spare.file]!)
      return file === undefined ? [] : [{ ...spare, file }]
    })
    const places = { ...range, files, spares }
    const reader = blockReader(opened, { chain: network.chain })
    const undo = range.undo ? undoReader(opened, network.magics) : undefined
    for (let row = 0; row < sizes.length; row++) {
      const height = firstHeight + row
      const columns = reader.read(places, row)
      const file = range.spent.find((each) => each.height === height)
      const spent = spentOf(network.chain, file, () => undo?.read(places, row, columns))
      yield {
        ...{ height, columns, hash: hashes.subarray(32 * row, 32 * row + 32), time: times[row]! },
        ...(spent === undefined ? {} : { spent }),
      }
    }
  } finally {
    opened.close()
  }
}

import type { BlockRange } from './blockRange.ts'
import type { IndexedBlock } from './segmentBuilder.ts'

/** Where blocks come from: the best chain of a folder of block files. */
export interface BlockSource {
  readonly firstHeight: number
  /** Of the tip. */
  readonly lastHeight: number
  /** 32 bytes, internal byte order. */
  hashAt(height: number): Uint8Array
  /** In order, both ends included. A block's columns are valid until the next is asked for. */
  blocks(from: number, to: number): Iterable<IndexedBlock> | AsyncIterable<IndexedBlock>
  /** The same as data that other threads can open; absent where blocks can only be read here. */
  range?(from: number, to: number): BlockRange
}

/**
 * What is wrong with a block, and where.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'

/** Where bytes in a buffer come from. */
export interface BlockPlace {
  readonly file: string
  /** Offset in the file of the block's header, or of the undo record's first byte. */
  readonly offset: number
}

/** Bytes that are no block, a block whose transactions are not those its header commits to, or undo data of another. */
export class BlockError extends LootlineError<{
  readonly code: 'BITCOIN_BAD_BLOCK'
  readonly file: string
  /** Where the block begins in the file. */
  readonly blockOffset: number
  /** Where in the file reading stopped. */
  readonly byteOffset: number
  readonly reason: string
}> {
  override readonly name = 'BlockError'
  constructor(place: BlockPlace, byteInBlock: number, reason: string) {
    const file = printable(place.file, 200)
    const blockOffset = place.offset
    const byteOffset = place.offset + byteInBlock
    super(
      { code: 'BITCOIN_BAD_BLOCK', file, blockOffset, byteOffset, reason },
      `${file}: the block at byte ${blockOffset} cannot be read at byte ${byteOffset}: ${reason}.`,
      'Check the disk, then let the node write the block again (bitcoind -reindex, or a fresh copy of the file).',
    )
  }
}

/**
 * Blocks as a node gives them, checked against their ids.
 * @module
 */
import { assertAnswer } from '../evm/assertAnswer.ts'
import type { BlockRef } from '../source.ts'
import { seconds } from './transactionOfRows.ts'
import type { TronBlock } from './wire.ts'

/** With the ids of its transactions. */
export interface WholeBlock {
  readonly ref: BlockRef
  readonly ids: readonly string[]
}

/** @throws {AnswerError} where there is none */
export function found(block: TronBlock | null, what: string, height?: number): WholeBlock {
  assertAnswer(block !== null, what, 'nothing')
  return { ref: refOf(block, height), ids: block.transactions.map(({ txID }) => txID) }
}

/**
 * The block's id begins with its number, as big-endian 8 bytes (java-tron `BlockCapsule.BlockId`).
 * @throws {AnswerError}
 */
export function refOf({ blockID: hash, block_header }: TronBlock, height?: number): BlockRef {
  const { number, timestamp, parentHash: parent } = block_header.raw_data
  assertAnswer(Number.parseInt(hash.slice(0, 16), 16) === number, `an id of block ${number}`, hash)
  assertAnswer(height === undefined || number === height, `the block at ${height}`, `that at ${number}`)
  return { height: number, hash, time: seconds(timestamp), parent }
}

/**
 * What is looked for in the bytes of a block.
 * @module
 */
import { AnswerError } from '../../../net/index.ts'
import { BITCOIN_CASH, type ChainId } from '../../../units/caip.ts'
import type { BlockRef, Interest, Placed } from '../../source.ts'
import type { BlockColumns } from '../block.ts'
import { blockColumns } from '../decodeBlock.ts'
import { doubleSha256 } from '../header.ts'
import { verifiedBlock } from '../readBlock.ts'
import { openSha256 } from '../sha256.ts'
import { placedOf, type Reading } from './placed.ts'
import {
  asAnswerError,
  type RawOutput,
  type RawTransaction,
  transactionAt,
  txidAt,
} from './rawTransaction.ts'
import { type Found, isWanted } from './wanted.ts'

/**
 * Largest block in bytes, with room. Bitcoin and Litecoin: 4,000,000 weight units (BIP-141), and a MWEB part (LIP-0003);
 * Bitcoin Cash: from 32 MB on, growing with use (CHIP-2023-04 Adaptive Blocksize Limit Algorithm).
 */
export function maxBlockBytes(chain: ChainId): number {
  return chain === BITCOIN_CASH ? 128_000_000 : 8_000_000
}

/** Outputs that a block's transactions spend, where a source gives them: transaction by transaction, one an input. */
export type SpentByBlock = ReadonlyMap<string, readonly (RawOutput | null)[]>

export interface BlockScan {
  /**
   * Transactions that may be wanted, in block order; prevouts from the same block and from `spent` are filled in.
   * @throws {AnswerError} where the bytes are not that block
   */
  find(bytes: Uint8Array, block: BlockRef, interest: Interest, spent?: SpentByBlock): Found[]
}

/** Keeps memory for the largest block it was given. */
export function createBlockScan(chain: ChainId): BlockScan {
  const columns = blockColumns()
  const sha256 = openSha256()
  return {
    find(bytes, { hash }, interest, spent) {
      const own = bytes.length < 80 ? 'none' : txidAt(doubleSha256(bytes.subarray(0, 80)), 0)
      if (own !== hash)
        throw new AnswerError({ expected: `block ${hash}`, came: `bytes whose hash is ${own}` })
      const place = { file: hash, offset: 0 }
      try {
        verifiedBlock(columns, bytes, bytes.length, place, sha256)
      } catch (error) {
        throw asAnswerError(error, '$')
      }
      return interest.lotsOnly === true && spent === undefined
        ? spenders(columns, interest)
        : everything(columns, spent).filter((found) => isWanted(found, interest, chain))
    },
  }
}

/** Makes objects of the few transactions that are wanted alone. */
function spenders(columns: BlockColumns, interest: Interest): Found[] {
  const { bytes, transactions, inputStarts, prevTxids, prevNs } = columns
  const found: Found[] = []
  // The coinbase spends nothing.
  for (let index = 1; index < transactions; index++) {
    for (let i = inputStarts[index]!; i < inputStarts[index + 1]!; i++) {
      if (!interest.spends(txidAt(bytes, prevTxids[i]!), prevNs[i]!)) continue
      found.push({ raw: transactionAt(columns, index), index })
      break
    }
  }
  return found
}

function everything(columns: BlockColumns, spent: SpentByBlock | undefined): Found[] {
  const raws = Array.from({ length: columns.transactions }, (_, t) => transactionAt(columns, t))
  const own = new Map<string, RawTransaction>(raws.map((raw) => [raw.txid, raw]))
  return raws.map((raw, index) => {
    const given = spent?.get(raw.txid)
    const prevouts = raw.inputs.map(({ txid, n }, i) => given?.[i] ?? own.get(txid)?.outputs[n] ?? null)
    return { raw, index, prevouts: raw.isCoinbase ? [] : prevouts }
  })
}

/** Those wanted, now that it is known what they spend, as they stand in the block. */
export function placedIn(
  block: BlockRef,
  found: readonly Found[],
  interest: Interest,
  reading: Reading,
): Placed[] {
  return found
    .filter((each) => isWanted(each, interest, reading.chain))
    .map(({ raw, index, prevouts = [] }) =>
      placedOf(raw, prevouts, { block, ...(index === undefined ? {} : { index }) }, reading),
    )
}

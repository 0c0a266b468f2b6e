/**
 * Headers as sources state them, held against their hash.
 * @module
 */
import { AnswerError } from '../../../net/index.ts'
import { fromHex } from '../../../units/hex.ts'
import type { BlockRef } from '../../source.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { hasWork, readHeader } from '../header.ts'
import { merkleRoot } from '../merkle.ts'
import { openSha256 } from '../sha256.ts'
import { NO_TXID, txidAt } from './rawTransaction.ts'

/** The fields that a block's hash is of, and its height, which no hash covers. */
export interface StatedHeader {
  readonly hash: string
  readonly height: number
  readonly version: number
  /** Hash of the block before; absent or null in the first block. */
  readonly previous: string | null | undefined
  readonly merkleRoot: string
  /** Unix seconds. */
  readonly time: number
  readonly bits: number
  readonly nonce: number
}

/** A header whose hash is right. */
export interface Header extends BlockRef {
  readonly merkleRoot: string
}

/**
 * @param hash that was asked for; any where it is undefined
 * @throws {AnswerError} where the fields do not hash to it, or the hash lacks the work that the network asks for
 */
export function verifiedHeader(
  stated: StatedHeader,
  hash: string | undefined,
  network: BlockNetwork,
): Header {
  const { height, time, previous, merkleRoot } = stated
  const bytes = new Uint8Array(80)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, stated.version, true)
  bytes.set(fromHex(previous ?? NO_TXID).reverse(), 4)
  bytes.set(fromHex(merkleRoot).reverse(), 36)
  view.setUint32(68, time, true)
  view.setUint32(72, stated.bits, true)
  view.setUint32(76, stated.nonce, true)
  const own = readHeader(bytes, 0)
  const hashed = txidAt(own.hash, 0)
  const expected = hash ?? stated.hash
  if (hashed !== expected || stated.hash !== expected)
    throw new AnswerError({ expected: `block ${expected}`, came: `a header whose hash is ${hashed}` })
  if (network.workLimit !== undefined && !hasWork(own.hash, own.bits, network.workLimit))
    throw new AnswerError({ expected: 'a block with the work of its network', came: `block ${hashed}` })
  return { height, hash: expected, time, merkleRoot, ...(previous ? { parent: previous } : {}) }
}

/** What others see of it. */
export function refOf({ height, hash, time, parent }: Header): BlockRef {
  return { height, hash, time, ...(parent === undefined ? {} : { parent }) }
}

/** @throws {AnswerError} where the ids, in block order, are not those of the header, or some stand twice */
export function assertMerkleRoot(txids: readonly string[], stated: string): void {
  if (txids.length === 0) throw new AnswerError({ expected: 'transaction ids', came: 'none' })
  const hashes = Buffer.from(txids.join(''), 'hex')
  for (let at = 0; at < hashes.length; at += 32) hashes.subarray(at, at + 32).reverse()
  const { root, repeated } = merkleRoot(hashes, txids.length, openSha256({ engine: 'node' }))
  if (repeated || txidAt(root, 0) !== stated)
    throw new AnswerError({ expected: `ids of merkle root ${stated}`, came: `ids of ${txidAt(root, 0)}` })
}

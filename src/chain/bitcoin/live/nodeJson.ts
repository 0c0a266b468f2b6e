/**
 * What nodes answer in JSON, the same by RPC and by REST (Bitcoin Core, src/rpc/blockchain.cpp and src/rest.cpp; btcd).
 * @module
 */
import { z } from 'zod'
import { AnswerError, checkJson, listOf } from '../../../net/index.ts'
import { parseAmount } from '../../../units/amount.ts'
import { fromHex } from '../../../units/hex.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { assertMerkleRoot, type Header, verifiedHeader } from './blockHeader.ts'
import type { SpentByBlock } from './blockScan.ts'
import { HASH } from './esploraJson.ts'
import type { ListedBlock } from './nodeCalls.ts'
import type { RawOutput } from './rawTransaction.ts'

const u32 = z.int().min(0).max(0xffffffff)
export const HEIGHT: z.ZodType<number> = z.int().min(0).max(0x7fffffff)
export const HEX: z.ZodType<string> = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'hex digits')

const HEADER = z.object({
  hash: HASH,
  height: HEIGHT,
  version: z.int().min(-0x80000000).max(0xffffffff),
  previousblockhash: HASH.nullish(),
  merkleroot: HASH,
  time: u32,
  bits: z.string().regex(/^[0-9a-f]{8}$/, '8 hex digits'),
  nonce: u32,
})
const LISTED = z.object({ tx: listOf(HASH) })
export interface NodeOutput {
  /** Whole coins, with eight decimals. */
  readonly value: number
  readonly scriptPubKey: { readonly hex: string }
}
export const OUTPUT: z.ZodType<NodeOutput> = z.object({
  value: z.number().min(0).max(84e6),
  scriptPubKey: z.object({ hex: HEX }),
})
const WITH_PREVOUTS = z.object({
  tx: listOf(
    z.object({
      txid: HASH,
      vin: listOf(z.object({ coinbase: z.string().optional(), prevout: OUTPUT.optional() })),
    }),
  ),
})

/** A block in JSON with all its transactions is some ten times as long as its bytes. */
export const JSON_TIMES = 16

/** @throws {AnswerError} where its fields do not hash to `hash` */
export function nodeHeader(stated: unknown, hash: string, network: BlockNetwork): Header {
  const { previousblockhash: previous, merkleroot: merkleRoot, bits, ...rest } = checkJson(HEADER, stated)
  return verifiedHeader({ ...rest, previous, merkleRoot, bits: Number.parseInt(bits, 16) }, hash, network)
}

/** @throws {AnswerError} where the ids are not those of the header */
export function nodeListed(stated: unknown, hash: string, network: BlockNetwork): ListedBlock {
  const header = nodeHeader(stated, hash, network)
  const { tx: txids } = checkJson(LISTED, stated)
  assertMerkleRoot(txids, header.merkleRoot)
  return { header, txids }
}

/**
 * @param whole whether the node gives every prevout; where one of an older node does not, it is null
 * @throws {AnswerError}
 */
export function nodeSpent(stated: unknown, whole = false): SpentByBlock {
  const { tx } = checkJson(WITH_PREVOUTS, stated)
  return new Map(
    tx.map(({ txid, vin }) => [
      txid,
      vin.map(({ coinbase, prevout }, i) => {
        if (prevout !== undefined) return nodeOutput(prevout)
        if (whole && coinbase === undefined)
          throw new AnswerError({
            expected: 'what every input spends, as Bitcoin Core gives it from 23.0 on',
            path: `input ${i} of ${txid}`,
            came: 'nothing',
          })
        return null
      }),
    ]),
  )
}

/** A double tells eight decimals apart up to 2^26 coins. */
export function nodeOutput({ value, scriptPubKey }: NodeOutput): RawOutput {
  const text = value.toFixed(8)
  if (Number(text) !== value)
    throw new AnswerError({ expected: 'coins with eight decimals', came: String(value) })
  return { sats: Number(parseAmount(text, 8)), script: fromHex(scriptPubKey.hex) }
}

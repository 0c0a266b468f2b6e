/**
 * What a node is asked, each answer checked against its own hash.
 * @module
 */
import { z } from 'zod'
import {
  AnswerError,
  checkJson,
  type Question,
  type RpcCall,
  rpcBatch,
  rpcQuestion,
} from '../../../net/index.ts'
import { parseAmount } from '../../../units/amount.ts'
import { fromHex } from '../../../units/hex.ts'
import type { BlockRef } from '../../source.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { assertMerkleRoot, type Header, verifiedHeader } from './blockHeader.ts'
import { maxBlockBytes, type SpentByBlock } from './blockScan.ts'
import { HASH } from './esploraJson.ts'
import { type RawOutput, type RawTransaction, readTransaction } from './rawTransaction.ts'

const u32 = z.int().min(0).max(0xffffffff)
const height = z.int().min(0).max(0x7fffffff)
const HEX = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'hex digits')

const HEADER = z.object({
  hash: HASH,
  height,
  version: z.int().min(-0x80000000).max(0xffffffff),
  previousblockhash: HASH.nullish(),
  merkleroot: HASH,
  time: u32,
  bits: z.string().regex(/^[0-9a-f]{8}$/, '8 hex digits'),
  nonce: u32,
})
const LISTED = z.object({ tx: z.array(HASH) })
const PLACED = z.object({ hex: HEX, blockhash: z.string().optional(), confirmations: z.int().optional() })
const OUTPUT = z.object({
  value: z.number().min(0).max(84e6),
  scriptPubKey: z.object({ hex: HEX }),
})
const WITH_PREVOUTS = z.object({
  tx: z.array(
    z.object({
      txid: HASH,
      vin: z.array(z.object({ prevout: OUTPUT.optional() })),
    }),
  ),
})

/** Core: RPC_INVALID_ADDRESS_OR_KEY; btcd: ErrRPCNoTxInfo. */
const NOT_FOUND = -5
/** A block in JSON with all its transactions is some ten times as long as its bytes. */
const JSON_TIMES = 16
/** Parents in one request; each is at most a block in hex. */
export const PARENTS = 10

/** A block and the ids of its transactions. */
export interface ListedBlock {
  readonly header: Header
  readonly txids: readonly string[]
}

export interface PlacedRaw {
  readonly raw: RawTransaction
  /** Hash and height of the block; null while unconfirmed. */
  readonly block: { readonly hash: string; readonly height: number } | null
}

export interface NodeQuestions {
  bestHash(): Question<string>
  header(hash: string): Question<Header>
  /** With the ids of its transactions, which are those of its header. */
  listed(hash: string): Question<ListedBlock>
  /** What `read` makes of a block's bytes; it verifies them. */
  block<T>(block: BlockRef, read: (bytes: Uint8Array) => T): Question<T>
  /** What a block spends, unverified: the node's word. */
  spentBy(block: BlockRef): Question<SpentByBlock>
  /** null where the node does not have it, or cannot be read here. */
  transaction(txid: string): Question<PlacedRaw | null>
  /** null for each that the node does not have. */
  transactions(txids: readonly string[], keepForever: boolean): Question<readonly (RawTransaction | null)[]>
  /** Outputs that no block spends, unverified; null for each that is none. */
  unspent(
    outpoints: readonly { readonly txid: string; readonly n: number }[],
  ): Question<readonly (RawOutput | null)[]>
  mempool(): Question<readonly string[]>
  /** A page of an address's transactions, oldest first, unconfirmed ones last; null for those that cannot be read here. */
  searched(address: string, skip: number, count: number): Question<readonly (PlacedRaw | null)[]>
}

/** @param genesis hash of the first block: what a hash itself proves stays true as long as that is in the chain */
export function nodeQuestions(network: BlockNetwork, genesis: string): NodeQuestions {
  const most = maxBlockBytes(network.chain)
  const headerOf = (result: unknown, hash: string): Header => {
    const { previousblockhash: previous, merkleroot: merkleRoot, bits, ...rest } = checkJson(HEADER, result)
    return verifiedHeader({ ...rest, previous, merkleRoot, bits: Number.parseInt(bits, 16) }, hash, network)
  }
  const known = (code: number): null | undefined => (code === NOT_FOUND ? null : undefined)
  /** @param tip height of the best block, as asked after the transaction: heights are then never too low */
  const placedRaw = (result: unknown, tip: number, txid?: string): PlacedRaw | null => {
    const { hex, blockhash, confirmations = 0 } = checkJson(PLACED, result)
    const raw = readTransaction(hex, txid ?? checkJson(z.object({ txid: HASH }), result).txid)
    if (raw === null) return null
    // A block that is no longer in the chain has -1 or 0.
    if (!blockhash || confirmations < 1) return { raw, block: null }
    if (confirmations > tip + 1)
      throw new AnswerError({ expected: `at most ${tip + 1} confirmations`, came: `${confirmations}` })
    return { raw, block: { hash: checkJson(HASH, blockhash), height: tip - confirmations + 1 } }
  }
  const tipCall: RpcCall<unknown> = {
    method: 'getblockcount',
    params: [],
    read: (count) => checkJson(height, count),
    keep: () => 'never',
  }
  /** One call and the chain's height after it, since answers name a block but not its height. */
  const withTip = <T>(
    call: Omit<RpcCall<unknown>, 'keep' | 'read'>,
    read: (result: unknown, tip: number) => T,
    keep: (value: T) => ReturnType<Question<T>['keep']>,
  ): Question<T> => {
    const both = rpcBatch<unknown>(
      [{ ...call, read: (result) => ({ result }), keep: () => 'never' }, tipCall],
      { keep: () => 'never' },
    )
    return {
      ...both,
      read: (answer) => {
        const [first, tip] = both.read(answer) as [{ result: unknown } | null, number]
        return read(first === null ? null : first.result, tip)
      },
      keep,
    }
  }

  return {
    bestHash: () =>
      rpcQuestion({
        method: 'getbestblockhash',
        params: [],
        read: (hash) => checkJson(HASH, hash),
        keep: () => 'never',
      }),
    header: (hash) =>
      rpcQuestion({
        method: 'getblockheader',
        params: [hash, true],
        read: (result) => headerOf(result, hash),
        keep: (header) => ({ height: header.height, hash }),
      }),
    listed: (hash) =>
      rpcQuestion<ListedBlock>({
        method: 'getblock',
        params: [hash, 1],
        read: (result) => {
          const header = headerOf(result, hash)
          const { tx: txids } = checkJson(LISTED, result)
          assertMerkleRoot(txids, header.merkleRoot)
          return { header, txids }
        },
        keep: ({ header }) => ({ height: header.height, hash }),
      }),
    block: ({ hash, height: at }, read) =>
      rpcQuestion({
        method: 'getblock',
        params: [hash, 0],
        read: (hex) => read(fromHex(checkJson(z.string(), hex), most)),
        keep: () => ({ height: at, hash, passing: true }),
        maxBytes: 2 * most + 1000,
      }),
    spentBy: ({ hash, height: at }) =>
      rpcQuestion<SpentByBlock>({
        method: 'getblock',
        params: [hash, 3],
        read: (result) => {
          const { tx } = checkJson(WITH_PREVOUTS, result)
          return new Map(tx.map(({ txid, vin }) => [txid, vin.map(({ prevout }) => outputOf(prevout))]))
        },
        keep: () => ({ height: at, hash, passing: true }),
        maxBytes: JSON_TIMES * most,
      }),
    transaction: (txid) =>
      withTip<PlacedRaw | null>(
        { method: 'getrawtransaction', params: [txid, 1], refused: known },
        (result, tip) => (result === null ? null : placedRaw(result, tip, txid)),
        (value) => value?.block ?? 'never',
      ),
    transactions: (txids, keepForever) =>
      rpcBatch<RawTransaction | null>(
        txids.map((txid) => ({
          method: 'getrawtransaction',
          params: [txid, 0],
          read: (hex) => readTransaction(checkJson(HEX, hex), txid),
          refused: known,
          keep: () => 'never',
        })),
        {
          keep: (all) => (keepForever && !all.includes(null) ? { height: 0, hash: genesis } : 'never'),
          maxBytes: PARENTS * 2 * most,
        },
      ),
    unspent: (outpoints) =>
      rpcBatch<RawOutput | null>(
        outpoints.map(({ txid, n }) => ({
          method: 'gettxout',
          params: [txid, n, false],
          read: (result) => (result === null ? null : outputOf(checkJson(OUTPUT, result))),
          keep: () => 'never',
        })),
        { keep: () => 'never' },
      ),
    mempool: () =>
      rpcQuestion<readonly string[]>({
        method: 'getrawmempool',
        params: [false],
        read: (txids) => checkJson(z.array(HASH), txids),
        keep: () => 'never',
      }),
    searched: (address, skip, count) =>
      withTip<readonly (PlacedRaw | null)[]>(
        { method: 'searchrawtransactions', params: [address, 1, skip, count, 0, false], refused: known },
        (result, tip) =>
          checkJson(z.array(z.unknown()).max(count), result ?? []).map((each) => placedRaw(each, tip)),
        () => 'refresh',
      ),
  }
}

/** Amounts are JSON numbers of whole coins with eight decimals, which a double tells apart up to 2^26 coins. */
function outputOf(prevout: z.infer<typeof OUTPUT> | undefined): RawOutput | null {
  if (prevout === undefined) return null
  const text = prevout.value.toFixed(8)
  if (Number(text) !== prevout.value)
    throw new AnswerError({ expected: 'coins with eight decimals', came: String(prevout.value) })
  return { sats: Number(parseAmount(text, 8)), script: fromHex(prevout.scriptPubKey.hex) }
}

/**
 * A node asked by JSON-RPC, each answer checked against its own hash.
 * @module
 */
import { z } from 'zod'
import {
  AnswerError,
  checkJson,
  type Door,
  listOf,
  type Question,
  type RpcCall,
  rpcBatch,
  rpcQuestion,
} from '../../../net/index.ts'
import { chunks } from '../../../units/chunks.ts'
import { fromHex } from '../../../units/hex.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { maxBlockBytes } from './blockScan.ts'
import { HASH, TXIDS } from './esploraJson.ts'
import type { NodeCalls, PlacedRaw } from './nodeCalls.ts'
import { HEIGHT, HEX, JSON_TIMES, nodeHeader, nodeListed, nodeOutput, nodeSpent, OUTPUT } from './nodeJson.ts'
import { askNodeHash } from './probe.ts'
import { type RawTransaction, readTransaction } from './rawTransaction.ts'

const PLACED = z.object({ hex: HEX, blockhash: z.string().optional(), confirmations: z.int().optional() })

/** `gettxspendingprevout` (Bitcoin Core 31.0). */
const SPENDERS = listOf(
  z.object({
    txid: HASH,
    vout: z.int().min(0),
    spendingtxid: HASH.optional(),
    blockhash: HASH.optional(),
  }),
)
const isUnconfirmed = ({
  spendingtxid,
  blockhash,
}: {
  spendingtxid?: unknown
  blockhash?: unknown
}): boolean => spendingtxid !== undefined && blockhash === undefined

/** Core: RPC_INVALID_ADDRESS_OR_KEY; btcd: ErrRPCNoTxInfo. */
const NOT_FOUND = -5
/** Transactions of blocks in one request; each is at most a block in hex. */
const OF_BLOCKS = 10
/** Unconfirmed transactions, or outputs, in one request. */
const OF_MEMPOOL = 250
/** Transactions of an address that one call gives (btcd's own default, docs/json_rpc_api.md). */
const PAGE = 100

/** A transaction's block, with the height that the answer keeps it by. */
interface HeightedRaw extends PlacedRaw {
  readonly height: number | null
}

/** @param genesis hash of the first block: what a hash itself proves stays true as long as that is in the chain */
export function rpcNode(door: Door, network: BlockNetwork, genesis: string): NodeCalls {
  const most = maxBlockBytes(network.chain)
  const known = (code: number): null | undefined => (code === NOT_FOUND ? null : undefined)

  /** @param tip height of the best block, as asked after the transaction: heights are then never too low */
  const placedRaw = (result: unknown, tip: number, txid?: string): HeightedRaw | null => {
    const { hex, blockhash, confirmations = 0 } = checkJson(PLACED, result)
    const raw = readTransaction(hex, txid ?? checkJson(z.object({ txid: HASH }), result).txid)
    if (raw === null) return null
    // A block that is no longer in the chain has -1 or 0.
    if (!blockhash || confirmations < 1) return { raw, blockHash: null, height: null }
    if (confirmations > tip + 1)
      throw new AnswerError({ expected: `at most ${tip + 1} confirmations`, came: `${confirmations}` })
    return { raw, blockHash: checkJson(HASH, blockhash), height: tip - confirmations + 1 }
  }
  const tipCall: RpcCall<unknown> = {
    method: 'getblockcount',
    params: [],
    read: (count) => checkJson(HEIGHT, count),
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
  const rawTransactions = (txids: readonly string[], keepForever: boolean) =>
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
        maxBytes: OF_BLOCKS * 2 * most,
      },
    )

  return {
    bestHash: () =>
      door.ask(
        rpcQuestion({
          method: 'getbestblockhash',
          params: [],
          read: (hash) => checkJson(HASH, hash),
          keep: () => 'never',
        }),
      ),
    hashAt: (height) => door.ask(askNodeHash(height)),
    header: (hash) =>
      door.ask(
        rpcQuestion({
          method: 'getblockheader',
          params: [hash, true],
          read: (result) => nodeHeader(result, hash, network),
          keep: ({ height }) => ({ height, hash }),
        }),
      ),
    listed: (hash) =>
      door.ask(
        rpcQuestion({
          method: 'getblock',
          params: [hash, 1],
          read: (result) => nodeListed(result, hash, network),
          keep: ({ header: { height } }) => ({ height, hash }),
        }),
      ),
    block: ({ hash, height }, read) =>
      door.ask(
        rpcQuestion({
          method: 'getblock',
          params: [hash, 0],
          read: (hex) => read(fromHex(checkJson(z.string(), hex), most)),
          keep: () => ({ height, hash, passing: true }),
          maxBytes: 2 * most + 1000,
        }),
      ),
    spentBy: ({ hash, height }) =>
      door.ask(
        rpcQuestion({
          method: 'getblock',
          params: [hash, 3],
          read: (result) => nodeSpent(result),
          keep: () => ({ height, hash, passing: true }),
          maxBytes: JSON_TIMES * most,
        }),
      ),
    transaction: (txid) =>
      door.ask(
        withTip<HeightedRaw | null>(
          { method: 'getrawtransaction', params: [txid, 1], refused: known },
          (result, tip) => (result === null ? null : placedRaw(result, tip, txid)),
          (value) => (value?.blockHash == null ? 'never' : { height: value.height!, hash: value.blockHash }),
        ),
      ),
    async transactions(txids, of) {
      const found: RawTransaction[] = []
      for (const part of chunks(txids, of === 'blocks' ? OF_BLOCKS : OF_MEMPOOL))
        for (const raw of await door.ask(rawTransactions(part, of === 'blocks')))
          if (raw !== null) found.push(raw)
      return found
    },
    async unspent(outpoints) {
      const outputs = []
      for (const part of chunks(outpoints, OF_MEMPOOL)) {
        const calls = part.map(({ txid, n }) => ({
          method: 'gettxout',
          params: [txid, n, false],
          read: (result: unknown) => (result === null ? null : nodeOutput(checkJson(OUTPUT, result))),
          keep: () => 'never' as const,
        }))
        outputs.push(...(await door.ask(rpcBatch(calls, { keep: () => 'never' }))))
      }
      return outputs
    },
    async spenders(outpoints) {
      const found = await door.ask(
        rpcQuestion({
          method: 'gettxspendingprevout',
          params: [outpoints.map(({ txid, n }) => ({ txid, vout: n })), { mempool_only: false }],
          read: (result) => checkJson(SPENDERS, result),
          keep: (all) => (all.some(isUnconfirmed) ? 'never' : 'refresh'),
        }),
      )
      const byOutpoint = new Map(found.map((one) => [`${one.txid}:${one.vout}`, one]))
      return outpoints.map(({ txid, n }) => {
        const one = byOutpoint.get(`${txid}:${n}`)
        if (one === undefined)
          throw new AnswerError({ expected: `an answer about ${txid}:${n}`, came: 'none' })
        const { spendingtxid, blockhash = null } = one
        return spendingtxid === undefined ? null : { txid: spendingtxid, blockHash: blockhash }
      })
    },
    mempool: () =>
      door.ask(
        rpcQuestion({
          method: 'getrawmempool',
          params: [false],
          read: (txids) => checkJson(TXIDS, txids),
          keep: () => 'never',
        }),
      ),
    mempoolFetches: 5000,
    async *searched(address) {
      for (let skip = 0; ; skip += PAGE) {
        const page = await door.ask(
          withTip(
            {
              method: 'searchrawtransactions',
              params: [address, 1, skip, PAGE, 0, false],
              refused: known,
            },
            (result, tip) =>
              checkJson(listOf(z.unknown(), { max: PAGE }), result ?? []).map((each) => placedRaw(each, tip)),
            () => 'refresh',
          ),
        )
        yield page
        if (page.length < PAGE) return
      }
    },
  }
}

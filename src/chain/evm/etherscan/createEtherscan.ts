/**
 * Etherscan's API v2, and servers that speak like it, as a source of one EVM chain. What is asked and what stays unknown:
 * docs/formats/etherscan-api.md.
 * @module
 */

import type { z } from 'zod'
import type { Door, Keep } from '../../../net/index.ts'
import type { Asset } from '../../../units/asset.ts'
import { type AssetId, addressOf, type HolderId } from '../../../units/caip.ts'
import { isBridge } from '../../crossing/index.ts'
import type { BlockRef, HistoryPage, HistoryRange, Placed, Source } from '../../source.ts'
import type { Transaction, Transfer } from '../../transaction.ts'
import { assertAnswer, namingErrors } from '../assertAnswer.ts'
import { checkReceipt, keepOf, refOf } from '../blockContent.ts'
import { evmCoinOf, wrapperTest } from '../coin.ts'
import { type ChainWords, contentOf } from '../content.ts'
import { createHolders } from '../holders.ts'
import { type ContractCall, createMetadata } from '../metadata.ts'
import type { Payment } from '../payments.ts'
import { pendingTransfers } from '../pending.ts'
import { createPlacer, type Placer } from '../placing.ts'
import {
  bytes,
  headerSchema,
  quantity,
  type RpcHeader,
  type RpcReceipt,
  type RpcTransaction,
  receiptSchema,
  transactionSchema,
} from '../wire.ts'
import { askApi, askProxy, type Parameters } from './api.ts'
import { type Gathered, gather, leastRows } from './history.ts'
import { internalSchema, type ListName, rowSchema } from './rows.ts'
import { crowded, inPlaces } from './within.ts'

export interface EtherscanOptions {
  /** Rows asked for at once, 1 to 10,000. More are fewer calls and larger answers: some 700 bytes a row. */
  readonly pageRows?: number
  /** Contracts, beside those known, that wrap the coin as WETH9 does. */
  readonly wrappers?: readonly string[]
}

interface PlacedRows extends Placed {
  readonly transaction: Transaction & { readonly height: number; readonly index: number }
}

/** Order of a history's transfers: a call's own value and its fee, then what it moved. */
const KINDS: readonly Transfer['kind'][] = ['native', 'fee', 'internal', 'token']

const BLIND = [
  'Etherscan does not list what wrapped coins mint and burn, other than those known, nor fees beside that for gas.',
  'A history from Etherscan has no logs: bridges are recognised where their known contracts are paid or pay, and in transactions that are asked for by themselves.',
  'A history from Etherscan shows the transfers of its address alone: a swap that pays out to somebody else, above all through several pools, can go unseen, and so can what a relayer pays out for a bridge.',
]

/** @param door to the API itself: `https://api.etherscan.io/v2/api`, its key as the secret query parameter `apikey` */
export function createEtherscan(door: Door, chainId: number, options: EtherscanOptions = {}): Source {
  const { pageRows = 1000, wrappers = [] } = options
  const chain = `eip155:${chainId}`
  const coin = evmCoinOf(chain)
  const words: ChainWords = {
    ...{ chain, coin: coin.id },
    holder: createHolders(chain),
    wraps: wrapperTest(chain, wrappers),
  }
  const ask = <T>(parameters: Parameters, schema: z.ZodType<T>, keep: (value: T) => Keep): Promise<T> =>
    askApi(door, chainId, parameters, schema, keep)

  const callContract: ContractCall = (to, data, gas) => {
    const parameters = { module: 'proxy', action: 'eth_call', to, data, gas, tag: 'latest' }
    return askProxy(door, chainId, parameters, bytes, 'refresh')
  }
  let opened: Promise<Placer> | undefined
  // viem takes 0.2 s to load, and a history does not need it.
  const placer = (): Promise<Placer> => {
    opened ??= import('viem').then((viem) => createPlacer(words, coin, createMetadata(viem, callContract)))
    return opened
  }

  const header = { module: 'proxy', action: 'eth_getBlockByNumber' }

  async function tip(): Promise<BlockRef> {
    return refOf(await ask({ ...header, tag: 'latest', boolean: 'false' }, headerSchema, () => 'never'))
  }

  async function blockAt(height: number): Promise<BlockRef | null> {
    const schema = headerSchema.nullable().transform((one) => {
      const number = Number(one?.number ?? height)
      assertAnswer(number === height, `the block at ${height}`, `that at ${number}`)
      return one === null ? null : refOf(one)
    })
    return ask({ ...header, tag: hex(height), boolean: 'false' }, schema, () => 'never')
  }

  /** The header of a known block; its parameters stand otherwise than in {@link blockAt}, whose answer is never remembered. */
  async function headerOf(height: number, hash: string): Promise<RpcHeader> {
    const schema = headerSchema.transform((one) => {
      assertAnswer(one.hash === hash, `block ${hash} at ${height}`, one.hash)
      return one
    })
    return ask({ ...header, boolean: 'false', tag: hex(height) }, schema, () => ({ height, hash }))
  }

  async function transaction(txid: string): Promise<{ placed: Placed; assets: readonly Asset[] } | null> {
    const found = await byHash(txid)
    if (found === null) return null
    const { blockNumber, blockHash } = found
    if (!blockNumber || !blockHash) {
      const pending = { ...pendingTransfers(found, words), time: (await tip()).time }
      return { placed: { transaction: pending, block: null, links: [] }, assets: [coin] }
    }
    const height = Number(blockNumber)
    const [block, receipt, payments] = await Promise.all([
      headerOf(height, blockHash),
      receiptOf(txid, height, blockHash),
      paymentsOf(txid, height, blockHash),
    ])
    // The API says of no old transaction by itself whether it failed.
    const drafts = contentOf(found, receipt, { failed: null, payments }, words)
    const { placed, assets } = await (await placer()).place(block, [{ transaction: found, receipt, drafts }])
    return { placed: placed[0]!, assets }
  }

  function receiptOf(txid: string, height: number, hash: string): Promise<RpcReceipt> {
    const schema = receiptSchema.transform((one) => {
      checkReceipt(one, txid, hash)
      return one
    })
    const parameters = { module: 'proxy', action: 'eth_getTransactionReceipt', txhash: txid }
    return ask(parameters, schema, () => ({ height, hash }))
  }

  function paymentsOf(txid: string, height: number, hash: string): Promise<readonly Payment[]> {
    const parameters = { module: 'account', action: 'txlistinternal', txhash: txid }
    return ask(parameters, internalSchema, () => ({ height, hash }))
  }

  async function count(who: HolderId): Promise<number> {
    const address = addressOf(who)
    const nonce = { module: 'proxy', action: 'eth_getTransactionCount', address, tag: 'latest' }
    const [sent, ...rows] = await Promise.all([
      ask(nonce, quantity, () => 'refresh'),
      leastRows(door, chainId, address, 'txlist'),
      leastRows(door, chainId, address, 'tokentx'),
    ])
    return Math.max(Math.min(Number(BigInt(sent)), Number.MAX_SAFE_INTEGER), ...rows)
  }

  async function* history(who: HolderId, within?: HistoryRange): AsyncGenerator<HistoryPage> {
    const account = addressOf(who)
    const schemaOf = (list: ListName) => rowSchema(list, words)
    let counted = 0
    for await (const gathered of gather({ door, chainId, account, pageRows, schemaOf, within })) {
      counted += gathered.length
      const assets = new Map<AssetId, Asset>([[coin.id, coin]])
      for (const { asset } of gathered.flatMap(({ rows }) => rows)) if (asset) assets.set(asset.id, asset)
      const moving = gathered.filter(({ rows }) =>
        rows.some(({ transfers }) => transfers.some(({ from, to }) => from === who || to === who)),
      )
      const placed = await Promise.all(moving.map((one) => placedOf(who, one, assets)))
      placed.sort(({ transaction: a }, { transaction: b }) => a.height - b.height || a.index - b.index)
      yield { transactions: placed, assets: [...assets.values()], counted }
    }
  }

  /** Internal payments alone say neither block hash nor place in it, and no list the order within: these are asked for. */
  async function placedOf(
    who: HolderId,
    { height, txid, time, rows }: Gathered,
    assets: Map<AssetId, Asset>,
  ): Promise<PlacedRows> {
    // Where money goes on, a bridge says in logs, and no list has any.
    if (rows.some(({ transfers }) => transfers.some(({ from, to }) => isBridge(from) || isBridge(to))))
      return wholeOf(txid, height, assets)
    let hash = rows.find(({ blockHash }) => blockHash !== undefined)?.blockHash
    let index = rows.find((row) => row.index !== undefined)?.index
    if (hash === undefined || index === undefined) {
      const found = await byHash(txid)
      assertAnswer(
        Number(found?.blockNumber ?? -1) === height,
        `${txid} in block ${height}`,
        String(found?.blockNumber),
      )
      hash = found!.blockHash!
      index = Number(found!.transactionIndex)
    }
    const listed = KINDS.flatMap((kind) =>
      rows.flatMap((row) => row.transfers.filter((transfer) => transfer.kind === kind)),
    )
    const unclear = crowded(who, rows)
    const [payments, receipt] = await Promise.all([
      unclear.has('internal') ? paymentsOf(txid, height, hash) : null,
      unclear.has('token') ? receiptOf(txid, height, hash) : null,
    ])
    const transfers = inPlaces(listed, payments, receipt, words)
    const transaction = { chain, txid, height, index, time, transfers, inputs: [], outputs: [] }
    return { transaction, block: { height, hash, time }, links: [] }
  }

  async function wholeOf(txid: string, height: number, assets: Map<AssetId, Asset>): Promise<PlacedRows> {
    const found = await transaction(txid)
    for (const asset of found?.assets ?? []) assets.set(asset.id, asset)
    const { height: at, index } = found?.placed.transaction ?? {}
    assertAnswer(at === height && index !== undefined, `${txid} in block ${height}`, String(at))
    return found!.placed as PlacedRows
  }

  const byHash = (txid: string): Promise<RpcTransaction | null> => {
    const schema = transactionSchema.nullable().transform((one) => {
      assertAnswer(one === null || one.hash === txid, `transaction ${txid}`, one?.hash ?? '')
      return one
    })
    return ask({ module: 'proxy', action: 'eth_getTransactionByHash', txhash: txid }, schema, (one) =>
      keepOf(one?.blockNumber, one?.blockHash),
    )
  }

  const { shown } = door
  const methods = { tip, blockAt, transaction, count, history }
  return namingErrors({ kind: 'etherscan', chain, shown, blind: BLIND, ...methods })
}

function hex(height: number): string {
  return `0x${height.toString(16)}`
}

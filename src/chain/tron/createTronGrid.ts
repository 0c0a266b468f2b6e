/**
 * TronGrid, and servers that speak like it, as a source of Tron. What is asked and what stays unknown: docs/formats/trongrid.md.
 * @module
 */

import type { z } from 'zod'
import { type Door, type Keep, readJson } from '../../net/index.ts'
import type { Asset } from '../../units/asset.ts'
import { type AssetId, addressOf, type HolderId, TRON } from '../../units/caip.ts'
import { assertAnswer, namingErrors } from '../evm/assertAnswer.ts'
import { crowded } from '../evm/etherscan/within.ts'
import { createMetadata, describeToken, type TokenWords } from '../evm/metadata.ts'
import type { BlockRef, HistoryPage, HistoryRange, MetAssets, Placed, Source } from '../source.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import { found, refOf, type WholeBlock } from './block.ts'
import {
  hexOfTron,
  internalTransfers,
  isDone,
  NO_OUTCOME,
  ownTransfers,
  TRX,
  tokenTransfers,
} from './content.ts'
import { heedingFrequency } from './frequency.ts'
import { estimateRows, type Gathered, gather, provenRowSchema } from './history.ts'
import { proveTransaction } from './proof.ts'
import { assetOf, isNameless, movedByRows, transactionOf, transactionOfRows } from './transactionOfRows.ts'
import { blockSchema, constantSchema, resultSchema, tokenRowSchema, transactionSchema } from './wire.ts'

const BLIND = [
  "A history from TronGrid has an account's own transactions, TRX that contracts paid it, and TRC-20 events; tokens of other kinds that contracts moved are seen only where a transaction is asked for by itself.",
]

/** What a contract is asked as: anybody. */
const NOBODY = `41${'0'.repeat(40)}`
/** Selectors of EIP-20's words, as the node wants them. */
const FUNCTIONS: Readonly<Record<string, string>> = { '0x95d89b41': 'symbol()', '0x313ce567': 'decimals()' }

/** @param to the service itself, `https://api.trongrid.io`; its key as the secret header `TRON-PRO-API-KEY` */
export function createTronGrid(to: Door): Source {
  const door = heedingFrequency(to)
  const post = <T>(
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    keep: (value: T) => Keep,
  ): Promise<T> => {
    const json = JSON.stringify(body)
    return door.ask({
      name: `POST ${path} ${json}`,
      method: 'POST',
      path,
      body: json,
      read: readJson(schema),
      keep,
    })
  }

  async function newest(path: string, body: object, keep: Keep): Promise<BlockRef> {
    return post(
      path,
      body,
      blockSchema.transform((block) => found(block, 'the newest block').ref),
      () => keep,
    )
  }

  /** The newest block that can no longer be undone: the lists have none above it. Another question than a history's. */
  const tip = (): Promise<BlockRef> => newest('/walletsolidity/getnowblock', { visible: false }, 'never')

  async function blockAt(height: number): Promise<BlockRef | null> {
    const schema = blockSchema.transform((block) => (block === null ? null : refOf(block, height)))
    return post('/wallet/getblockbynum', { num: height }, schema, () => 'never')
  }

  /** A block with its transactions' ids, remembered as long as it is in the chain: another question than {@link blockAt}. */
  async function wholeBlock(height: number): Promise<WholeBlock> {
    const schema = blockSchema.transform((block) => found(block, `block ${height}`, height))
    const keep = ({ ref }: WholeBlock): Keep => ({ height, hash: ref.hash })
    return post('/wallet/getblockbynum', { num: height, visible: false }, schema, keep)
  }

  let said: ReturnType<typeof createMetadata> | undefined
  async function tokenWords(contract: string): Promise<TokenWords> {
    said ??= createMetadata(await import('viem'), async (to, data) => {
      const body = {
        owner_address: NOBODY,
        contract_address: to,
        function_selector: FUNCTIONS[data],
        parameter: '',
      }
      const { constant_result: results } = await post(
        '/wallet/triggerconstantcontract',
        body,
        constantSchema,
        () => 'refresh',
      )
      return results?.[0] === undefined ? null : `0x${results[0]}`
    })
    return said(contract)
  }

  async function assetsOf(transfers: readonly Transfer[]): Promise<Asset[]> {
    const met = new Map<AssetId, Asset>([[TRX.id, TRX]])
    for (const { asset } of transfers) {
      if (met.has(asset)) continue
      const [, contract] = /\/trc(?:20|721|1155):(T\w{33})/.exec(asset) ?? []
      // A TRC-10 token's words are not asked for.
      const words = contract === undefined ? NO_WORDS : await tokenWords(hexOfTron(contract))
      met.set(asset, describeToken(asset, TRON, words))
    }
    return [...met.values()]
  }

  async function transaction(txid: string): Promise<{ placed: Placed; assets: MetAssets } | null> {
    const body = { value: txid }
    // Its bytes are proven by its id, so they stay true.
    const schema = transactionSchema.transform((stated) => stated && proveTransaction(stated))
    const sent = await post('/wallet/gettransactionbyid', body, schema, keepFound)
    if (sent === null) return null
    assertAnswer(sent.txID === txid, `transaction ${txid}`, sent.txID)
    // What can no longer be undone is asked for first: it may be kept, though it names no block's hash.
    const result =
      (await post('/walletsolidity/gettransactioninfobyid', body, resultSchema, keepFound)) ??
      (await post('/wallet/gettransactioninfobyid', body, resultSchema, () => 'never'))
    if (result === null) {
      const own = ownTransfers(sent, NO_OUTCOME)
      const { time } = await newest('/wallet/getnowblock', {}, 'never')
      const pending = transactionOf(txid, { time }, own)
      return { placed: { transaction: pending, block: null, links: [] }, assets: [TRX] }
    }
    assertAnswer(result.id === txid, `the result of ${txid}`, result.id)
    const { ref, ids } = await wholeBlock(result.blockNumber)
    const index = ids.indexOf(txid)
    assertAnswer(index >= 0, `${txid} in block ${ref.height}`, 'a block without it')
    const outcome = {
      fee: result.fee ?? 0n,
      created: result.contract_address ?? null,
      withdrawn: result.withdraw_amount ?? 0n,
    }
    const transfers = [
      ...ownTransfers(sent, outcome),
      ...(isDone(sent) ? internalTransfers(result.internal_transactions ?? []) : []),
      ...(isDone(sent) ? tokenTransfers(result) : []),
    ]
    const head = { height: ref.height, index, time: ref.time }
    const placed = { transaction: transactionOf(txid, head, transfers), block: ref, links: [] }
    return { placed, assets: await assetsOf(transfers) }
  }

  /** At most four small calls; see docs/formats/trongrid.md. */
  async function count(who: HolderId): Promise<number> {
    const path = `/v1/accounts/${addressOf(who)}/transactions`
    const [own, tokens] = await Promise.all([
      estimateRows(door, path, provenRowSchema),
      estimateRows(door, `${path}/trc20`, tokenRowSchema),
    ])
    return Math.max(own, tokens)
  }

  async function* history(who: HolderId, within?: HistoryRange): AsyncGenerator<HistoryPage> {
    // The lists name no block's hash, and have only what can no longer be undone: this block vouches for all of it.
    const block = within?.to ?? (await newest('/walletsolidity/getnowblock', {}, 'refresh'))
    const rows = { account: 0, token: 0 }
    for await (const gathered of gather(door, addressOf(who), within)) {
      for (const { account, token } of gathered) {
        rows.account += account.length
        rows.token += token.length
      }
      const assets = new Map<AssetId, Asset>([[TRX.id, TRX]])
      const read = await Promise.all(gathered.map((one) => readGathered(who, one)))
      for (const asset of read.flatMap((one) => one.assets)) assets.set(asset.id, asset)
      const own = read
        .map((one) => one.transaction)
        .filter(({ transfers }) => transfers.some(({ from, to }) => from === who || to === who))
        .filter(({ time }) => within === undefined || (time! >= within.from.time && time! <= within.to.time))
      const transactions = (await inOrder(who, own)).map(
        (one): Placed => ({ transaction: one, block, links: [] }),
      )
      yield { transactions, assets: [...assets.values()], counted: Math.max(rows.account, rows.token) }
    }
  }

  /**
   * A token that the lists do not name is in the transaction itself, and so is the order of its payments, which matters where
   * several are of this account and of one asset.
   */
  async function readGathered(
    who: HolderId,
    gathered: Gathered,
  ): Promise<{ transaction: Transaction; assets: MetAssets }> {
    const rows = movedByRows(gathered)
    const named = gathered.token.flatMap(({ token_info }) => (token_info === null ? [] : assetOf(token_info)))
    if (isNameless(gathered) || crowded(who, rows).size > 0) {
      const whole = await transaction(gathered.txid)
      assertAnswer(whole !== null, `transaction ${gathered.txid}, which a list has`, 'nothing')
      return { transaction: whole.placed.transaction, assets: [...whole.assets, ...named] }
    }
    return { transaction: transactionOfRows(gathered, rows), assets: named }
  }

  /** In which block a transaction is that can no longer be undone; undefined where the node does not know it. */
  async function heightOf(txid: string): Promise<number | undefined> {
    const body = { value: txid }
    const result = await post('/walletsolidity/gettransactioninfobyid', body, resultSchema, keepFound)
    if (result === null) return undefined
    assertAnswer(result.id === txid, `the result of ${txid}`, result.id)
    return result.blockNumber
  }

  /**
   * Transactions of one moment are of one block, whose order the lists do not say: it is asked for where a height is known, or
   * where several move one asset.
   */
  async function inOrder(who: HolderId, transactions: readonly Transaction[]): Promise<Transaction[]> {
    const moments = [...Map.groupBy(transactions, ({ time }) => time).values()]
    const ordered = await Promise.all(
      moments.map(async (list) => {
        if (list.length === 1) return list
        let height = list.find((one) => one.height !== undefined)?.height
        if (height === undefined && crowded(who, list).size > 0) height = await heightOf(list[0]!.txid)
        if (height === undefined) return list
        const { ids } = await wholeBlock(height)
        const placed = list.map((one) => ({ ...one, height, index: ids.indexOf(one.txid) }))
        const lost = placed.find(({ index }) => index < 0)
        assertAnswer(lost === undefined, `${lost?.txid} in block ${height}`, 'a block without it')
        return placed.sort((a, b) => a.index - b.index)
      }),
    )
    return ordered.flat()
  }

  const { shown } = door
  const methods = { tip, blockAt, transaction, count, history }
  return namingErrors({ kind: 'trongrid', chain: TRON, shown, blind: BLIND, ...methods })
}

const keepFound = (found: unknown): Keep => (found === null ? 'never' : 'refresh')

const NO_WORDS: TokenWords = { symbol: '', decimals: null }

/**
 * What one EVM transaction moved, as transfers, from the transaction, its receipt and, where there are some, its traces.
 * A node, an explorer's API and an explorer's tables say it alike, so that their rows merge: docs/formats/evm-rpc.md.
 * @module
 */
import { canonicalEvm } from '../../address/index.ts'
import { AnswerError } from '../../net/index.ts'
import { MAX_AMOUNT } from '../../units/amount.ts'
import type { AssetId, ChainId, HolderId } from '../../units/caip.ts'
import type { Transfer } from '../transaction.ts'
import type { Payment } from './payments.ts'
import { tokenMoves, type WrapMove, wrapMoves } from './tokens.ts'
import type { RpcReceipt, RpcTransaction } from './wire.ts'

/** What is the same for all transactions of a chain. */
export interface ChainWords {
  readonly chain: ChainId
  /** Asset id of the chain's own coin. */
  readonly coin: AssetId
  /** Canonical holder of a lower-case address; null for the zero address. */
  readonly holder: (address: string) => HolderId | null
  /** Whether a lower-case address is a known contract that wraps the coin as WETH9 does. */
  readonly wraps: (contract: string) => boolean
}

/** What is known of a transaction beneath its own call; `failed` is null where the source does not say it. */
export interface Internals {
  readonly failed: boolean | null
  readonly payments: readonly Payment[]
}

/** A transfer, and the contract that must prove to be a token before it counts. */
export interface Draft {
  readonly transfer: Transfer
  readonly unless?: string
}

/**
 * Transfers in the order native, fee, internal, token. `position`: 0 for the transaction's own call and its fee, from 1 on
 * for internal payments in the order of execution, the number of the log within the transaction for tokens; so it orders
 * the transfers of any one asset.
 */
export function contentOf(
  transaction: RpcTransaction,
  receipt: RpcReceipt,
  traced: Internals | null,
  words: ChainWords,
): Draft[] {
  const { coin, holder } = words
  const drafts: Draft[] = []
  const coins = (
    kind: Transfer['kind'],
    from: string | null,
    to: string | null,
    amount: bigint,
    position: number,
  ) => {
    const parties = { from: from === null ? null : holder(from), to: to === null ? null : holder(to) }
    drafts.push({ transfer: { ...parties, asset: coin, amount, kind, position } })
  }
  const { from } = transaction
  const minted = BigInt(transaction.mint ?? 0)
  if (minted > 0n) coins('native', null, from, minted, 0)
  const failed = isFailed(transaction, receipt, traced)
  const to = transaction.to ?? receipt.contractAddress ?? null
  const value = BigInt(transaction.value)
  if (!failed) coins('native', from, to, value, 0)
  for (const fee of feesOf(transaction, receipt)) if (fee > 0n) coins('fee', from, null, bounded(fee), 0)
  if (failed) return drafts
  const payments = traced?.payments ?? impliedPayments(receipt, { from, to: to ?? '', value }, words)
  for (const [i, { from: payer, to: payee, value: wei }] of payments.entries())
    coins('internal', payer, payee, wei, i + 1)
  drafts.push(...tokenDrafts(receipt, [{ from, to: to ?? '', value }, ...payments], words))
  return drafts
}

/**
 * Fees, each a transfer of its own because explorers list only the first: gas used times its price (EIP-1559), blob gas
 * (EIP-4844), and what an OP-stack chain charges for the layer below (Optimism specification, "L1 fees").
 */
function feesOf(transaction: RpcTransaction, receipt: RpcReceipt): bigint[] {
  const price = receipt.effectiveGasPrice ?? transaction.gasPrice ?? '0x0'
  return [
    BigInt(receipt.gasUsed) * BigInt(price),
    BigInt(receipt.blobGasUsed ?? 0) * BigInt(receipt.blobGasPrice ?? 0),
    BigInt(receipt.l1Fee ?? 0),
  ]
}

function bounded(wei: bigint): bigint {
  if (wei > MAX_AMOUNT)
    throw new AnswerError({
      expected: 'a fee of at most 2^256 - 1 wei',
      came: 'gas times its price above that',
    })
  return wei
}

/** Gas of a plain payment (Ethereum yellow paper, appendix G). */
const PLAIN_GAS = 21_000n

/**
 * Receipts before Byzantium have no status. There the traces say it; without traces a transaction that used up all its gas
 * is taken to have failed, as every failure did then (EIP-658, "Motivation"), unless it is a plain payment.
 */
function isFailed(transaction: RpcTransaction, receipt: RpcReceipt, traced: Internals | null): boolean {
  if (receipt.status !== undefined && receipt.status !== null) return BigInt(receipt.status) === 0n
  if (traced !== null && traced.failed !== null) return traced.failed
  const gas = BigInt(transaction.gas)
  return gas > PLAIN_GAS && BigInt(receipt.gasUsed) === gas
}

/**
 * Without traces: what known contracts of wrapped coin state of coins that came and went, beside the transaction's own
 * call. WETH9 mints for whatever it is paid and pays for whatever it burns, so each event is one payment.
 */
function impliedPayments(receipt: RpcReceipt, own: Payment, { wraps }: ChainWords): Payment[] {
  const payments: Payment[] = []
  let ownLeft = wraps(own.to) ? own.value : 0n
  for (const { side, contract, holder, amount } of wrapMoves(receipt.logs)) {
    if (!wraps(contract) || amount === 0n) continue
    const isOwn = side === 'mint' && contract === own.to && holder === own.from && amount === ownLeft
    if (isOwn) ownLeft = 0n
    else if (side === 'mint') payments.push({ from: holder, to: contract, value: amount })
    else payments.push({ from: contract, to: holder, value: amount })
  }
  return payments
}

/** Token transfers in the order of the logs. `payments`: all of coins, which tell mints of unknown wrappers. */
export function tokenDrafts(receipt: RpcReceipt, payments: readonly Payment[], words: ChainWords): Draft[] {
  const { chain, holder } = words
  const drafts: Draft[] = tokenMoves(receipt.logs).map((move) => ({
    transfer: {
      from: holder(move.from),
      to: holder(move.to),
      asset: tokenAsset(chain, move.standard, move.contract, move.tokenId),
      amount: move.amount,
      kind: 'token',
      position: move.log,
    },
  }))
  const paid = countPayments(payments)
  for (const move of wrapMoves(receipt.logs)) {
    const isKnown = words.wraps(move.contract)
    if (move.amount === 0n || (!isKnown && !paid(move))) continue
    const who = holder(move.holder)
    const transfer: Transfer = {
      from: move.side === 'mint' ? null : who,
      to: move.side === 'mint' ? who : null,
      asset: tokenAsset(chain, 'erc20', move.contract),
      amount: move.amount,
      kind: 'token',
      position: move.log,
    }
    drafts.push(isKnown ? { transfer } : { transfer, unless: move.contract })
  }
  return drafts.sort((a, b) => a.transfer.position! - b.transfer.position!)
}

/** Tells whether coins of just that amount went the other way, each payment counted once. */
function countPayments(payments: readonly Payment[]): (move: WrapMove) => boolean {
  const left = new Map<string, number>()
  for (const { from, to, value } of payments) {
    const key = `${from} ${to} ${value}`
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  return ({ side, contract, holder, amount }) => {
    const key = side === 'mint' ? `${holder} ${contract} ${amount}` : `${contract} ${holder} ${amount}`
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count > 0
  }
}

/** CAIP-19 namespaces `erc20`, `erc721`, `erc1155`; one piece of a collection is an asset of its own. `contract`: lower case. */
export function tokenAsset(chain: ChainId, standard: string, contract: string, tokenId?: string): AssetId {
  return `${chain}/${standard}:${canonicalEvm(contract)}${tokenId === undefined ? '' : `/${tokenId}`}`
}

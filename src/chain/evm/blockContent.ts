/**
 * A block as one: its transactions with their receipts and traces, held against each other.
 * @module
 */
import type { Keep } from '../../net/index.ts'
import type { BlockRef } from '../source.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import { assertAnswer } from './assertAnswer.ts'
import { type ChainWords, contentOf, type Draft } from './content.ts'
import { type Payment, readFrames, readTraces, type Traced } from './payments.ts'
import type {
  RpcBlock,
  RpcHeader,
  RpcReceipt,
  RpcTrace,
  RpcTracedTransaction,
  RpcTransaction,
} from './wire.ts'

/** One transaction as the source reads it, before its tokens were asked about. */
export interface Found {
  readonly transaction: RpcTransaction
  readonly receipt: RpcReceipt
  readonly drafts: readonly Draft[]
}

/** Receipts in the order of the block's transactions. @throws {AnswerError} where one is missing or of another block */
export function receiptsInOrder(block: RpcBlock, receipts: readonly RpcReceipt[]): RpcReceipt[] {
  const byHash = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]))
  return block.transactions.map(({ hash }) => {
    const receipt = byHash.get(hash)
    assertAnswer(receipt !== undefined, `a receipt of ${hash}`, 'none')
    checkReceipt(receipt, hash, block.hash)
    return receipt
  })
}

/** @throws {AnswerError} where the receipt, or a log in it, is of another transaction or block */
export function checkReceipt(receipt: RpcReceipt, txid: string, block: string): void {
  assertAnswer(
    receipt.transactionHash === txid,
    `the receipt of ${txid}`,
    `that of ${receipt.transactionHash}`,
  )
  assertAnswer(receipt.blockHash === block, `a receipt of block ${block}`, `one of ${receipt.blockHash}`)
  for (const { blockHash, transactionHash, removed } of receipt.logs) {
    assertAnswer(removed !== true, 'logs of the chain', 'a log that was removed from it')
    assertAnswer((blockHash ?? block) === block, `logs of block ${block}`, `a log of ${blockHash}`)
    assertAnswer((transactionHash ?? txid) === txid, `logs of ${txid}`, `a log of ${transactionHash}`)
  }
}

/** @throws {AnswerError} where the block's transactions say another block, place or order */
export function checkBlock(block: RpcBlock, hash: string): void {
  assertAnswer(block.hash === hash, `block ${hash}`, `block ${block.hash}`)
  for (const [i, transaction] of block.transactions.entries()) {
    const { blockHash, blockNumber, transactionIndex } = transaction
    const isHere =
      blockHash === hash && Number(blockNumber) === Number(block.number) && Number(transactionIndex) === i
    assertAnswer(
      isHere,
      `transaction ${i} of block ${hash}`,
      `${transaction.hash}, number ${transactionIndex} of ${blockHash}`,
    )
  }
}

/** `trace_block`: entries of each transaction, and what the block itself paid out. */
export function tracesInOrder(
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  traces: readonly RpcTrace[],
): { readonly traced: readonly Traced[]; readonly rewards: readonly Payment[] } {
  const byHash = new Map<string, RpcTrace[]>()
  const rewards: Payment[] = []
  for (const trace of traces) {
    assertAnswer(
      (trace.blockHash ?? block.hash) === block.hash,
      `traces of block ${block.hash}`,
      `one of ${trace.blockHash}`,
    )
    const { author, value } = trace.action
    if (trace.type === 'reward' && author && value)
      rewards.push({ from: '', to: author, value: BigInt(value) })
    if (trace.type === 'reward') continue
    const own = byHash.get(trace.transactionHash ?? '')
    if (own === undefined) byHash.set(trace.transactionHash ?? '', [trace])
    else own.push(trace)
  }
  const traced = block.transactions.map((transaction, i) =>
    checkTraced(transaction, receipts[i]!, readTraces(byHash.get(transaction.hash) ?? [])),
  )
  return { traced, rewards }
}

/** `debug_traceBlockByHash`. */
export function framesInOrder(
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  frames: readonly RpcTracedTransaction[],
): readonly Traced[] {
  const { transactions } = block
  assertAnswer(
    frames.length === transactions.length,
    `traces of ${transactions.length} transactions`,
    `${frames.length}`,
  )
  return frames.map(({ txHash, result }, i) => {
    const transaction = transactions[i]!
    assertAnswer(
      (txHash ?? transaction.hash) === transaction.hash,
      `traces of ${transaction.hash}`,
      `those of ${txHash}`,
    )
    return checkTraced(transaction, receipts[i]!, readFrames(result))
  })
}

/** @throws {AnswerError} where the traces are no call tree, or not of this transaction */
export function checkTraced(transaction: RpcTransaction, receipt: RpcReceipt, traced: Traced | null): Traced {
  const { hash, from, value } = transaction
  assertAnswer(traced !== null, `the call tree of ${hash}`, 'none, or one with frames of another shape')
  const { top } = traced
  const isSame = top.from === from && top.value === BigInt(value)
  const to = transaction.to ?? receipt.contractAddress ?? ''
  assertAnswer(
    isSame && (traced.failed || top.to === to),
    `the call tree of ${hash}`,
    'one of another transaction',
  )
  const { status } = receipt
  const failed = status === undefined || status === null ? traced.failed : BigInt(status) === 0n
  assertAnswer(
    failed === traced.failed,
    `traces of ${hash} that agree with its receipt's status ${status}`,
    'others',
  )
  return traced
}

/** Gwei, EIP-4895: "amount: a nonzero amount of ether given in Gwei". */
const WEI_IN_GWEI = 1_000_000_000n

/**
 * What a block pays out by itself, withdrawals of validators' stakes (EIP-4895) and, where traces list them, rewards before
 * the merge: one transaction that the chain has no id for and that gets the block's hash, after all others. null where there
 * is none.
 */
export function payoutsOf(
  block: RpcBlock,
  rewards: readonly Payment[],
  words: ChainWords,
): Transaction | null {
  const withdrawn = (block.withdrawals ?? []).map(({ address, amount }) => ({
    to: address,
    value: BigInt(amount) * WEI_IN_GWEI,
  }))
  const transfers = [...rewards, ...withdrawn]
    .filter(({ value }) => value > 0n)
    .map(({ to, value }, position): Transfer => {
      return { from: null, to: words.holder(to), asset: words.coin, amount: value, kind: 'native', position }
    })
  if (transfers.length === 0) return null
  return {
    ...headOf(block, block.transactions.length),
    chain: words.chain,
    txid: block.hash,
    transfers,
    ...NO_LOTS,
  }
}

const NO_LOTS = { inputs: [], outputs: [] } as const

function headOf(
  block: Pick<RpcBlock, 'number' | 'timestamp'>,
  index: number,
): { height: number; index: number; time: number } {
  return { height: Number(block.number), index, time: Number(block.timestamp) }
}

/** A transaction of a block, of the drafts that count. */
export function placedTransaction(
  block: Pick<RpcBlock, 'number' | 'timestamp'>,
  { transaction, drafts }: Found,
  isToken: (contract: string) => boolean,
  { chain }: ChainWords,
): Transaction {
  const transfers = drafts
    .filter(({ unless }) => unless === undefined || isToken(unless))
    .map(({ transfer }) => transfer)
  return {
    chain,
    txid: transaction.hash,
    ...headOf(block, Number(transaction.transactionIndex)),
    transfers,
    ...NO_LOTS,
  }
}

/** Everything each transaction of the block moved. */
export function contentOfBlock(
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  traced: readonly Traced[] | null,
  words: ChainWords,
): Found[] {
  return block.transactions.map((transaction, i) => {
    const receipt = receipts[i]!
    return { transaction, receipt, drafts: contentOf(transaction, receipt, traced?.[i] ?? null, words) }
  })
}

export function refOf(header: RpcHeader): BlockRef {
  return {
    height: Number(header.number),
    hash: header.hash,
    time: Number(header.timestamp),
    parent: header.parentHash,
  }
}

/** An answer about a transaction stays true as long as its block; one about an unconfirmed transaction does not. */
export function keepOf(number: string | null | undefined, hash: string | null | undefined): Keep {
  return number && hash ? { height: Number(number), hash } : 'never'
}

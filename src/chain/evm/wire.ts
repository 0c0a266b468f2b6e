/**
 * Shapes of an EVM node's answers, as the Ethereum execution API specification (ethereum/execution-apis) has them:
 * checked here before anything is believed. Hex stays text until it is used; no quantity is wider than 256 bits.
 * Hashes, addresses and bytes come out in lower case.
 * @module
 */
import { z } from 'zod'
import { listOf } from '../../net/index.ts'
import type { Maybe } from '../wire.ts'

/** At most 256 bits. Leading zeros, which the specification forbids, are let pass: some nodes write them. */
export const quantity: z.ZodType<string> = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, 'a hex quantity of at most 256 bits')
/** What a number holds exactly: heights, indices, times. */
const small = z.string().regex(/^0x0*[0-9a-fA-F]{1,13}$/, 'a hex quantity below 2^52')
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address: 0x and 40 hex digits')
  .toLowerCase()
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'a hash: 0x and 64 hex digits')
  .toLowerCase()
export const bytes: z.ZodType<string> = z
  .string()
  .refine(
    (text) => text.length % 2 === 0 && /^0x[0-9a-fA-F]*$/.test(text),
    'bytes: 0x and pairs of hex digits',
  )
  .toLowerCase()

/** With all its other fields: what a signature covers differs by type, and is read by who verifies it. */
export interface RpcTransaction {
  readonly [field: string]: unknown
  readonly hash: string
  readonly from: string
  readonly to?: Maybe<string>
  readonly value: string
  readonly input: string
  readonly nonce?: Maybe<string>
  readonly gas: string
  readonly gasPrice?: Maybe<string>
  readonly type?: Maybe<string>
  readonly blockHash?: Maybe<string>
  readonly blockNumber?: Maybe<string>
  readonly transactionIndex?: Maybe<string>
  /** OP-stack deposit transactions: wei that the layer below sends along (Optimism specification, "Deposits"). */
  readonly mint?: Maybe<string>
}
export const transactionSchema: z.ZodType<RpcTransaction> = z.looseObject({
  hash,
  from: address,
  to: address.nullish(),
  value: quantity,
  input: bytes,
  nonce: small.nullish(),
  gas: quantity,
  gasPrice: quantity.nullish(),
  type: quantity.nullish(),
  blockHash: hash.nullish(),
  blockNumber: small.nullish(),
  transactionIndex: small.nullish(),
  mint: quantity.nullish(),
})

export interface RpcHeader {
  readonly [field: string]: unknown
  readonly hash: string
  readonly parentHash: string
  readonly number: string
  readonly timestamp: string
}
const header = { hash, parentHash: hash, number: small, timestamp: small }
export const headerSchema: z.ZodType<RpcHeader> = z.looseObject(header)

/** EIP-4895; the amount is Gwei. */
export interface RpcWithdrawal {
  readonly index: string
  readonly validatorIndex: string
  readonly address: string
  readonly amount: string
}
export interface RpcBlock extends RpcHeader {
  readonly transactions: readonly RpcTransaction[]
  readonly withdrawals?: Maybe<readonly RpcWithdrawal[]>
}
export const blockSchema: z.ZodType<RpcBlock> = z.looseObject({
  ...header,
  transactions: listOf(transactionSchema),
  withdrawals: listOf(z.object({ index: small, validatorIndex: small, address, amount: small })).nullish(),
})

/** A block that nobody has made yet has no hash and, on some nodes, no number. */
export interface RpcPending {
  readonly timestamp: string
  readonly transactions: readonly RpcTransaction[]
}
export const pendingSchema: z.ZodType<RpcPending> = z.looseObject({
  timestamp: small,
  transactions: listOf(transactionSchema),
})

export interface RpcLog {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
  readonly blockHash?: Maybe<string>
  readonly transactionHash?: Maybe<string>
  readonly removed?: Maybe<boolean>
}
const log = z.looseObject({
  address,
  // Ethereum yellow paper, section 4.3.1
  topics: listOf(hash, { max: 4 }),
  data: bytes,
  blockHash: hash.nullish(),
  transactionHash: hash.nullish(),
  removed: z.boolean().nullish(),
})

export interface RpcReceipt {
  readonly [field: string]: unknown
  readonly transactionHash: string
  readonly blockHash: string
  /** Absent before Byzantium (EIP-658). */
  readonly status?: Maybe<string>
  /** In its place before Byzantium: the state after the transaction. */
  readonly root?: Maybe<string>
  readonly type?: Maybe<string>
  readonly gasUsed: string
  readonly cumulativeGasUsed: string
  readonly logsBloom: string
  readonly effectiveGasPrice?: Maybe<string>
  readonly contractAddress?: Maybe<string>
  readonly logs: readonly RpcLog[]
  /** EIP-4844 */
  readonly blobGasUsed?: Maybe<string>
  readonly blobGasPrice?: Maybe<string>
  /** OP stack: what posting to the layer below costs. */
  readonly l1Fee?: Maybe<string>
}
export const receiptSchema: z.ZodType<RpcReceipt> = z.looseObject({
  transactionHash: hash,
  blockHash: hash,
  status: quantity.nullish(),
  gasUsed: quantity,
  cumulativeGasUsed: quantity,
  logsBloom: bytes,
  root: hash.nullish(),
  type: quantity.nullish(),
  effectiveGasPrice: quantity.nullish(),
  contractAddress: address.nullish(),
  logs: listOf(log),
  blobGasUsed: quantity.nullish(),
  blobGasPrice: quantity.nullish(),
  l1Fee: quantity.nullish(),
})

/** One entry of `trace_block` and `trace_transaction` (OpenEthereum, "trace module"). */
export interface RpcTrace {
  readonly type: string
  readonly action: {
    readonly callType?: Maybe<string>
    readonly from?: Maybe<string>
    readonly to?: Maybe<string>
    readonly value?: Maybe<string>
    readonly address?: Maybe<string>
    readonly balance?: Maybe<string>
    readonly refundAddress?: Maybe<string>
    readonly author?: Maybe<string>
  }
  readonly result?: Maybe<{ readonly address?: Maybe<string> }>
  readonly error?: Maybe<string>
  readonly traceAddress: readonly number[]
  readonly transactionHash?: Maybe<string>
  readonly blockHash?: Maybe<string>
}
export const traceSchema: z.ZodType<RpcTrace> = z.object({
  type: z.string(),
  action: z.object({
    callType: z.string().nullish(),
    from: address.nullish(),
    to: address.nullish(),
    value: quantity.nullish(),
    address: address.nullish(),
    balance: quantity.nullish(),
    refundAddress: address.nullish(),
    author: address.nullish(),
  }),
  result: z.object({ address: address.nullish() }).nullish(),
  error: z.string().nullish(),
  // The EVM's calls are at most 1024 deep (yellow paper, section 9.1).
  traceAddress: listOf(z.int().min(0), { max: 1024 }),
  transactionHash: hash.nullish(),
  blockHash: hash.nullish(),
})

/** One frame of geth's `callTracer`. What it calls is unchecked: the tree is walked, not recursed into. */
export interface RpcFrame {
  readonly type: string
  readonly from?: Maybe<string>
  readonly to?: Maybe<string>
  readonly value?: Maybe<string>
  readonly error?: Maybe<string>
  readonly calls?: Maybe<readonly unknown[]>
}
export const frameSchema: z.ZodType<RpcFrame> = z.object({
  type: z.string(),
  from: address.nullish(),
  to: address.nullish(),
  value: quantity.nullish(),
  error: z.string().nullish(),
  calls: listOf(z.unknown()).nullish(),
})

/** `debug_traceBlockByHash` with `callTracer`: one entry a transaction, in block order. Old geth gives no `txHash`. */
export interface RpcTracedTransaction {
  readonly txHash?: Maybe<string>
  readonly result: RpcFrame
}
export const tracedBlockSchema: z.ZodType<readonly RpcTracedTransaction[]> = listOf(
  z.object({ txHash: hash.nullish(), result: frameSchema }),
)

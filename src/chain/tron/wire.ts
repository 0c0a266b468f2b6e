/**
 * Shapes of TronGrid's answers, checked before anything is believed: the lists of accounts (developers.tron.network, "TronGrid
 * v1 API"), and a full node's blocks, transactions and their results ("FullNode HTTP API"; java-tron `Tron.proto`). Amounts are
 * sun; an integer beyond 2^53 comes as text.
 * @module
 */
import { z } from 'zod'
import { listOf } from '../../net/index.ts'
import { amountText, type Maybe } from '../wire.ts'
import type { TronContract } from './contract.ts'

/** An account: 0x41 and 20 bytes in hex, as nodes write it. */
const address = z
  .string()
  .regex(/^41[0-9a-fA-F]{40}$/, 'an address: 41 and 40 hex digits')
  .toLowerCase()
/** The same as people write it. */
const base58 = z.string().regex(/^T[1-9A-HJ-NP-Za-km-z]{33}$/, 'an address: T and 33 letters and digits')
const hash = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'a hash: 64 hex digits')
  .toLowerCase()
const bytes = z
  .string()
  .refine((text) => text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text), 'pairs of hex digits')
  .toLowerCase()
/** Amounts of TRX are signed 64-bit integers in every message (`Tron.proto`). */
const sun = z
  .union([z.int().min(0), z.string().regex(/^\d{1,19}$/, 'a whole number of sun')])
  .transform(BigInt)
const milliseconds = z.int().min(0)

/** A transaction, as far as it is believed: what its bytes say is read from them, whatever is stated beside them. */
export interface StatedTransaction {
  readonly txID: string
  readonly raw_data_hex: string
  readonly ret?: Maybe<readonly { readonly contractRet?: Maybe<string>; readonly fee?: Maybe<bigint> }[]>
}
/** Its bytes hash to its id. */
export interface TronTransaction extends StatedTransaction {
  readonly contract: TronContract
}
/** java-tron `Constant.TRANSACTION_MAX_BYTE_SIZE`, in digits. */
const MAX_RAW_DIGITS = 2 * 500 * 1024
const transaction = {
  txID: hash,
  raw_data_hex: bytes.refine(({ length }) => length <= MAX_RAW_DIGITS, 'at most 500 KiB'),
  ret: listOf(z.object({ contractRet: z.string().nullish(), fee: sun.nullish() })).nullish(),
}

/** A node answers `{}` where it has none. */
const nothing = z.strictObject({}).transform(() => null)

export const transactionSchema: z.ZodType<StatedTransaction | null> = z.union([
  nothing,
  z.object(transaction),
])

/** Value of one call by a contract; without token it is TRX. */
interface CallValue {
  readonly callValue?: Maybe<bigint>
  readonly tokenId?: Maybe<string>
}
export interface TronInternal {
  readonly caller_address: string
  readonly transferTo_address: string
  readonly callValueInfo: readonly CallValue[]
  /** Hex of `call`, `create`, `suicide`, or of what moves nothing. */
  readonly note: string
  readonly rejected?: Maybe<boolean>
}
export interface TronResult {
  readonly id: string
  readonly blockNumber: number
  readonly blockTimeStamp: number
  readonly fee?: Maybe<bigint>
  readonly withdraw_amount?: Maybe<bigint>
  readonly contract_address?: Maybe<string>
  readonly log?: Maybe<
    readonly { readonly address: string; readonly topics: readonly string[]; readonly data?: Maybe<string> }[]
  >
  readonly internal_transactions?: Maybe<readonly TronInternal[]>
}
export const resultSchema: z.ZodType<TronResult | null> = z.union([
  nothing,
  z.object({
    id: hash,
    blockNumber: z.int().min(0),
    blockTimeStamp: milliseconds,
    fee: sun.nullish(),
    withdraw_amount: sun.nullish(),
    contract_address: address.nullish(),
    log: z
      .array(
        z.object({
          // 20 bytes, without 0x41.
          address: z
            .string()
            .regex(/^[0-9a-fA-F]{40}$/, '40 hex digits')
            .toLowerCase(),
          topics: listOf(hash, { max: 4 }).default([]),
          data: bytes.nullish(),
        }),
      )
      .nullish(),
    internal_transactions: z
      .array(
        z.object({
          caller_address: address,
          transferTo_address: address,
          callValueInfo: z
            .array(z.object({ callValue: sun.nullish(), tokenId: z.string().nullish() }))
            .default([]),
          note: bytes.default(''),
          rejected: z.boolean().nullish(),
        }),
      )
      .nullish(),
  }),
])

export interface TronBlock {
  readonly blockID: string
  readonly block_header: {
    readonly raw_data: { readonly number: number; readonly timestamp: number; readonly parentHash: string }
  }
  readonly transactions: readonly { readonly txID: string }[]
}
export const blockSchema: z.ZodType<TronBlock | null> = z.union([
  nothing,
  z.object({
    blockID: hash,
    block_header: z.object({
      raw_data: z.object({
        // Protobuf's JSON leaves zeros out: the block of origin.
        number: z.int().min(0).default(0),
        timestamp: milliseconds.default(0),
        parentHash: hash,
      }),
    }),
    transactions: listOf(z.object({ txID: hash })).default([]),
  }),
])

/** What a contract's function answers; nothing where it reverts. */
export const constantSchema: z.ZodType<{ readonly constant_result?: Maybe<readonly string[]> }> = z.object({
  constant_result: listOf(bytes).nullish(),
})

/** One TRC-20 event of an account. */
export interface TokenRow {
  readonly transaction_id: string
  readonly block_timestamp: number
  readonly from: string
  readonly to: string
  readonly type: string
  readonly value: bigint
  /** null where it does not say whose event it is. */
  readonly token_info: TokenInfo | null
}
/** As the contract has it, which may say anything or nothing. */
export interface TokenInfo {
  readonly symbol: string
  readonly address: string
  readonly decimals: number | null
}
const places = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(0).max(255))
const tokenInfo: z.ZodType<TokenInfo> = z.object({
  symbol: z.string().catch(''),
  address: base58,
  decimals: places.nullable().catch(null),
})
export const tokenRowSchema: z.ZodType<TokenRow> = z.object({
  transaction_id: hash,
  block_timestamp: milliseconds,
  from: base58,
  to: base58,
  type: z.string(),
  value: amountText,
  token_info: tokenInfo.nullable().catch(null),
})

/** Value that contracts moved, as the lists have it; `call_value` is by token, TRX under `_`. */
export interface InternalRow {
  readonly internal_tx_id: string
  readonly from_address: string
  readonly to_address: string
  readonly data: {
    readonly note: string
    readonly rejected?: Maybe<boolean>
    readonly call_value?: Maybe<Readonly<Record<string, bigint>>>
  }
}
const internalRow = {
  internal_tx_id: z.string().max(128),
  from_address: address,
  to_address: address,
  data: z.object({
    note: z.string(),
    rejected: z.boolean().nullish(),
    call_value: z.record(z.string(), sun).nullish(),
  }),
}
/** A row of an account's transactions: one of its own, or a payment in another's. */
export type AccountRow<T = TronTransaction> =
  | (InternalRow & { readonly tx_id: string; readonly block_timestamp: number })
  | (T & {
      readonly blockNumber: number
      readonly block_timestamp: number
      readonly internal_transactions?: Maybe<readonly InternalRow[]>
    })
export const accountRowSchema: z.ZodType<AccountRow<StatedTransaction>> = z.union([
  z.object({ ...internalRow, tx_id: hash, block_timestamp: milliseconds }),
  z.object({
    ...transaction,
    blockNumber: z.int().min(0),
    block_timestamp: milliseconds,
    internal_transactions: listOf(z.object(internalRow)).nullish(),
  }),
])

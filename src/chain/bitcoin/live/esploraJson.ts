/**
 * The JSON of Esplora's HTTP API (Blockstream/esplora, API.md; mempool.space answers alike), as far as it is read. Members
 * that are not named here may come and are ignored.
 * @module
 */
import { z } from 'zod'
import { listOf } from '../../../net/index.ts'

export type EsploraStatus =
  | {
      readonly confirmed: true
      readonly block_height: number
      readonly block_hash: string
      /** Unix seconds. */
      readonly block_time: number
    }
  | { readonly confirmed: false }

export interface EsploraOutput {
  readonly scriptpubkey: string
  readonly scriptpubkey_address?: string | null | undefined
  /** Sats. */
  readonly value: number
}

export interface EsploraTransaction {
  readonly txid: string
  readonly version: number
  readonly locktime: number
  readonly vin: readonly {
    readonly txid: string
    readonly vout: number
    readonly is_coinbase: boolean
    readonly scriptsig: string
    readonly witness?: readonly string[] | null | undefined
    readonly sequence: number
    /** null in a coinbase. */
    readonly prevout: EsploraOutput | null
  }[]
  readonly vout: readonly EsploraOutput[]
  /** Sats. */
  readonly fee: number
  readonly status: EsploraStatus
}

export interface EsploraBlock {
  readonly id: string
  readonly height: number
  readonly version: number
  /** Unix seconds. */
  readonly timestamp: number
  readonly merkle_root: string
  readonly previousblockhash?: string | null | undefined
  readonly bits: number
  readonly nonce: number
}

export type EsploraSpend =
  | { readonly spent: true; readonly txid: string; readonly status: EsploraStatus }
  | { readonly spent: false }

/** Of an address or a script hash, which stands under the name that was asked by. */
export interface EsploraHolder {
  readonly address?: string | undefined
  readonly scripthash?: string | undefined
  readonly chain_stats: { readonly tx_count: number }
}

const u32 = z.int().min(0).max(0xffffffff)
/** Some servers print versions as signed numbers. */
const version = z.int().min(-0x80000000).max(0xffffffff)
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'hex digits')
/** No chain is nearly so long. */
const height = z.int().min(0).max(0x7fffffff)
const sats = z.int().min(0)
const stated = z.string().max(200)

/** Of a transaction or a block: as explorers print it. */
export const HASH: z.ZodType<string> = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits')

const STATUS = z.discriminatedUnion('confirmed', [
  z.object({ confirmed: z.literal(true), block_height: height, block_hash: HASH, block_time: u32 }),
  z.object({ confirmed: z.literal(false) }),
])

const OUTPUT = z.object({ scriptpubkey: hex, scriptpubkey_address: stated.nullish(), value: sats })

export const TRANSACTION: z.ZodType<EsploraTransaction> = z.object({
  txid: HASH,
  version,
  locktime: u32,
  vin: listOf(
    z.object({
      txid: HASH,
      vout: u32,
      is_coinbase: z.boolean(),
      scriptsig: hex,
      witness: listOf(hex).nullish(),
      sequence: u32,
      prevout: OUTPUT.nullable(),
    }),
    { min: 1 },
  ),
  vout: listOf(OUTPUT, { min: 1 }),
  fee: sats,
  status: STATUS,
})

export const BLOCK: z.ZodType<EsploraBlock> = z.object({
  id: HASH,
  height,
  version,
  timestamp: u32,
  merkle_root: HASH,
  previousblockhash: HASH.nullish(),
  bits: u32,
  nonce: u32,
})

export const OUTSPENDS: z.ZodType<EsploraSpend[]> = listOf(
  z.discriminatedUnion('spent', [
    z.object({ spent: z.literal(true), txid: HASH, status: STATUS }),
    z.object({ spent: z.literal(false) }),
  ]),
)

export const HOLDER: z.ZodType<EsploraHolder> = z.object({
  address: stated.optional(),
  scripthash: stated.optional(),
  chain_stats: z.object({ tx_count: z.int().min(0) }),
})

export const TXIDS: z.ZodType<string[]> = listOf(HASH)

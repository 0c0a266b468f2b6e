/**
 * What a trace is asked: what was stolen, by which rule to follow it, and where to stop.
 * @module
 */
import type { LabelBook } from '../label/label.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PriceBook } from '../price/price.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import type { Beyond } from './beyond.ts'
import type { Rule } from './tape.ts'

/** What a trace asks. */
export interface TraceBooks {
  readonly ledger: Ledger
  readonly labels: LabelBook
  readonly prices: PriceBook
  /** The word of live sources; absent: nothing is known beyond the ledger. */
  readonly beyond?: Beyond
  /** Version of Lootline, written into the flow. */
  readonly version: string
}

/** What was stolen, by whom it was received. Several specs may carry one theft's name. See `docs/methods/seeds.md`. */
export interface SeedSpec {
  /** The theft's name, as it is printed. */
  readonly theft: string
  readonly of:
    | { readonly kind: 'holders'; readonly holders: readonly HolderId[] }
    /** All outputs (or transfers, fees excepted) of a transaction, or the n-th alone. */
    | { readonly kind: 'lot'; readonly txid: string; readonly n?: number; readonly chain?: ChainId }
  /** Only this asset. */
  readonly asset?: AssetId
  /** Only the first so many base units, in chain order; needs one asset. */
  readonly amount?: bigint
  /** Only receipts (or spends, where those are the seed) from this moment on, unix seconds. */
  readonly after?: number
  /** … and up to and including this one. */
  readonly before?: number
}

/** `auto` decides for each spec and asset as `docs/methods/seeds.md` says. */
export const SEED_MODES = ['auto', 'received', 'missing'] as const
export type SeedMode = (typeof SEED_MODES)[number]

export interface TraceRequest {
  readonly seeds: readonly SeedSpec[]
  readonly rule: Rule
  /** `backward` asks where the money of the seeds came from. */
  readonly direction: 'forward' | 'backward'
  readonly seedMode: SeedMode
  /** Transfers away from the seed after which following stops; null follows to the end. */
  readonly maxHops: number | null
  /** Tainted arrivals below this many base units are let go and reported as dust; null follows everything. */
  readonly dust: { readonly asset: AssetId; readonly amount: bigint } | null
  /** Movements after this moment (backward: before it) are not followed; unix seconds. */
  readonly until: number | null
  /** An unlabelled holder with more transactions than this is stopped at. */
  readonly busy: number
  /** Labels below this confidence (0..100) inform, but do not stop. */
  readonly minConfidence: number
  /** Holders, label names or entities to follow through though they are labelled. */
  readonly passThrough: readonly string[]
  /** Whether money is followed into the asset that it was swapped for within one transaction (docs/methods/swaps.md). */
  readonly followSwaps: boolean
  /** Transactions in which no swap is believed. */
  readonly refuseSwaps: readonly string[]
  /** Whether money is followed to another chain where {@link Beyond} knows of the crossing (docs/methods/crossings.md). */
  readonly followCrossings: boolean
}

/** Hot wallets of services have 10^5 transactions and more; a person's wallet seldom passes a few thousand (the busiest of the 40 seized Tron wallets has 2,141 transfers in three years). */
export const DEFAULT_BUSY = 10_000

/** The TagPack ladder's `web_crawl`: what ranks below (heuristic, unknown) informs without stopping. */
export const DEFAULT_MIN_CONFIDENCE = 20

/** Forward by fifo, to the end, as a command without options asks. */
export function plainRequest(change: Partial<TraceRequest> & Pick<TraceRequest, 'seeds'>): TraceRequest {
  return {
    rule: 'fifo',
    direction: 'forward',
    seedMode: 'auto',
    maxHops: null,
    dust: null,
    until: null,
    busy: DEFAULT_BUSY,
    minConfidence: DEFAULT_MIN_CONFIDENCE,
    passThrough: [],
    followSwaps: true,
    refuseSwaps: [],
    followCrossings: true,
    ...change,
  }
}

/**
 * The flow: what a trace found, complete enough that reports and screens compute nothing again.
 * Written as JSON, version 2, documented in `docs/formats/flow.md`. Amounts are strings of base units.
 * @module
 */
import type { Rule } from './tape.ts'

export const FLOW_FORMAT = 'lootline-flow'
export const FLOW_VERSION = 2

/** Why following stopped. */
export const LEAF_REASONS = [
  'held',
  'service',
  'mixer',
  'bridge',
  'swap',
  'sanctioned',
  'dust',
  'hops',
  'time',
  'fee',
  'busy',
  'nodata',
] as const
export type LeafReason = (typeof LEAF_REASONS)[number]

/** Whole US cents as a decimal string, or `unpriced`: never 0 for what is not known. */
export type UsdCents = string

/** Someone's statement about a holder, as the flow prints it. */
export interface FlowLabel {
  /** Name as stated ("HTX 34"). Untrusted text. */
  readonly name: string
  /** Actor id of the pack, where given. */
  readonly entity: string | null
  readonly category: string | null
  /** What following does at such a label; null: it goes on. */
  readonly stop: 'service' | 'mixer' | 'bridge' | 'sanctioned' | null
  /** 0..100, the TagPack ladder. */
  readonly confidence: number
  /** Where the statement comes from: the pack or file, and the URL it cites. */
  readonly source: string
  readonly url: string | null
  /** ISO date of the statement, null where the source gives none. */
  readonly date: string | null
  /** True where the statement is our inference (a deposit address), with the rule in `source`. */
  readonly inferred: boolean
  /** True where a lower-cased base58 statement was matched without case. */
  readonly caseInsensitive: boolean
}

export interface FlowAsset {
  readonly asset: string
  /** Untrusted unless `known`. */
  readonly symbol: string
  readonly decimals: number
  readonly known: boolean
}

/** Money of another asset, or of another chain, that this money was received for. */
export interface FlowFrom {
  readonly chain: string
  readonly asset: string
  /** Tainted base units that were paid. */
  readonly amount: string
  readonly txid: string
  /** Who paid; null where a crossing does not say. */
  readonly holder: string | null
  /** `balance`: paid and received in one transaction; `identifier`: both sides carry a bridge's identifier; `analyst`: a person said so; `candidate`: amount and time fit it alone. */
  readonly how: 'balance' | 'identifier' | 'analyst' | 'candidate'
  readonly protocol: string | null
  /** 0..100. */
  readonly confidence: number
  readonly evidence: string
}

/** What was stolen: one row per theft, holder, asset and basis; of what swaps and crossings bring, one each. */
export interface FlowSeed {
  readonly theft: string
  readonly chain: string
  readonly asset: string
  readonly holder: string
  readonly amount: string
  /**
   * `received`: credits in the ledger; `missing`: spent, but its receipt is not in the ledger; `lot`: a named transaction or
   * output; `swap`, `crossing`: not stolen as this asset, but received for stolen money of another (`from`).
   */
  readonly basis: 'received' | 'missing' | 'lot' | 'swap' | 'crossing'
  /** Value when stolen; of `swap` and `crossing` what was carried over, to the cent. */
  readonly usd: UsdCents
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly txids: readonly string[]
  /** Only for `swap` and `crossing`. */
  readonly from?: FlowFrom
}

/** What tainted money was swapped into, or crossed to, and goes on as. */
export interface FlowInto {
  readonly asset: string
  readonly amount: string
  readonly txid: string
  readonly holder: string
}

/** Where following stopped: one row per theft, reason, holder and asset; what goes on as another asset apart from what does not. */
export interface FlowLeaf {
  readonly theft: string
  readonly reason: LeafReason
  /** CAIP-10; for `fee` the payer. A script without address is `<chain>:none`. */
  readonly holder: string
  readonly labels: readonly FlowLabel[]
  readonly chain: string
  readonly asset: string
  readonly amount: string
  /** The leaf's share of the theft's value when stolen; these add up to the theft's value to the cent. */
  readonly usd: UsdCents
  /** Value when it arrived here. */
  readonly usdAtArrival: UsdCents
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly txids: readonly string[]
  /** Only for `swap` and `bridge`, where following goes on as another asset. */
  readonly into?: readonly FlowInto[]
  /**
   * Only for `swap` at a service that pays out on another chain: unix seconds in which its payment is to be looked for,
   * from the first arrival to half an hour after the last (docs/methods/swaps.md).
   */
  readonly window?: { readonly from: number; readonly to: number }
  /** Only for `busy`: transactions counted before following stopped, and whether the count was cut off there. */
  readonly busy?: { readonly transactions: number; readonly atLeast: boolean }
  /** Deposit addresses, inferred, through which this service was paid. */
  readonly deposits?: readonly {
    readonly holder: string
    readonly amount: string
    readonly confidence: number
    readonly rule: string
  }[]
}

/** The proof that nothing vanished: per theft and asset. */
export interface FlowBalance {
  readonly theft: string
  readonly asset: string
  readonly stolen: string
  /** Sum of the leaves. Equal to `stolen` by every rule but poison. */
  readonly accounted: string
  readonly stolenUsd: UsdCents
  readonly accountedUsd: UsdCents
  /** Sum of the leaves by reason, base units. */
  readonly byReason: Readonly<Partial<Record<LeafReason, string>>>
  /** True for poison: the figure is an upper bound ("touched by") and belongs in no sum. */
  readonly bound: boolean
}

/** Tainted money moved by one transaction from one holder to another. Several rows where several holders take part. */
export interface FlowHop {
  readonly theft: string
  readonly txid: string
  readonly chain: string
  readonly time: number | null
  readonly height: number | null
  readonly asset: string
  readonly from: string
  readonly to: string
  /** Tainted amount. */
  readonly amount: string
  /** The whole transfer or output of which it is part. */
  readonly of: string
  readonly usd: UsdCents
  /** Why following stopped with this very arrival; absent where it went on (or was still there at the end). */
  readonly stop?: LeafReason
}

export interface FlowCollision {
  /** The theft whose taint stays. */
  readonly first: string
  /** The theft that claimed the same money later. */
  readonly claimant: string
  readonly txid: string
  readonly holder: string
  readonly asset: string
  readonly amount: string
}

export interface FlowCoverage {
  /** Transactions, movements and holders that the trace looked at. */
  readonly transactions: number
  readonly movements: number
  readonly holders: number
  /** Distinct transactions in the whole ledger. */
  readonly ledgerTransactions: number
  readonly firstTime: number | null
  readonly lastTime: number | null
  /** Neighbouring transactions whose order only the file's order decided. */
  readonly ties: number
  /** Spent but never seen received, and not stolen by any seed: of unknown origin. Per asset, and by holder (largest first). */
  readonly unknownOrigin: readonly {
    readonly asset: string
    readonly amount: string
    readonly holders: readonly { readonly holder: string; readonly amount: string }[]
    /** Holders beyond those listed, and their sum. */
    readonly more: { readonly holders: number; readonly amount: string }
  }[]
  /** Inputs whose prevout is in no source: their amounts are unknown. */
  readonly unknownPrevouts: number
  /** Holders whose whole history a source claims to have, and those seen only as counterparties. */
  readonly holdersWhole: number
  readonly holdersPartial: number
  readonly sources: readonly FlowSource[]
  /** Credits to seed holders that were not counted as stolen because the ledger begins with the thief (see docs/methods/seeds.md). */
  readonly uncountedReceipts: readonly {
    readonly theft: string
    readonly asset: string
    readonly amount: string
  }[]
  /** Sentences a reader must know before relying on the figures. */
  readonly notes: readonly string[]
}

export interface FlowSource {
  readonly role: 'ledger' | 'live' | 'labels' | 'prices'
  readonly name: string
  readonly sha256: string
  /** ISO date the source states of itself; null where it states none. */
  readonly date: string | null
  /** Counts, in words. The moment of the import is left out: the same inputs give the same bytes. */
  readonly detail: string
}

/** A price that a figure rests on. */
export interface FlowPrice {
  readonly symbol: string
  /** UTC day, `YYYY-MM-DD`. */
  readonly day: string
  /** US dollars per whole unit, decimal string. */
  readonly usd: string
  readonly low: string | null
  readonly high: string | null
  readonly source: string
  /** Other sources for that day that differ by over 5 %. */
  readonly disputedBy: readonly string[]
}

export interface FlowOptions {
  readonly maxHops: number | null
  readonly dust: string | null
  /** Unix seconds. */
  readonly until: number | null
  readonly busy: number
  readonly minConfidence: number
  readonly passThrough: readonly string[]
  /** Whether swaps within a transaction, and crossings to other chains, were followed. */
  readonly followSwaps: boolean
  readonly followCrossings: boolean
  /** Transactions in which no swap was believed. */
  readonly refuseSwaps: readonly string[]
  readonly seedMode: 'auto' | 'received' | 'missing'
}

export interface Flow {
  readonly format: typeof FLOW_FORMAT
  readonly version: typeof FLOW_VERSION
  /** Version of Lootline that made it. */
  readonly lootline: string
  readonly rule: Rule
  readonly direction: 'forward' | 'backward'
  readonly options: FlowOptions
  readonly assets: readonly FlowAsset[]
  readonly seeds: readonly FlowSeed[]
  readonly leaves: readonly FlowLeaf[]
  readonly balance: readonly FlowBalance[]
  /** In chain order per asset; backward, the latest first. */
  readonly hops: readonly FlowHop[]
  /** Every holder that hops, seeds or leaves name and that has a label, stated or inferred. */
  readonly holders: readonly { readonly holder: string; readonly labels: readonly FlowLabel[] }[]
  readonly collisions: readonly FlowCollision[]
  readonly prices: readonly FlowPrice[]
  readonly coverage: FlowCoverage
}

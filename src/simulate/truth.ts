/**
 * The answer key of a simulation, kept apart from the ledger. Written as `truth.json`, version 1, documented in
 * `docs/formats/truth.md`. Amounts are bigints of base units here and decimal strings in the file.
 * @module
 */
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import type { Model } from './chains.ts'

export const TRUTH_FORMAT = 'lootline-truth'
export const TRUTH_VERSION = 1

/**
 * Where a thief's control of some money ended, by the thief's intent. `held`: it has not ended. `dust`: thrown at
 * strangers. `swap`, `mixer` and `bridge` end one asset or trail; what came out beyond is another trail, see `crossing`.
 */
export type EndKind = 'exchange-deposit' | 'mixer' | 'bridge' | 'swap' | 'dust' | 'held' | 'fee'

export interface TruthTheft {
  readonly theft: string
  readonly victim: HolderId
  /** The thief's first address. */
  readonly holder: HolderId
  readonly asset: AssetId
  readonly amount: bigint
  readonly txid: string
  /** Output number; null on the account chain. */
  readonly n: number | null
  /** Unix seconds. */
  readonly time: number
}

export interface TruthEnd {
  readonly theft: string
  readonly kind: EndKind
  /** Who received it; for `fee` the payer, for `held` the thief's own address. */
  readonly holder: HolderId
  readonly asset: AssetId
  readonly amount: bigint
  /** Transaction that brought it here, and its time in unix seconds. */
  readonly txid: string
  readonly time: number
  /** Index into {@link Truth.crossings} where this is what came out of one; null where it is the stolen asset itself. */
  readonly crossing: number | null
  /**
   * True where money of several origins had shared a wallet and was then split: rules differ here by design, and this
   * is what the owner meant. Sums over all origins still hold.
   */
  readonly mixed: boolean
}

/** Money that went in at one place and came out at another: one swap, one withdrawal from a mixer, one bridge exit. */
export interface TruthCrossing {
  readonly kind: 'swap' | 'mixer' | 'bridge'
  readonly theft: string
  readonly gave: {
    readonly chain: ChainId
    readonly txid: string
    readonly asset: AssetId
    readonly amount: bigint
  }
  readonly got: {
    readonly chain: ChainId
    readonly txid: string
    readonly asset: AssetId
    readonly amount: bigint
    readonly holder: HolderId
  }
}

export interface TruthLookAlike {
  readonly holder: HolderId
  /** The address it imitates, and the one it was meant to deceive. */
  readonly imitates: HolderId
  readonly target: HolderId
  readonly kind: 'zero-value' | 'counterfeit' | 'tiny'
  readonly txid: string
}

export interface Truth {
  readonly format: typeof TRUTH_FORMAT
  readonly version: typeof TRUTH_VERSION
  readonly seed: number
  readonly model: Model
  readonly chain: ChainId
  readonly thefts: readonly TruthTheft[]
  readonly ends: readonly TruthEnd[]
  readonly crossings: readonly TruthCrossing[]
  /** Every address a thief or a thief's mule controls. */
  readonly controlled: readonly HolderId[]
  /** Deposit addresses that the thieves used, and the exchange behind each. */
  readonly deposits: readonly { readonly holder: HolderId; readonly exchange: string }[]
  /** UTXO chain: output number of the thief's change in each of the thieves' transactions that has one. */
  readonly change: readonly { readonly txid: string; readonly n: number }[]
  readonly lookAlikes: readonly TruthLookAlike[]
}

/**
 * The sum that must hold per theft, asset and trail: what came in (stolen, or out of a crossing) and what ended.
 * One row each; `into` equals `ended` in every truth.
 */
export function truthBalance(
  truth: Truth,
): { theft: string; asset: AssetId; crossing: number | null; into: bigint; ended: bigint }[] {
  const rows = new Map<
    string,
    { theft: string; asset: AssetId; crossing: number | null; into: bigint; ended: bigint }
  >()
  const row = (theft: string, asset: AssetId, crossing: number | null) => {
    const key = JSON.stringify([theft, asset, crossing])
    const found = rows.get(key) ?? { theft, asset, crossing, into: 0n, ended: 0n }
    rows.set(key, found)
    return found
  }
  for (const { theft, asset, amount } of truth.thefts) row(theft, asset, null).into += amount
  for (const [index, { theft, got }] of truth.crossings.entries()) {
    if (got.chain === truth.chain) row(theft, got.asset, index).into += got.amount
  }
  for (const { theft, asset, amount, crossing } of truth.ends) row(theft, asset, crossing).ended += amount
  return [...rows.values()]
}

/** Bigints as decimal strings, two-space indent, final newline. */
export function toTruthJson(truth: Truth): string {
  const text = JSON.stringify(
    truth,
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
    2,
  )
  return `${text}\n`
}

/**
 * What a watch sees when its flow is traced again: where the money is, and every event on its way there.
 * @module
 */
import type { MetAssets, Placed } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import type { AlertAsset, AlertLabel, Facts } from './alert.ts'
import type { Watch } from './watch.ts'

/**
 * `moved`: watched money went on (or came where following stops, where no part went on); `arrived`: it came where following
 * stops; `received`: a watched address was paid.
 */
export type EventClass = 'moved' | 'arrived' | 'received'

/** One event of the confirmed chain. Its identity is class, chain, txid, asset and holder; the rest may change. */
export interface Sighted {
  readonly class: EventClass
  /** Whom it is about; null for `moved`. */
  readonly holder: HolderId | null
  readonly facts: Facts
}

/** An output that holds watched money. */
export interface SightedLot {
  readonly chain: ChainId
  readonly txid: string
  readonly n: number
  readonly holder: HolderId | null
  /** Watched base units in it. */
  readonly amount: bigint
}

/** An account whose next payment matters. */
export interface SightedHolder {
  readonly holder: HolderId
  /** Base units that are watched there, by asset. */
  readonly amounts: ReadonlyMap<AssetId, bigint>
  /** Whether being paid is an event too: the watched address itself. */
  readonly paid: boolean
  /** Block in which watched money first came to it; absent where that is not known, or none came. */
  readonly since?: number
}

export interface Sight {
  readonly lots: readonly SightedLot[]
  readonly holders: readonly SightedHolder[]
  /** Chains of these, each with the lowest height from which one of them is to be looked for. */
  readonly from: ReadonlyMap<ChainId, number>
  /** Who is to be paid for what left another chain. */
  readonly awaited?: readonly AwaitedHolder[]
  readonly events: readonly Sighted[]
}

/** Somebody who is to be paid. */
export interface AwaitedHolder {
  readonly holder: HolderId
  /** Unix seconds; the earliest moment at which that may have been. */
  readonly sinceTime: number
}

/** The books as the watcher needs them: `tracedBooks` is the real one, tests have simple ones. */
export interface WatchedBooks {
  /** Puts confirmed transactions into the ledger; those that are there stay as they are. */
  append(placed: readonly Placed[], assets: MetAssets): void
  /** Those of them that are in the ledger. */
  transactions(chain: ChainId, txids: readonly string[]): readonly Transaction[]
  /** Takes transactions out of the ledger as if they had never been in; others than those in it are ignored. */
  forget(chain: ChainId, txids: readonly string[]): void
  /** Traces a watch again, by the ledger and the labels of now. */
  sight(watch: Watch): Sight
  /** Changes whenever what labels say may have changed. */
  labelMark(): string
  /** Labels of each holder that has some, strongest first. */
  labels(holders: readonly HolderId[]): ReadonlyMap<HolderId, readonly AlertLabel[]>
  asset(id: AssetId): AlertAsset
  /** The asset of a chain's outputs; null for account chains, which have none. */
  native(chain: ChainId): AssetId | null
  /** Whole US cents, or `unpriced`. */
  value(asset: AssetId, amount: bigint, unixSeconds: number): string
}

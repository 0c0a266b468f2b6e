/**
 * What a live trace works with, and how the user wants it done.
 * @module
 */
import type { Placed } from '../chain/source.ts'
import type { Crossing, OpenDeparture, Rule } from '../trace/index.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { Archive } from './archive.ts'
import type { LiveBook } from './book.ts'
import type { LiveSource } from './chainLine.ts'
import type { LiveProgress } from './desk.ts'

/** What is known of money that crosses between chains. */
export interface Crossings {
  addLinks(placed: readonly Placed[]): void
  /** Forgets what transactions said: their block was turned back. */
  forget(chain: ChainId, txids: readonly string[]): void
  crossings(txs: readonly ChainTransaction[]): readonly Crossing[]
  /** What leaves, of which no crossing is known. */
  departures(txs: readonly ChainTransaction[]): readonly OpenDeparture[]
  /** Other sides that are not known yet: whose history would tell. */
  pending(txs: readonly ChainTransaction[]): readonly PendingSide[]
}

export interface ChainTransaction {
  readonly chain: ChainId
  readonly txid: string
}

export interface PendingSide {
  readonly chain: ChainId
  readonly holder: HolderId
  /** Unix seconds, both ends included. */
  readonly sinceTime: number
  readonly untilTime: number
}

/** A store's live sources and what they said. */
export interface Live {
  readonly archive: Archive
  readonly book: LiveBook
  readonly crossings: Crossings
  /** In the order in which the user added them. */
  readonly sources: readonly LiveSource[]
}

export interface LiveOptions {
  /** Rules whose flows are wanted: what any of them taints is fetched. */
  readonly rules: readonly Rule[]
  /** Ask again about what may have changed. */
  readonly refresh: boolean
  /** The sources' doors answer from the store alone. */
  readonly offline: boolean
  readonly signal: AbortSignal
  /** Unix seconds. */
  readonly now: () => number
  readonly onProgress: (progress: LiveProgress) => void | Promise<void>
  /** Questions under way at once, default 8. */
  readonly concurrency?: number
}

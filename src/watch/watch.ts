/**
 * A watch: what is watched, and who is told.
 * @module
 */
import type { TraceRequest } from '../trace/index.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { ReceiverSpec } from './receivers/receiver.ts'

export const WATCH_KINDS = ['flow', 'address', 'lot'] as const
export type WatchKind = (typeof WATCH_KINDS)[number]

/** In {@link Watch.since}: from the first look on. */
export const START_AT_TIP = -1

export interface Watch {
  /** Made at random when it is added: keys of alerts rest on it. */
  readonly id: string
  /** Unique in a store. */
  readonly name: string
  readonly kind: WatchKind
  /** How to trace it again. */
  readonly request: TraceRequest
  /** `address`: whose receipts are events. */
  readonly holders: readonly HolderId[]
  /** The block of each chain after which it is looked for. */
  readonly since: Readonly<Record<ChainId, number>>
  readonly receivers: readonly ReceiverSpec[]
  /** Unix seconds. */
  readonly added: number
}

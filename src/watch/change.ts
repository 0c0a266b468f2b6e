/**
 * What one step of the watcher changes: everything that belongs together, so that it is written whole or not at all.
 * @module
 */
import type { BlockRef } from '../chain/source.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { DraftAlert, Facts } from './alert.ts'
import type { Unconfirmed } from './mempool.ts'
import type { AwaitedHolder, EventClass } from './sight.ts'

/**
 * `standing`: the chain has it; `turned`: its block was taken back and the new chain is not looked through yet; `reversed`:
 * taken back, and told so.
 */
export type EventState = 'standing' | 'turned' | 'reversed'

export interface KnownEvent {
  readonly state: EventState
  /** How often it was reversed or restored. */
  readonly turn: number
}

/** Another state of a known event; its facts stay. */
export interface EventTurn extends KnownEvent {
  readonly watch: string
  readonly key: string
}

export interface EventChange extends EventTurn {
  readonly class: EventClass
  readonly holder: HolderId | null
  readonly facts: Facts
}

/** Up to where a chain was looked through; hash null where only the height is known. */
export interface Mark {
  readonly height: number
  readonly hash: string | null
  /** No block below it, down to the mark before, was read: an explorer told that nothing else is in them. */
  readonly told?: boolean
}

/** The mark at a block that was looked through. */
export function markOf({ height, hash }: BlockRef): Mark {
  return { height, hash }
}

/** A transaction that was put into the ledger, and the block it was in. */
export interface PlacedRow {
  readonly txid: string
  readonly height: number
  readonly hash: string
}

/** One step, written whole or not at all. */
export interface Change {
  /** Unix seconds, milliseconds for the outbox. */
  readonly nowMs: number
  readonly chain?: ChainId
  /** The mark that the step started from; the step is refused where the store has another. */
  readonly from?: Mark
  /** The block that was looked through. */
  readonly connect?: Mark
  /** Blocks above this one are forgotten. */
  readonly popTo?: Mark
  /** Chains that something watched came to, with the height after which it is looked for; those that have a mark keep it. */
  readonly begin?: readonly { readonly chain: ChainId; readonly height: number }[]
  /** Those for whom the mark went back to where they may have been paid. */
  readonly lookedBack?: readonly AwaitedHolder[]
  /** Transactions no longer in the ledger. */
  readonly unplaced?: readonly string[]
  readonly events?: readonly EventChange[]
  readonly turns?: readonly EventTurn[]
  readonly statements?: readonly {
    readonly watch: string
    readonly holder: HolderId
    readonly mark: string
  }[]
  readonly labelMarks?: readonly { readonly watch: string; readonly mark: string }[]
  readonly waiting?: readonly Unconfirmed[]
  readonly notWaiting?: readonly string[]
  readonly alerts?: readonly DraftAlert[]
}

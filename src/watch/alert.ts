/**
 * An alert: one event about what is watched, as it is stored and delivered (docs/formats/alert.md).
 * @module
 */
import { createHash } from 'node:crypto'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

export const ALERT_FORMAT = 'lootline-alert'
export const ALERT_VERSION = 1

/** What happened: docs/methods/watching.md says when each is raised. */
export const ALERT_KINDS = [
  'moved',
  'split',
  'arrived',
  'received',
  'unconfirmed',
  'replaced',
  'dropped',
  'reversed',
  'restored',
  'labelled',
  'test',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Somebody's statement about a holder: the strongest one. Untrusted text. */
export interface AlertLabel {
  readonly name: string
  readonly category: string | null
  /** `service`, `mixer`, `bridge`, `sanctioned`; null where following goes on. */
  readonly stop: string | null
  /** 0..100, the TagPack ladder. */
  readonly confidence: number
  readonly source: string
}

/** Who paid or was paid. */
export interface Party {
  readonly holder: HolderId
  /** Watched base units, as a string of digits. */
  readonly amount: string
  /** Strongest label, null where nothing is stated. */
  readonly label: AlertLabel | null
  /** Why following stopped there, a reason of docs/methods/stops.md; null where it goes on. */
  readonly stop: string | null
}

export interface AlertAsset {
  readonly id: AssetId
  /** Untrusted unless `known`. */
  readonly symbol: string
  readonly decimals: number
  readonly known: boolean
}

/** The facts of an event, before it has a key and a place among alerts. */
export interface Facts {
  readonly chain: ChainId
  /** null for a label. */
  readonly txid: string | null
  /** null while unconfirmed. */
  readonly height: number | null
  /** Unix seconds of the block; of the first sight while unconfirmed; null where it is not known. */
  readonly time: number | null
  readonly asset: AlertAsset | null
  /** Watched base units that moved, as a string of digits; null where the event is not of an amount. */
  readonly amount: string | null
  /** True where `amount` is an upper bound: no trace has seen the transaction yet, or it is not known what the payer had. */
  readonly atMost: boolean
  /** Whole US cents at that time, or `unpriced`. */
  readonly usd: string
  /** At most {@link MAX_PARTIES} of each side, largest first. */
  readonly from: readonly Party[]
  readonly to: readonly Party[]
  /** Parties left out. */
  readonly more: { readonly from: number; readonly to: number }
  /** `replaced`: the transaction that took its place. */
  readonly by: string | null
}

export interface Alert extends Facts {
  readonly format: typeof ALERT_FORMAT
  readonly version: typeof ALERT_VERSION
  /** 64 hex digits: the same for the same event for ever, whatever happens in between. */
  readonly key: string
  /** Grows with every alert of a store; tells the order of events. */
  readonly sequence: number
  readonly watch: { readonly id: string; readonly name: string }
  readonly kind: AlertKind
  /** `reversed`, `restored`: key of the alert that is taken back or holds again. */
  readonly about: string | null
  /** One sentence of what happened. Contains untrusted text, made printable. */
  readonly headline: string
  /** What to do now. */
  readonly next: string
}

/** An alert that the store has not yet numbered. */
export type DraftAlert = Omit<Alert, 'sequence'>

/** Parties that one alert lists of each side; a payout may have thousands, and a receiver must be able to read it. */
export const MAX_PARTIES = 50

/**
 * The idempotency key of an event: SHA-256 of what it is, and of nothing that a restart, a reorganisation, another block
 * or another amount could change.
 *
 * @param parts the class of the event, then what tells it from others of its class
 */
export function keyOf(watchId: string, ...parts: readonly (string | number | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([ALERT_FORMAT, watchId, ...parts]))
    .digest('hex')
}

/** The largest parties of a side, and how many were left out. */
export function largestParties(parties: readonly Party[]): { kept: readonly Party[]; more: number } {
  const sorted = parties.toSorted((a, b) => {
    const [x, y] = [BigInt(a.amount), BigInt(b.amount)]
    return x === y ? (a.holder < b.holder ? -1 : 1) : x > y ? -1 : 1
  })
  return { kept: sorted.slice(0, MAX_PARTIES), more: Math.max(0, sorted.length - MAX_PARTIES) }
}

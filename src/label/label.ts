/**
 * A label is somebody's statement about an address: kept with its source, date and confidence, never merged into "truth".
 * @module
 */
import type { ChainId, HolderId } from '../units/caip.ts'

/** What following does at a label. */
export type StopKind = 'service' | 'mixer' | 'bridge' | 'sanctioned'

export interface Label {
  /** Canonical address (EIP-55, base58, bech32 …), or lower-cased base58 where the source lost the case. */
  readonly address: string
  /** Null where the statement holds on every chain that shares the address form (an EVM account). */
  readonly chain: ChainId | null
  /** Name as stated. Untrusted text. */
  readonly name: string
  /** Actor id, where the source links one. */
  readonly entity: string | null
  /** Concept of the source ("exchange", "mixing_service"); null where none is stated. */
  readonly category: string | null
  readonly abuse: string | null
  readonly stop: StopKind | null
  /** Id on the TagPack ladder ("service_data") and its level, 0..100. */
  readonly confidence: { readonly id: string; readonly level: number }
  /** File it was read from (no folders) and that file's sha-256. */
  readonly file: string
  readonly sha256: string
  /** Title and creator of the pack, where given. */
  readonly pack: string | null
  /** What the source cites, usually a URL. */
  readonly source: string | null
  /** ISO date. */
  readonly date: string | null
  /** Asset symbol the statement was made for, as stated. */
  readonly currency: string | null
  readonly definesCluster: boolean
  /** True where the address is lower-cased base58 and can only be matched without case. */
  readonly caseless: boolean
}

/** A label that answers a query, and how it matched. */
export interface LabelMatch {
  readonly label: Label
  readonly caseInsensitive: boolean
}

export interface LabelSource {
  readonly file: string
  readonly sha256: string
  readonly layout: string
  /** Date the source states of itself. */
  readonly date: string | null
  readonly importedTime: number
  readonly labels: number
  readonly rejected: number
}

/** Every statement about each holder asked, strongest first. Holders without statements are absent. */
export interface LabelBook {
  of(holders: readonly HolderId[]): Map<HolderId, LabelMatch[]>
  /** True where nothing is stated of anybody: a million names need not be looked up. */
  isEmpty(): boolean
  sources(): readonly LabelSource[]
}

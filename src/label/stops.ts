/**
 * What following does at a label, by its category. Concepts are those of the INTERPOL DW-VA taxonomy as GraphSense extends
 * it (graphsense-lib `src/graphsenselib/tagpack/db/concepts.yaml`). A stop is put where coins of many owners are pooled, so
 * that a spend no longer says whose coins moved; people, organisations and crimes are followed.
 * @module
 */
import type { StopKind } from './label.ts'

/** Every category that stops; of an actor's several the one listed first decides. What is not listed is followed. */
const STOPS: ReadonlyMap<string, StopKind> = new Map([
  ['sanction', 'sanctioned'],
  ['mixing_service', 'mixer'],
  ['mixing', 'mixer'],
  ['mixer', 'mixer'],
  ['coinjoin', 'mixer'],
  ['tornado', 'mixer'],
  ['bridge', 'bridge'],
  ['defi_bridge', 'bridge'],
  ['exchange', 'service'],
  ['hosted_wallet', 'service'],
  ['wallet_service', 'service'],
  ['escrow_wallet', 'service'],
  ['payment_processor', 'service'],
  ['payment', 'service'],
  ['p2p', 'service'],
  ['atm', 'service'],
  ['market', 'service'],
  ['darknet', 'service'],
  ['shop', 'service'],
  ['gambling', 'service'],
  ['miner', 'service'],
  ['mining_service', 'service'],
  ['mining', 'service'],
  ['service', 'service'],
  ['defi', 'service'],
  ['defi_dex', 'service'],
  ['defi_lending', 'service'],
  ['defi_derivative', 'service'],
])

/**
 * Services that take one coin and pay out another within minutes, without an account: what comes in does not wait there to
 * be spent. The WannaCry ransom left by the first two (3 August 2017); H. Yousaf, G. Kappos, S. Meiklejohn, "Tracing
 * Transactions Across Cryptocurrency Ledgers", USENIX Security 2019, names them as the field's largest. The others are
 * those that public TagPacks and Etherscan's labels name as such.
 */
const SWAP_SERVICES =
  /\b(?:shape[ _-]?shift|changelly|change[ _-]?now|side[ _-]?shift|fixed[ _-]?float|simple[ _-]?swap|morph[ _-]?token)(?![a-z])/i

/** @example isSwapService('ShapeShift 2') // true */
export function isSwapService(name: string): boolean {
  return SWAP_SERVICES.test(name)
}

/** `actor` says whose an address is; the other three only tell something about it (graphsense-lib `db/tag_types.csv`). */
export const TAG_TYPES = ['actor', 'event', 'attribute', 'mention'] as const
export type TagType = (typeof TAG_TYPES)[number]

export interface Grounds {
  readonly category: string | null
  readonly abuse: string | null
  readonly tagType: TagType
  readonly name: string
}

/** A pack that repeats OFAC's list names it in every label ("Asset listed under US Treasury OFAC Sanctions List"). */
const OFAC_LIST = /\bOFAC\b.{0,40}\bsanction/i

/**
 * Where following stops at a statement, and as what.
 *
 * @example stopOf({ category: 'exchange', abuse: null, tagType: 'actor', name: 'Binance' }) // 'service'
 */
export function stopOf({ category, abuse, tagType, name }: Grounds): StopKind | null {
  if (tagType !== 'actor') return null
  if (category === 'sanction' || abuse === 'sanction' || OFAC_LIST.test(name)) return 'sanctioned'
  return category === null ? null : (STOPS.get(category) ?? null)
}

/**
 * The category of an actor that decides: the first in the table above, else the first stated.
 *
 * @example decidingCategory(['organization', 'defi_dex', 'exchange']) // 'exchange'
 */
export function decidingCategory(categories: readonly string[]): string | null {
  return [...STOPS.keys()].find((category) => categories.includes(category)) ?? categories[0] ?? null
}

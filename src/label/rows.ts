/**
 * A stored statement and the actors in force make a label.
 * @module
 */
import type { ActorIndex } from './actors.ts'
import type { Label } from './label.ts'
import { confidenceOf } from './ladder.ts'
import type { Actor } from './statement.ts'
import { decidingCategory, stopOf, type TagType } from './stops.ts'

/** A row of table `label`. */
export interface LabelRow {
  readonly source: number
  readonly key: string
  readonly address: string
  readonly chain: string | null
  readonly caseless: number
  readonly name: string
  readonly entity: string | null
  readonly category: string | null
  readonly abuse: string | null
  readonly tag_type: TagType
  readonly confidence: string
  readonly cites: string | null
  readonly date: string | null
  readonly currency: string | null
  readonly defines_cluster: number
}

interface RowSource {
  readonly file: string
  readonly sha256: string
  readonly layout: string
  readonly pack: string | null
  readonly date: string | null
}

/** Layout of names that came with imported transfers. */
export const TRANSFER_NAMES = 'transfer-names'

/**
 * What a row says once its actor is known. An owner is taken from the name alone only in layouts whose names follow
 * Etherscan's habit ("Binance 14"); in transfer files, whose names nobody signs, such an owner is a `heuristic`.
 */
export function toLabel(row: LabelRow, source: RowSource, actors: ActorIndex): Label {
  const { actor, entity, inferred } = ownerOf(row, source.layout, actors)
  // A crime at a service is no statement that the address is the service's.
  const inherited = actor !== undefined && row.abuse === null ? decidingCategory(actor.categories) : null
  const category = row.category ?? inherited
  const { address, chain, name, abuse, date, currency } = row
  return {
    address,
    chain,
    name,
    entity,
    category,
    abuse,
    stop: stopOf({ category, abuse, tagType: row.tag_type, name }),
    confidence: confidenceOf(inferred ? 'heuristic' : row.confidence),
    file: source.file,
    sha256: source.sha256,
    pack: source.pack,
    source: inferred
      ? `${row.cites ?? ''}; owner inferred from the name, which begins with actor "${actor?.label}"`
      : row.cites,
    date: date ?? source.date,
    currency,
    definesCluster: row.defines_cluster === 1,
    caseless: row.caseless === 1,
  }
}

function ownerOf(
  row: LabelRow,
  layout: string,
  actors: ActorIndex,
): { actor: Actor | undefined; entity: string | null; inferred: boolean } {
  if (layout === TRANSFER_NAMES) {
    const actor = actors.ofWalletName(row.name)
    return { actor, entity: actor?.id ?? null, inferred: actor !== undefined }
  }
  const named = row.entity === null ? undefined : actors.find(row.entity)
  if (layout !== 'etherscan-json' && layout !== 'etherscan-csv') {
    return { actor: named, entity: named?.id ?? row.entity, inferred: false }
  }
  const actor = actors.ofWalletName(row.name) ?? named
  return { actor, entity: actor?.id ?? null, inferred: false }
}

/**
 * Where label files contradict each other.
 * @module
 */
import type { ChainId } from '../units/caip.ts'
import type { Label } from './label.ts'
import type { LabelRow } from './rows.ts'

/** One address that statements of comparable confidence give to different owners. */
export interface LabelConflict {
  readonly address: string
  readonly chain: ChainId | null
  readonly entities: readonly string[]
  readonly labels: readonly Label[]
}

/** Levels this close are comparable: rungs 50, 60 and 70 are, and 5, 10 and 20, but no crawl against an authority. */
const COMPARABLE = 20

/** Conflicts among labels that stand strongest first. Only statements of an owner (`actor` tags with an entity) can be in one. */
export function conflictsAmong(rows: readonly { row: LabelRow; label: Label }[]): LabelConflict[] {
  const owned = rows.filter(({ row, label }) => row.tag_type === 'actor' && label.entity !== null)
  const conflicts: LabelConflict[] = []
  for (const group of Map.groupBy(owned, ({ row }) => row.key).values()) {
    const labels = group.map(({ label }) => label)
    const strongest = labels[0]!.confidence.level
    const comparable = labels.filter(({ confidence }) => strongest - confidence.level <= COMPARABLE)
    const entities = [...new Set(comparable.map(({ entity }) => entity!))].sort()
    if (entities.length < 2) continue
    const { address, chain } = labels[0]!
    conflicts.push({ address, chain, entities, labels: comparable })
  }
  return conflicts
}

/**
 * Labels that contradict a cluster: one owner, says the cluster; two, say the labels.
 * @module
 */
import type { LabelBook } from '../label/label.ts'
import type { HolderId } from '../units/caip.ts'

/** One owner that labels name in a cluster. */
export interface ClaimedOwner {
  readonly entity: string
  /** Highest level of confidence among its labels, 0..100. */
  readonly level: number
  readonly holders: readonly HolderId[]
}

/**
 * The owners that labels give to these members, the surest first, where there are at least two; else empty.
 * Only labels with an entity speak of an owner. A label of any level counts: the reader sees the levels.
 */
export function labelConflicts(members: readonly HolderId[], labels: LabelBook): ClaimedOwner[] {
  const owners = new Map<string, { level: number; holders: Set<HolderId> }>()
  for (const [holder, matches] of labels.of(members)) {
    for (const { label } of matches) {
      if (label.entity === null) continue
      const owner = owners.get(label.entity) ?? { level: 0, holders: new Set<HolderId>() }
      owner.level = Math.max(owner.level, label.confidence.level)
      owner.holders.add(holder)
      owners.set(label.entity, owner)
    }
  }
  if (owners.size < 2) return []
  return [...owners]
    .map(([entity, { level, holders }]) => ({ entity, level, holders: [...holders].sort() }))
    .sort((a, b) => b.level - a.level || (a.entity < b.entity ? -1 : 1))
}

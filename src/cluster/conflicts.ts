/**
 * Labels that contradict a cluster: one owner, says the cluster; two, say the labels.
 * @module
 */
import { type Label, type LabelMatch, stopOf } from '../label/index.ts'
import type { HolderId } from '../units/caip.ts'

/** One owner that labels name in a cluster. */
export interface ClaimedOwner {
  readonly entity: string
  /** Highest level of confidence among its labels, 0..100. */
  readonly level: number
  /** True where a label says that coins of many owners are pooled there: an exchange, a wallet service, a mixer, a bridge. */
  readonly pools: boolean
  /** Its labels, the surest first, each with the member it speaks of. */
  readonly claims: readonly { readonly holder: HolderId; readonly label: Label }[]
}

/** The owners that labels give to these members, the surest first. Only labels with an entity speak of an owner. */
export function claimedOwners(labels: ReadonlyMap<HolderId, readonly LabelMatch[]>): ClaimedOwner[] {
  const claims = [...labels].flatMap(([holder, matches]) => matches.map(({ label }) => ({ holder, label })))
  const owned = claims.filter(({ label }) => label.entity !== null)
  return [...Map.groupBy(owned, ({ label }) => label.entity!)]
    .map(([entity, own]) => ({
      entity,
      level: Math.max(...own.map(({ label }) => label.confidence.level)),
      pools: own.some(({ label }) => poolsCoins(label)),
      claims: own.sort(
        (a, b) => b.label.confidence.level - a.label.confidence.level || (a.holder < b.holder ? -1 : 1),
      ),
    }))
    .sort((a, b) => b.level - a.level || (a.entity < b.entity ? -1 : 1))
}

/**
 * The owners that cannot all be right: empty where there is no conflict. Whoever is named beside one service is taken for its
 * customer: the deposit address given to a thief is the exchange's, and lists name it after the thief.
 */
export function conflicting(owners: readonly ClaimedOwner[]): readonly ClaimedOwner[] {
  const services = owners.filter(({ pools }) => pools)
  if (services.length === 1) return []
  const rivals = services.length > 1 ? services : owners
  return rivals.length > 1 ? rivals : []
}

/** By the category alone: a sanctioned exchange is an exchange still. */
function poolsCoins({ category }: Label): boolean {
  const stop = stopOf({ category, abuse: null, tagType: 'actor', name: '' })
  return stop === 'service' || stop === 'mixer' || stop === 'bridge'
}

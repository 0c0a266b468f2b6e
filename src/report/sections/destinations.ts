import { counted, reasonName, sharedName, stoppingLabel } from '../../scene/index.ts'
import { type FlowLeaf, LEAF_REASONS, type LeafReason } from '../../trace/flow.ts'
import type { Context } from '../context.ts'
import { untrusted } from '../escape.ts'

/** Leaves that a reader would name in one breath: one service, or all of one other reason. */
export interface Destination {
  readonly reason: LeafReason
  /** Name of the service; null where the reason says it all. */
  readonly name: string | null
  /** Assets that it goes on as; none where following ended. */
  readonly into: readonly string[]
  readonly leaves: readonly FlowLeaf[]
  /** Base units; meaningful where all leaves are of one asset. */
  readonly amount: bigint
}

const NAMED: ReadonlySet<LeafReason> = new Set(['service', 'mixer', 'bridge', 'swap', 'sanctioned'])

/** In the order of reasons, within one the largest first. */
export function destinations(all: readonly FlowLeaf[]): Destination[] {
  const groups = new Map<string, FlowLeaf[]>()
  for (const leaf of all) {
    const label = NAMED.has(leaf.reason) ? stoppingLabel(leaf) : undefined
    const key = `${leaf.reason} ${leaf.into === undefined} ${label?.entity ?? label?.name ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [leaf])
    else group.push(leaf)
  }
  return [...groups.values()]
    .map((leaves) => {
      const { reason } = leaves[0]!
      const amount = leaves.reduce((sum, leaf) => sum + BigInt(leaf.amount), 0n)
      const names = NAMED.has(reason) ? leaves.flatMap((leaf) => stoppingLabel(leaf)?.name ?? []) : []
      const into = [...new Set(leaves.flatMap((leaf) => (leaf.into ?? []).map(({ asset }) => asset)))]
      return { reason, name: names.length === 0 ? null : sharedName(names), into, leaves, amount }
    })
    .sort(
      (a, b) =>
        LEAF_REASONS.indexOf(a.reason) - LEAF_REASONS.indexOf(b.reason) ||
        (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1),
    )
}

/** Where that is, as the end of a sentence, in HTML. */
export function sentence(context: Context, { reason, name, into, leaves }: Destination): string {
  const at = counted(new Set(leaves.map((leaf) => leaf.holder)).size, 'address', 'addresses')
  const named = name === null ? '' : ` <strong>${untrusted(name, 80)}</strong>`
  const inferred = leaves.some((leaf) => stoppingLabel(leaf)?.inferred === true) ? ' (inferred)' : ''
  if (into.length > 0) {
    const assets = into.map((asset) => context.symbol(asset)).join(', ')
    if (!context.forward) return `received for ${assets}${named}, at ${at}, and followed back as that`
    return reason === 'swap'
      ? `swapped into ${assets}${name === null ? '' : ` through${named}`} at ${at}, and followed as that`
      : `crossed into ${assets}${name === null ? '' : ` through${named}`} at ${at}, and followed there`
  }
  if (!context.forward) {
    const words: Readonly<Partial<Record<LeafReason, string>>> = {
      held: `first seen at ${at}`,
      nodata: `${at} where the data begins`,
      busy: `${at} too busy to follow through`,
      fee: 'newly issued coins or fees',
    }
    return words[reason] ?? `${reasonName(reason, 'backward').toLowerCase()}${named}${inferred}, ${at}`
  }
  const words: Readonly<Record<LeafReason, string>> = {
    held: `still held at ${at}`,
    service: `reached the service${named}${inferred} at ${at}`,
    mixer: `entered the mixer${named}${inferred} at ${at}`,
    bridge: `left through the bridge${named}${inferred} at ${at}`,
    swap: `swapped${name === null ? '' : ` by the service${named}${inferred}`} at ${at}, into what is not known`,
    sanctioned: `reached the sanctioned${named}${inferred} at ${at}`,
    dust: `lost sight of as dust at ${at}`,
    hops: `not followed beyond the hop limit, at ${at}`,
    time: `not followed beyond the time limit, at ${at}`,
    fee: `paid as transaction fees by ${at}`,
    busy: `not followed through ${at} with very many transactions and no label`,
    nodata: `at ${at} where the data ends`,
  }
  return words[reason]
}

/**
 * A flow's hops, seeds and leaves of one theft and asset, summed per holder: the graph that is folded and laid out.
 * Edges point the way that following went: with the money in a forward flow, against it in a backward one.
 * @module
 */
import type { Flow, FlowLabel, FlowLeaf, LeafReason } from '../trace/flow.ts'

export interface GraphEdge {
  readonly from: number
  readonly to: number
  amount: bigint
  hops: number
  /** Unix seconds; null where no hop has a time. */
  firstTime: number | null
  lastTime: number | null
}

export interface GraphLeaf {
  readonly holder: number
  readonly reason: LeafReason
  amount: bigint
  readonly labels: readonly FlowLabel[]
  /** Assets that it goes on as. */
  readonly into: Set<string>
}

export interface HolderGraph {
  /** CAIP-10 by number. */
  readonly holders: readonly string[]
  /** Stolen at each holder. */
  readonly seeds: readonly bigint[]
  /** Distinct pairs, in the order of their first hop. */
  readonly edges: readonly GraphEdge[]
  /** Edge number of each followed hop, in the flow's order. */
  readonly hopEdges: readonly number[]
  readonly hopAmounts: readonly bigint[]
  readonly leaves: readonly GraphLeaf[]
  readonly labels: ReadonlyMap<string, readonly FlowLabel[]>
  readonly total: bigint
  /** True where nothing was stolen as this asset: stolen money of another was swapped into it, or crossed over. */
  readonly received: boolean
}

/**
 * Hops that only paid a fee are left to the fee leaf, which has their sum at the payer.
 * Cost: one pass over hops, seeds and leaves.
 */
export function holderGraph(flow: Flow, theft: string, asset: string): HolderGraph {
  const numbers = new Map<string, number>()
  const holders: string[] = []
  const seeds: bigint[] = []
  const number = (holder: string): number => {
    const known = numbers.get(holder)
    if (known !== undefined) return known
    numbers.set(holder, holders.length)
    holders.push(holder)
    seeds.push(0n)
    return holders.length - 1
  }

  let total = 0n
  let stolen = 0n
  for (const seed of flow.seeds) {
    if (seed.theft !== theft || seed.asset !== asset) continue
    const holder = number(seed.holder)
    seeds[holder] = seeds[holder]! + BigInt(seed.amount)
    total += BigInt(seed.amount)
    if (seed.from === undefined) stolen += BigInt(seed.amount)
  }

  const edges: GraphEdge[] = []
  const edgeOf = new Map<string, number>()
  const hopEdges: number[] = []
  const hopAmounts: bigint[] = []
  for (const hop of flow.hops) {
    if (hop.theft !== theft || hop.asset !== asset || hop.stop === 'fee') continue
    const payer = number(hop.from)
    const payee = number(hop.to)
    const [from, to] = flow.direction === 'forward' ? [payer, payee] : [payee, payer]
    const key = `${from} ${to}`
    let e = edgeOf.get(key)
    if (e === undefined) {
      e = edges.length
      edgeOf.set(key, e)
      edges.push({ from, to, amount: 0n, hops: 0, firstTime: null, lastTime: null })
    }
    const edge = edges[e]!
    const amount = BigInt(hop.amount)
    edge.amount += amount
    edge.hops++
    if (hop.time !== null) {
      edge.firstTime = edge.firstTime === null ? hop.time : Math.min(edge.firstTime, hop.time)
      edge.lastTime = edge.lastTime === null ? hop.time : Math.max(edge.lastTime, hop.time)
    }
    hopEdges.push(e)
    hopAmounts.push(amount)
  }

  const leaves: GraphLeaf[] = []
  const leafOf = new Map<string, GraphLeaf>()
  for (const leaf of flow.leaves) {
    if (leaf.theft !== theft || leaf.asset !== asset) continue
    const holder = number(leaf.holder)
    const key = `${holder} ${leaf.reason}`
    const known = leafOf.get(key)
    if (known !== undefined) {
      known.amount += BigInt(leaf.amount)
      for (const { asset: other } of leaf.into ?? []) known.into.add(other)
      continue
    }
    const into = new Set((leaf.into ?? []).map((other) => other.asset))
    const row = { holder, reason: leaf.reason, amount: BigInt(leaf.amount), labels: leaf.labels, into }
    leafOf.set(key, row)
    leaves.push(row)
  }

  return {
    holders,
    seeds,
    edges,
    hopEdges,
    hopAmounts,
    leaves,
    labels: labelsOf(flow),
    total,
    received: total > 0n && stolen === 0n,
  }
}

/** The statement that made following stop, or else the strongest one. */
export function stoppingLabel(leaf: {
  readonly reason: FlowLeaf['reason']
  readonly labels: readonly FlowLabel[]
}): FlowLabel | undefined {
  const stop = leaf.reason === 'swap' ? 'service' : leaf.reason
  return leaf.labels.find((label) => label.stop === stop) ?? leaf.labels[0]
}

function labelsOf(flow: Flow): Map<string, readonly FlowLabel[]> {
  return new Map(flow.holders.map(({ holder, labels }) => [holder, labels]))
}

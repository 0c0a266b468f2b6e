/**
 * Folding: which holders get a card of their own, and which are drawn as one. Every holder belongs to exactly one node,
 * every edge is between two nodes or inside one, and every leaf is a node or an edge to one: sums cannot be lost.
 * @module
 */
import type { LeafReason } from '../trace/flow.ts'
import { type Chain, findChains } from './chains.ts'
import { type GraphLeaf, type HolderGraph, stoppingLabel } from './holderGraph.ts'
import type { NodeKind } from './scene.ts'
import { sharedName } from './words.ts'

export interface FoldedNode {
  readonly kind: NodeKind
  readonly column: number
  readonly reason: LeafReason | null
  /** Holder numbers; for a leaf, those that are the leaf and nothing else. */
  readonly members: number[]
  /** Holders at which this leaf is, in whole or in part; 0 for other nodes. */
  places: number
  /** Assets that a leaf goes on as. */
  readonly into: Set<string>
  readonly chain: Chain | null
  /** Where all members go by one name: a service, or one labelled holder. Untrusted. */
  readonly name: string | null
  own: bigint
  inflow: bigint
  outflow: bigint
  innerHops: number
  innerAmount: bigint
}

export interface FoldedEdge {
  readonly from: number
  readonly to: number
  amount: bigint
  hops: number
}

export interface FoldedGraph {
  readonly nodes: readonly FoldedNode[]
  readonly edges: readonly FoldedEdge[]
  /** Columns, the seeds' and the leaves' included. */
  readonly columns: number
  /** Smallest and largest rounded mean number of hops of each column. */
  readonly depths: readonly (readonly [number, number])[]
}

export interface FoldSettings {
  readonly columns: number
  readonly maxNodes: number
  readonly foldBelowShare: number
}

/** Names that stop following may cover many addresses of one actor, drawn as one. */
const NAMED: ReadonlySet<LeafReason> = new Set(['service', 'mixer', 'bridge', 'swap', 'sanctioned'])

export function foldGraph(graph: HolderGraph, settings: FoldSettings, backward: boolean): FoldedGraph {
  const n = graph.holders.length
  const pays = new Uint8Array(n)
  const through: bigint[] = graph.seeds.slice()
  for (const edge of graph.edges) {
    if (edge.from === edge.to) continue
    pays[edge.from] = 1
    through[edge.to] = through[edge.to]! + edge.amount
  }
  const leavesOf: GraphLeaf[][] = Array.from({ length: n }, () => [])
  for (const leaf of graph.leaves) leavesOf[leaf.holder]!.push(leaf)
  const isLeaf = (holder: number): boolean =>
    graph.seeds[holder] === 0n && pays[holder] === 0 && leavesOf[holder]!.length === 1

  const chains = findChains(graph)
  const chainOf = new Int32Array(n).fill(-1)
  chains.forEach((chain, c) => {
    for (const member of chain.members) chainOf[member] = c
  })
  const depth = meanDepths(graph, chainOf, backward)

  const between: { members: number[]; chain: Chain | null; depth: number; through: bigint }[] = []
  const seeds: number[] = []
  const leafHolders: number[] = []
  for (let holder = 0; holder < n; holder++) {
    if (graph.seeds[holder]! > 0n) seeds.push(holder)
    else if (isLeaf(holder)) leafHolders.push(holder)
    else if (chainOf[holder] === -1) {
      const at = Math.max(1, Math.round(depth[holder]!))
      between.push({ members: [holder], chain: null, depth: at, through: through[holder]! })
    }
  }
  for (const chain of chains) {
    const first = chain.members[0]!
    const at = Math.max(1, Math.round(depth[first]!))
    between.push({ members: chain.members.slice(), chain, depth: at, through: through[first]! })
  }

  const { columnOf, middle } = binDepths(between, settings.columns - 2)
  const columns = middle + 2
  const depths: [number, number][] = Array.from({ length: columns }, () => [0, 0])
  const perColumn = Math.max(3, Math.floor(settings.maxNodes / columns))

  const nodes: FoldedNode[] = []
  const nodeOf = new Int32Array(n).fill(-1)
  const add = (
    kind: NodeKind,
    column: number,
    reason: LeafReason | null,
    members: number[],
    chain: Chain | null,
    name: string | null,
  ): number => {
    for (const member of members) nodeOf[member] = nodes.length
    const sums = { places: 0, own: 0n, inflow: 0n, outflow: 0n, innerHops: 0, innerAmount: 0n }
    return nodes.push({ kind, column, reason, members, chain, name, into: new Set(), ...sums }) - 1
  }

  const nameOf = (holder: number): string | null =>
    graph.labels.get(graph.holders[holder]!)?.[0]?.name ?? null
  const enough = (amount: bigint): boolean => Number(amount) >= Number(graph.total) * settings.foldBelowShare

  const bySize = (a: { amount: bigint; first: number }, b: { amount: bigint; first: number }): number =>
    a.amount === b.amount ? a.first - b.first : a.amount > b.amount ? -1 : 1

  const seedRows = seeds.map((holder) => ({ amount: through[holder]!, first: holder, members: [holder] }))
  for (const row of split(seedRows.sort(bySize), perColumn, enough)) {
    add('seed', 0, null, row.members, null, row.members.length === 1 ? nameOf(row.first) : null)
  }

  for (let column = 1; column <= middle; column++) {
    const here = between.filter((node) => columnOf.get(node.depth) === column)
    for (const node of here) {
      const [low, high] = depths[column]!
      depths[column] = [low === 0 ? node.depth : Math.min(low, node.depth), Math.max(high, node.depth)]
    }
    const rows = here.map((node) => ({ ...node, amount: node.through, first: node.members[0]! }))
    for (const row of split(rows.sort(bySize), perColumn, enough)) {
      const single = row.rest === 0
      const chain = single ? row.head.chain : null
      const kind = chain !== null ? 'chain' : single ? 'holder' : 'more'
      add(kind, column, null, row.members, chain, kind === 'holder' ? nameOf(row.first) : null)
    }
  }

  const rests = foldLeaves(graph, leafHolders, leavesOf, perColumn, enough, (reason, members, name) =>
    add('leaf', columns - 1, reason, members, null, name),
  )
  const restOf = (reason: LeafReason): number => {
    const known = rests.get(reason)
    if (known !== undefined) return known
    const fresh = add('leaf', columns - 1, reason, [], null, null)
    rests.set(reason, fresh)
    return fresh
  }

  const edges = new Map<string, FoldedEdge>()
  const connect = (from: number, to: number, amount: bigint, hops: number): void => {
    const a = nodes[from]!
    const b = nodes[to]!
    if (from === to) {
      a.innerHops += hops
      a.innerAmount += amount
      return
    }
    a.outflow += amount
    b.inflow += amount
    const key = `${from} ${to}`
    const known = edges.get(key)
    if (known === undefined) edges.set(key, { from, to, amount, hops })
    else {
      known.amount += amount
      known.hops += hops
    }
  }
  for (let holder = 0; holder < n; holder++) {
    if (graph.seeds[holder]! > 0n) nodes[nodeOf[holder]!]!.own += graph.seeds[holder]!
  }
  for (const edge of graph.edges) connect(nodeOf[edge.from]!, nodeOf[edge.to]!, edge.amount, edge.hops)
  for (const leaf of graph.leaves) {
    const at = nodeOf[leaf.holder]!
    const to = nodes[at]!.kind === 'leaf' ? at : restOf(leaf.reason)
    nodes[to]!.own += leaf.amount
    nodes[to]!.places++
    for (const asset of leaf.into) nodes[to]!.into.add(asset)
    if (to !== at) connect(at, to, leaf.amount, 0)
  }
  return { nodes, edges: [...edges.values()], columns, depths }
}

interface Row {
  readonly amount: bigint
  readonly first: number
  readonly members: number[]
}

/** The largest rows one by one, and the others as one; a rest of one is no rest. Rows come sorted. */
function split<R extends Row>(
  rows: readonly R[],
  most: number,
  enough: (amount: bigint) => boolean,
): { head: R; first: number; members: number[]; rest: number }[] {
  let keep = rows.findIndex((row) => !enough(row.amount))
  if (keep === -1) keep = rows.length
  if (keep > most) keep = most - 1
  if (rows.length - keep === 1) keep = rows.length
  const single = rows
    .slice(0, keep)
    .map((row) => ({ head: row, first: row.first, members: row.members, rest: 0 }))
  const rest = rows.slice(keep)
  if (rest.length === 0) return single
  const members = rest.flatMap((row) => row.members)
  return [...single, { head: rest[0]!, first: rest[0]!.first, members, rest: rest.length }]
}

/** Leaves by name or by holder, the small ones by reason. Returns the rest node of each reason that has one. */
function foldLeaves(
  graph: HolderGraph,
  holders: readonly number[],
  leavesOf: readonly GraphLeaf[][],
  most: number,
  enough: (amount: bigint) => boolean,
  add: (reason: LeafReason, members: number[], name: string | null) => number,
): Map<LeafReason, number> {
  const groups = new Map<
    string,
    { reason: LeafReason; members: number[]; amount: bigint; first: number; names: string[] }
  >()
  for (const holder of holders) {
    const leaf = leavesOf[holder]![0]!
    const label = stoppingLabel(leaf)
    const actor = NAMED.has(leaf.reason) ? (label?.entity ?? label?.name) : undefined
    const key = actor === undefined ? `${leaf.reason} #${holder}` : `${leaf.reason} ${actor}`
    const names = label === undefined ? [] : [label.name]
    const group = groups.get(key)
    if (group === undefined) {
      groups.set(key, { reason: leaf.reason, members: [holder], amount: leaf.amount, first: holder, names })
    } else {
      group.members.push(holder)
      group.names.push(...names)
      group.amount += leaf.amount
    }
  }
  const sorted = [...groups.values()].sort((a, b) =>
    a.amount === b.amount ? a.first - b.first : a.amount > b.amount ? -1 : 1,
  )
  const partial = new Set<LeafReason>()
  const whole = new Set(holders)
  for (const leaf of graph.leaves) if (!whole.has(leaf.holder)) partial.add(leaf.reason)

  const nameOf = (names: readonly string[]): string | null => (names.length === 0 ? null : sharedName(names))
  const rest = new Map<LeafReason, typeof sorted>()
  for (const [place, group] of sorted.entries()) {
    const small = rest.get(group.reason)
    if (place < most && enough(group.amount)) add(group.reason, group.members, nameOf(group.names))
    else if (small === undefined) rest.set(group.reason, [group])
    else small.push(group)
  }
  const nodes = new Map<LeafReason, number>()
  for (const [reason, small] of rest) {
    const single = small.length === 1 && !partial.has(reason)
    const members = small.flatMap((group) => group.members)
    const node = add(reason, members, single ? nameOf(small[0]!.names) : null)
    if (!single) nodes.set(reason, node)
  }
  return nodes
}

/**
 * Mean number of hops that the stolen money made to reach each holder, by amount: hops are walked in the order they
 * happened and mix as they arrive. A chain counts as one step. Cycles need no care, because time has none.
 */
function meanDepths(graph: HolderGraph, chainOf: Int32Array, backward: boolean): Float64Array {
  const unit = (holder: number): number =>
    chainOf[holder] === -1 ? holder : graph.holders.length + chainOf[holder]!
  const mass = new Map<number, number>()
  const depth = new Map<number, number>()
  const seeded = new Set<number>()
  graph.seeds.forEach((amount, holder) => {
    if (amount > 0n) seeded.add(unit(holder))
  })
  const m = graph.hopEdges.length
  for (let i = 0; i < m; i++) {
    const h = backward ? m - 1 - i : i
    const edge = graph.edges[graph.hopEdges[h]!]!
    const from = unit(edge.from)
    const to = unit(edge.to)
    if (from === to || seeded.has(to)) continue
    const amount = Number(graph.hopAmounts[h]!)
    const before = mass.get(to) ?? 0
    const arriving = (depth.get(from) ?? 0) + 1
    mass.set(to, before + amount)
    if (before + amount > 0) {
      depth.set(to, ((depth.get(to) ?? 0) * before + arriving * amount) / (before + amount))
    }
  }
  return Float64Array.from(graph.holders, (_, holder) => depth.get(unit(holder)) ?? 0)
}

/** Spreads depths over at most `most` columns, so that each column carries about the same part of the moves. */
function binDepths(
  nodes: readonly { readonly depth: number; readonly through: bigint }[],
  most: number,
): { columnOf: ReadonlyMap<number, number>; middle: number } {
  const weights = new Map<number, number>()
  for (const node of nodes) weights.set(node.depth, (weights.get(node.depth) ?? 0) + Number(node.through))
  const depths = [...weights.keys()].sort((a, b) => a - b)
  if (depths.length <= most) {
    return { columnOf: new Map(depths.map((depth, i) => [depth, i + 1])), middle: depths.length }
  }
  let left = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const columnOf = new Map<number, number>()
  let column = 1
  let filled = 0
  for (const [i, depth] of depths.entries()) {
    const target = left / (most - column + 1)
    const mustMove = filled > 0 && (filled >= target || depths.length - i <= most - column)
    if (mustMove && column < most) {
      left -= filled
      column++
      filled = 0
    }
    columnOf.set(depth, column)
    filled += weights.get(depth)!
  }
  return { columnOf, middle: most }
}

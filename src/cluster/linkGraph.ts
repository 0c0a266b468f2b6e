/**
 * All links of one cluster, not only those of the spanning forest: which transactions tie which members. An analyst asks
 * it what falls apart without a transaction, and which transactions hold large parts together.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { createParents, find, unite } from './unionFind.ts'

/** Transactions and the addresses each ties together, CSR; members are numbered 0 .. members - 1. */
export interface LinkGraph {
  readonly members: number
  /** u32[n + 1] */
  readonly starts: Uint32Array
  /** u32[m] members; a transaction of one known member ties nothing. */
  readonly targets: Uint32Array
}

/** A transaction without which the cluster falls apart. */
export interface Bridge {
  /** Row of the graph. */
  readonly row: number
  /** Members of each part, largest first. */
  readonly parts: readonly number[]
}

/**
 * The parts that are left when these rows are refused: members of each, ascending; largest part first, ties by the
 * smallest member. One part means that nothing falls apart.
 */
export function without(
  { members, starts, targets }: LinkGraph,
  refused: ReadonlySet<number>,
): Uint32Array[] {
  const parent = createParents(members)
  for (let row = 0; row + 1 < starts.length; row++) {
    if (refused.has(row)) continue
    const first = starts[row]!
    for (let i = first + 1; i < starts[row + 1]!; i++) unite(parent, targets[first]!, targets[i]!)
  }
  const parts = new Map<number, number[]>()
  for (let member = 0; member < members; member++) {
    const root = find(parent, member)
    const part = parts.get(root)
    if (part === undefined) parts.set(root, [member])
    else part.push(member)
  }
  return [...parts.values()]
    .sort((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((part) => Uint32Array.from(part))
}

/**
 * Every transaction whose refusal splits off at least `smallest` members, largest split first: the cut vertices among
 * the transactions of the graph of addresses and transactions. One that ties two addresses is a bridge of the graph of
 * addresses. One depth-first search with low points, its stack kept by hand (Tarjan, "Depth-first search and linear graph
 * algorithms", SIAM J. Comput. 1(2), 1972; "A note on finding the bridges of a graph", IPL 2(6), 1974). Linear time.
 */
export function bridges(graph: LinkGraph, smallest = 2): Bridge[] {
  const { members, starts, targets } = graph
  const rows = starts.length - 1
  const nodes = members + rows
  const { memberStarts, memberRows } = transpose(graph)
  const order = new Uint32Array(nodes).fill(NONE)
  const low = new Uint32Array(nodes)
  const up = new Uint32Array(nodes).fill(NONE)
  const weight = new Uint32Array(nodes)
  const next = new Uint32Array(nodes)
  const found: Bridge[] = []
  const begin = (node: number): number => (node < members ? memberStarts[node]! : starts[node - members]!)
  const end = (node: number): number =>
    node < members ? memberStarts[node + 1]! : starts[node - members + 1]!
  const neighbour = (node: number, i: number): number =>
    node < members ? memberRows[i]! + members : targets[i]!

  let time = 0
  for (let seed = 0; seed < members; seed++) {
    if (order[seed] !== NONE) continue
    const splits = new Map<number, number[]>() // row node -> members of the parts below it that hang on it alone
    const enter = (node: number, from: number): void => {
      order[node] = time
      low[node] = time++
      up[node] = from
      weight[node] = node < members ? 1 : 0
      next[node] = begin(node)
    }
    enter(seed, NONE)
    let at = seed
    while (at !== NONE) {
      if (next[at]! < end(at)) {
        const to = neighbour(at, next[at]!)
        next[at] = next[at]! + 1
        if (order[to] === NONE) {
          enter(to, at)
          at = to
        } else if (to !== up[at]) low[at] = Math.min(low[at]!, order[to]!)
        continue
      }
      const above = up[at]!
      if (above !== NONE) {
        low[above] = Math.min(low[above]!, low[at]!)
        weight[above] = weight[above]! + weight[at]!
        if (above >= members && low[at]! >= order[above]!) {
          const parts = splits.get(above)
          if (parts === undefined) splits.set(above, [weight[at]!])
          else parts.push(weight[at]!)
        }
      }
      at = above
    }
    for (const [node, below] of splits) {
      const rest = weight[seed]! - below.reduce((sum, part) => sum + part, 0)
      const parts = [...below, rest].sort((a, b) => b - a)
      if (splitOff({ row: node - members, parts }) >= smallest) found.push({ row: node - members, parts })
    }
  }
  return found.sort((a, b) => splitOff(b) - splitOff(a) || a.row - b.row)
}

/** Members that the largest part loses. */
function splitOff({ parts }: Bridge): number {
  return parts.reduce((sum, part) => sum + part, 0) - parts[0]!
}

function transpose({ members, starts, targets }: LinkGraph): {
  memberStarts: Uint32Array
  memberRows: Uint32Array
} {
  const memberStarts = new Uint32Array(members + 1)
  for (const member of targets) memberStarts[member + 1]!++
  for (let i = 0; i < members; i++) memberStarts[i + 1]! += memberStarts[i]!
  const memberRows = new Uint32Array(targets.length)
  const place = memberStarts.slice()
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) memberRows[place[targets[i]!]!++] = row
  }
  return { memberStarts, memberRows }
}

/**
 * Peel chains: a holder takes money from one other, pays a little away and passes the rest to the next.
 * @module
 */
import type { HolderGraph } from './holderGraph.ts'

export interface Chain {
  /** Holder numbers in the order of the chain; at least {@link MIN_MEMBERS}. */
  readonly members: readonly number[]
  /** Amount paid away on the way, base units, and to how many holders. */
  readonly peeled: bigint
  readonly peeledTo: number
  /** From the first arrival to the last departure; null where times are unknown. */
  readonly seconds: number | null
}

/** Two hops in a row are no pattern yet; the third is the first repetition of a repetition. */
const MIN_MEMBERS = 3

/**
 * Maximal chains. A member is no seed, is paid by one holder only, and pays at most two: the next one, which gets at
 * least half, and one other. The shape (one in, two out, again and again) is that of BlockSci's peeling chain
 * (Kalodner et al., USENIX Security 2020), read on holders instead of transactions. Self-payments do not count.
 * Cost: one pass over the edges.
 */
export function findChains(graph: HolderGraph): Chain[] {
  const n = graph.holders.length
  const payers = new Uint32Array(n)
  const out: number[][] = Array.from({ length: n }, () => [])
  const arrival = new Map<number, number>()
  graph.edges.forEach((edge, e) => {
    if (edge.from === edge.to) return
    payers[edge.to]!++
    arrival.set(edge.to, e)
    out[edge.from]!.push(e)
  })
  const links = (holder: number): boolean =>
    graph.seeds[holder] === 0n && payers[holder] === 1 && out[holder]!.length >= 1 && out[holder]!.length <= 2

  const next = new Int32Array(n).fill(-1)
  const continued = new Uint8Array(n)
  for (let holder = 0; holder < n; holder++) {
    if (!links(holder)) continue
    const edges = out[holder]!.map((e) => graph.edges[e]!)
    const largest = edges.reduce((a, b) => (b.amount > a.amount ? b : a))
    const sum = edges.reduce((all, edge) => all + edge.amount, 0n)
    if (largest.amount * 2n < sum || !links(largest.to)) continue
    next[holder] = largest.to
    continued[largest.to] = 1
  }

  const chains: Chain[] = []
  for (let holder = 0; holder < n; holder++) {
    if (continued[holder] === 1 || next[holder] === -1) continue
    const members = [holder]
    for (let at = next[holder]!; at !== -1; at = next[at]!) members.push(at)
    if (members.length >= MIN_MEMBERS) chains.push(describe(graph, members, out, arrival))
  }
  return chains
}

function describe(
  graph: HolderGraph,
  members: number[],
  out: number[][],
  arrival: Map<number, number>,
): Chain {
  let peeled = 0n
  const peeledTo = new Set<number>()
  let lastTime: number | null = null
  for (const [i, member] of members.entries()) {
    const edges = out[member]!.map((e) => graph.edges[e]!)
    const onward =
      members[i + 1] === undefined
        ? edges.reduce((a, b) => (b.amount > a.amount ? b : a))
        : edges.find((edge) => edge.to === members[i + 1])
    for (const edge of edges) {
      if (edge === onward) continue
      peeled += edge.amount
      peeledTo.add(edge.to)
    }
    lastTime = onward?.lastTime ?? lastTime
  }
  const firstTime = graph.edges[arrival.get(members[0]!)!]!.firstTime
  const seconds = firstTime === null || lastTime === null ? null : lastTime - firstTime
  return { members, peeled, peeledTo: peeledTo.size, seconds }
}

/**
 * Bands between columns: edges cut at the columns they pass, and where each band touches what it joins.
 * @module
 */
import type { FoldedGraph } from './fold.ts'
import type { Item } from './layers.ts'

/** Bands of one gap that join the same two items. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly fromNode: number
  readonly toNode: number
  amount: bigint
  hops: number
}

/** Free space below a lane. */
const LANE_GAP = 8

/** Splits forward edges at the columns they pass; bands to one node share a lane. Adds the lanes to `items`. */
export function route(
  folded: FoldedGraph,
  items: Item[],
  thickness: (amount: bigint) => number,
): { bands: Band[]; lanes: { item: number; node: number; amount: bigint }[] } {
  const { nodes, edges } = folded
  const forward = edges.filter((edge) => nodes[edge.to]!.column > nodes[edge.from]!.column)
  const lanes = new Map<string, { item: number; node: number; amount: bigint }>()
  for (const edge of forward) {
    for (let column = nodes[edge.from]!.column + 1; column < nodes[edge.to]!.column; column++) {
      const key = `${edge.to} ${column}`
      const lane = lanes.get(key)
      if (lane === undefined) lanes.set(key, { item: 0, node: edge.to, amount: edge.amount })
      else lane.amount += edge.amount
    }
  }
  for (const [key, lane] of lanes) {
    lane.item =
      items.push({ column: Number(key.split(' ')[1]), height: thickness(lane.amount), gap: LANE_GAP }) - 1
  }
  const bands = new Map<string, Band>()
  for (const edge of forward) {
    const stations = [edge.from]
    for (let column = nodes[edge.from]!.column + 1; column < nodes[edge.to]!.column; column++) {
      stations.push(lanes.get(`${edge.to} ${column}`)!.item)
    }
    stations.push(edge.to)
    for (let s = 1; s < stations.length; s++) {
      const [from, to] = [stations[s - 1]!, stations[s]!]
      const key = `${from} ${to}`
      const band = bands.get(key)
      if (band === undefined) {
        const fromNode = s === 1 ? edge.from : -1
        bands.set(key, { from, to, fromNode, toNode: edge.to, amount: edge.amount, hops: edge.hops })
      } else {
        band.amount += edge.amount
        band.hops += edge.hops
      }
    }
  }
  return { bands: [...bands.values()], lanes: [...lanes.values()] }
}

/** Where each band touches its two items: stacked in the order of the other ends, the stack centred on the item. */
export function attach(
  bands: readonly Band[],
  middle: (item: number) => number,
  thickness: (amount: bigint) => number,
): { left: number[]; right: number[] } {
  const stack = (side: 'from' | 'to', other: 'from' | 'to'): number[] => {
    const at: number[] = new Array(bands.length).fill(0)
    const groups = Map.groupBy(bands.keys(), (b) => bands[b]![side])
    for (const [item, group] of groups) {
      group.sort((a, b) => middle(bands[a]![other]) - middle(bands[b]![other]) || a - b)
      const sum = group.reduce((all, b) => all + thickness(bands[b]!.amount), 0)
      let y = middle(item) - sum / 2
      for (const b of group) {
        const size = thickness(bands[b]!.amount)
        at[b] = y + size / 2
        y += size
      }
    }
    return at
  }
  return { left: stack('from', 'to'), right: stack('to', 'from') }
}

/**
 * Order and height of what stands in columns: cards and lanes. Fewer crossings by barycentre sweeps (Sugiyama, Tagawa
 * and Toda, IEEE Trans. SMC 11(2), 1981), then heights by pulling each item towards its neighbours without overlap.
 * Pure and deterministic: ties keep the order given.
 * @module
 */

/** A card or a lane. */
export interface Item {
  readonly column: number
  readonly height: number
  /** Free space kept below. */
  readonly gap: number
}

/** A band between two items of neighbouring columns, `from` in the left one. */
export interface Link {
  readonly from: number
  readonly to: number
  readonly weight: number
}

const ORDER_SWEEPS = 12
const PULL_SWEEPS = 24
const EXCHANGE_ROUNDS = 4

/** Top edge of each item, and the height of the highest column. Cost: sweeps x (items log items + links). */
export function placeItems(
  items: readonly Item[],
  links: readonly Link[],
  columns: number,
): { tops: Float64Array; height: number } {
  const neighbours = adjacency(items.length, links)
  const order = orderColumns(items, links, neighbours, columns)
  const heights = order.map((column) =>
    column.reduce(
      (sum, item, i) => sum + items[item]!.height + (i + 1 < column.length ? items[item]!.gap : 0),
      0,
    ),
  )
  const height = Math.max(0, ...heights)
  const tops = new Float64Array(items.length)
  order.forEach((column, c) => {
    let y = (height - heights[c]!) / 2
    for (const item of column) {
      tops[item] = y
      y += items[item]!.height + items[item]!.gap
    }
  })
  for (let sweep = 0; sweep < PULL_SWEEPS; sweep++) {
    const side = sweep % 2
    const sequence = side === 0 ? order : order.toReversed()
    for (const column of sequence) pull(column, items, neighbours[side]!, tops, height, 0.9 ** sweep)
  }
  return { tops, height }
}

interface Neighbour {
  readonly item: number
  readonly weight: number
}
/** Neighbours to the left (0) and to the right (1) of each item. */
type Adjacency = readonly [Neighbour[][], Neighbour[][]]

function adjacency(n: number, links: readonly Link[]): Adjacency {
  const left: Neighbour[][] = Array.from({ length: n }, () => [])
  const right: Neighbour[][] = Array.from({ length: n }, () => [])
  for (const link of links) {
    left[link.to]!.push({ item: link.from, weight: link.weight })
    right[link.from]!.push({ item: link.to, weight: link.weight })
  }
  return [left, right]
}

function orderColumns(
  items: readonly Item[],
  links: readonly Link[],
  neighbours: Adjacency,
  columns: number,
): number[][] {
  let order: number[][] = Array.from({ length: columns }, () => [])
  items.forEach((item, i) => {
    order[item.column]!.push(i)
  })
  let best = order
  let fewest = crossings(order, links)
  for (let sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
    const side = sweep % 2
    const place = new Float64Array(items.length)
    const note = (column: readonly number[]): void => {
      column.forEach((item, i) => {
        place[item] = (i + 0.5) / column.length
      })
    }
    order.forEach(note)
    const next = order.map((column) => column.slice())
    for (const column of side === 0 ? next : next.toReversed()) {
      const centre = new Map(
        column.map((item) => [item, mean(neighbours[side]![item]!, place) ?? place[item]!]),
      )
      column.sort((a, b) => centre.get(a)! - centre.get(b)! || place[a]! - place[b]!)
      note(column)
    }
    exchange(next, neighbours)
    order = next
    const now = crossings(order, links)
    if (now < fewest) {
      fewest = now
      best = order
    }
  }
  return best
}

/** Swaps neighbours in a column while that lowers the weight of their own crossings. */
function exchange(order: readonly number[][], neighbours: Adjacency): void {
  const place = new Map<number, number>()
  for (const column of order) for (const [i, item] of column.entries()) place.set(item, i)
  const cost = (upper: number, lower: number): number => {
    let sum = 0
    for (const side of neighbours) {
      for (const a of side[upper]!) {
        for (const b of side[lower]!) {
          if (place.get(a.item)! > place.get(b.item)!) sum += a.weight * b.weight
        }
      }
    }
    return sum
  }
  for (let round = 0; round < EXCHANGE_ROUNDS; round++) {
    for (const column of order) {
      for (let i = 1; i < column.length; i++) {
        const [upper, lower] = [column[i - 1]!, column[i]!]
        if (cost(lower, upper) >= cost(upper, lower)) continue
        column[i - 1] = lower
        column[i] = upper
        place.set(lower, i - 1)
        place.set(upper, i)
      }
    }
  }
}

function mean(neighbours: readonly Neighbour[], value: Float64Array): number | null {
  let sum = 0
  let weights = 0
  for (const { item, weight } of neighbours) {
    sum += value[item]! * weight
    weights += weight
  }
  return weights > 0 ? sum / weights : null
}

/** Crossing weight: the product of both bands, so that a thick crossing counts more. Cost: links squared per gap; folding bounds them. */
function crossings(order: readonly (readonly number[])[], links: readonly Link[]): number {
  const place = new Map<number, number>()
  const columnOf = new Map<number, number>()
  order.forEach((column, c) => {
    column.forEach((item, i) => {
      place.set(item, i)
      columnOf.set(item, c)
    })
  })
  const gaps = Map.groupBy(links, (link) => columnOf.get(link.from)!)
  let sum = 0
  for (const gap of gaps.values()) {
    for (let i = 0; i < gap.length; i++) {
      for (let j = 0; j < i; j++) {
        const a = gap[i]!
        const b = gap[j]!
        const from = place.get(a.from)! - place.get(b.from)!
        const to = place.get(a.to)! - place.get(b.to)!
        if (from * to < 0) sum += a.weight * b.weight
      }
    }
  }
  return sum
}

/** Moves a column's items towards their neighbours' middles, then apart again, inside 0 to `height`. */
function pull(
  column: readonly number[],
  items: readonly Item[],
  neighbours: readonly Neighbour[][],
  tops: Float64Array,
  height: number,
  strength: number,
): void {
  const middles = Float64Array.from(tops, (top, item) => top + items[item]!.height / 2)
  for (const item of column) {
    const wanted = mean(neighbours[item]!, middles)
    if (wanted !== null) tops[item] = tops[item]! + (wanted - middles[item]!) * strength
  }
  let floor = 0
  for (const item of column) {
    tops[item] = Math.max(tops[item]!, floor)
    floor = tops[item]! + items[item]!.height + items[item]!.gap
  }
  let ceiling = height
  for (const item of column.toReversed()) {
    tops[item] = Math.min(tops[item]!, ceiling - items[item]!.height)
    ceiling = tops[item]! - items[column[column.indexOf(item) - 1] ?? item]!.gap
  }
}

/**
 * Chain order as three numbers that compare lexicographically. Definition and limits: `docs/methods/order.md`.
 *
 * - order1: height; unix seconds on a chain of which any transaction lacks its height.
 * - order2: height * 2^21 + index in the block; without an index 2^20 + depth, where depth counts the transaction's
 *   ancestors within the same block along its longest line of spent outputs.
 * - order3: position in the transaction * 8 + kind, where index and position are known (trace and log indices may be
 *   equal); else place in the files, minus (2^53 - 1).
 * @module
 */

/** Sorts after every known height or time; finite, so that differences of keys are never NaN. */
const LAST: number = Number.MAX_SAFE_INTEGER
export const MAX_HEIGHT: number = 2 ** 31 - 1
export const MAX_INDEX: number = 2 ** 20 - 1

/** What order is made of; null is unknown. */
export interface Place {
  readonly height: number | null
  readonly index: number | null
  readonly time: number | null
  readonly depth: number
}

/** @param byTime whether any transaction of the chain lacks its height */
export function order1Of(byTime: boolean, time: number | null, height: number | null): number {
  return (byTime ? time : height) ?? LAST
}

export function order2Of(place: Place): number {
  return (place.height ?? 2 ** 31) * 2 ** 21 + (place.index ?? 2 ** 20 + place.depth)
}

/** The height that {@link order2Of} was given. */
export function heightIn(order2: number): number | null {
  const height = Math.floor(order2 / 2 ** 21)
  return height <= MAX_HEIGHT ? height : null
}

export function order3Of(place: Place, position: number | null, kind: number, fileOrder: number): number {
  return place.index === null || position === null ? fileOrder - LAST : position * 8 + kind
}

/**
 * First number of a file's places: 20 bits of its hash times 2^32, so that the order of equal times in different files
 * does not depend on which file came first. Places below 2^32 are those of `append`, in the order of the calls.
 *
 * @param sha256 lower-case hex
 */
export function fileOrderBase(sha256: string): number {
  return (1 + Number.parseInt(sha256.slice(0, 5), 16)) * 2 ** 32
}

/**
 * Depth of each child in a graph of spends within blocks: 1 + the deepest parent, capped at {@link MAX_INDEX}.
 * A cycle (only forged data has one) leaves its members at 0. Linear in the edges.
 *
 * @param edges pairs child, parent
 */
export function spendDepths(
  edges: readonly (readonly [child: number, parent: number])[],
): Map<number, number> {
  const children = new Map<number, number[]>()
  const waiting = new Map<number, number>()
  const depth = new Map<number, number>()
  for (const [child, parent] of edges) {
    const list = children.get(parent)
    if (list === undefined) children.set(parent, [child])
    else list.push(child)
    waiting.set(child, (waiting.get(child) ?? 0) + 1)
    depth.set(child, 0)
  }
  const ready = [...children.keys()].filter((tx) => !waiting.has(tx))
  const reached = new Map<number, number>()
  for (let tx = ready.pop(); tx !== undefined; tx = ready.pop()) {
    if (waiting.has(tx)) depth.set(tx, Math.min(reached.get(tx)!, MAX_INDEX))
    const next = (depth.get(tx) ?? 0) + 1
    for (const child of children.get(tx) ?? []) {
      reached.set(child, Math.max(reached.get(child) ?? 0, next))
      const left = waiting.get(child)! - 1
      waiting.set(child, left)
      if (left === 0) ready.push(child)
    }
  }
  return depth
}

/** What is known of the times of a listing read so far. */
export interface Tide {
  lastTime: number | null
  rose: boolean
  fell: boolean
}

/** Adds a row's time to what is known of its listing. */
export function watchTide(tide: Tide, time: number | null): void {
  if (time === null) return
  if (tide.lastTime !== null) {
    tide.rose ||= time > tide.lastTime
    tide.fell ||= time < tide.lastTime
  }
  tide.lastTime = time
}

/** Explorers export newest first: such a listing never rises and falls at least once. */
export function isNewestFirst(tide: Tide): boolean {
  return tide.fell && !tide.rose
}

/**
 * Turns a newest-first listing around in its own places: the first of `places` goes to the last row, and so on.
 * Movements of one row keep their order.
 *
 * @param rows f64[n] row of each movement of the listing, ascending
 * @param places f64[n] its place, ascending
 * @returns f64[n] new place of each movement
 */
export function turnAround(rows: readonly number[], places: readonly number[]): number[] {
  const turned = new Array<number>(rows.length)
  let taken = 0
  for (let end = rows.length; end > 0; ) {
    let start = end - 1
    while (start > 0 && rows[start - 1] === rows[start]) start--
    for (let i = start; i < end; i++) turned[i] = places[taken++]!
    end = start
  }
  return turned
}

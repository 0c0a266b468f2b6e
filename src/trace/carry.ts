/**
 * Value carried from asset to asset: what a swap or a crossing takes of a theft's value, to the cent, goes on with what it
 * brings, so that over a theft the leaves that carry nothing on add up to what was stolen. Definition:
 * `docs/formats/flow.md`, "Value".
 * @module
 */
import type { Asset } from '../units/asset.ts'
import { addTo } from '../units/listMap.ts'
import { shareOut } from '../units/usd.ts'
import type { Conversion } from './conversion.ts'
import type { Findings, PieceTable } from './findings.ts'
import { LEAF_REASONS } from './flow.ts'
import { compareOrder, type Gathered } from './gathered.ts'

/** Cents; null where unpriced. */
type Cents = bigint | null

export interface Carried {
  /** Value of an entry that a conversion brought; undefined for others. */
  entry(piece: number): Cents | undefined
  /** Share of its theft's value that an end has; undefined where the theft's value in its asset is shared by amounts alone. */
  end(piece: number): Cents | undefined
}

export const NOTHING_CARRIED: Carried = { entry: () => undefined, end: () => undefined }

/** Money that is still there leaves last. */
const RESTING = new Set((['held', 'nodata', 'time'] as const).map((reason) => LEAF_REASONS.indexOf(reason)))

/** Units of one theft and asset that came and have not left, and their value. */
interface Pool {
  units: bigint
  cents: Cents
}

/** Pieces of one transaction. */
interface Moment {
  readonly chain: string
  /** Its first movement among them. */
  movement: number
  readonly entries: number[]
  readonly ends: number[]
}

/**
 * Average cost in chain order: whatever leaves takes its share of the value of what is there then.
 * @param stolenValue cents of an entry that was stolen, when it was
 */
export function carryValue(
  { entries, ends, links }: Findings,
  gathered: Gathered,
  assets: readonly Asset[],
  stolenValue: (entry: number) => Cents,
  forward: boolean,
): Carried {
  const pools = new Map<string, Pool>()
  const keyOf = ({ columns }: PieceTable, piece: number): string =>
    `${columns.theft[piece]} ${columns.asset[piece]}`
  for (const table of [entries, ends]) {
    for (let piece = 0; piece < table.n; piece++) {
      if (table.columns.link[piece] !== 0) pools.set(keyOf(table, piece), { units: 0n, cents: 0n })
    }
  }
  const entryCents = new Map<number, Cents>()
  const endCents = new Map<number, Cents>()
  /** `theft conversion out` -> what left by it. */
  const outgoing = new Map<string, Cents>()
  const numbers = new Map<Conversion, number>()
  for (const { conversion } of links) if (!numbers.has(conversion)) numbers.set(conversion, numbers.size)
  const wayOf = (table: PieceTable, piece: number): string => {
    const { conversion, out } = links[table.columns.link[piece]! - 1]!
    return `${table.columns.theft[piece]} ${numbers.get(conversion)} ${out}`
  }
  const enteringBy = new Map<string, number[]>()
  for (let piece = 0; piece < entries.n; piece++) {
    if (entries.columns.link[piece] === 0) continue
    const way = wayOf(entries, piece)
    addTo(enteringBy, way, piece)
  }
  const put = (piece: number, cents: Cents): void => {
    const pool = pools.get(keyOf(entries, piece))!
    pool.units += BigInt(entries.amount[piece]!)
    pool.cents = pool.cents === null || cents === null ? null : pool.cents + cents
  }
  const take = (piece: number): void => {
    const pool = pools.get(keyOf(ends, piece))!
    const amount = BigInt(ends.amount[piece]!)
    const { units, cents } = pool
    const share = cents === null ? null : amount >= units ? cents : (cents * amount) / units
    pool.units -= amount
    pool.cents = cents === null || share === null ? null : cents - share
    endCents.set(piece, share)
    if (ends.columns.link[piece] === 0) return
    const way = wayOf(ends, piece)
    const before = outgoing.has(way) ? outgoing.get(way)! : 0n
    outgoing.set(way, before === null || share === null ? null : before + share)
  }
  /** Divides what left by one way among what came by it: by the sides' weights, and within a side by amounts. */
  const bring = (way: string): void => {
    const pieces = enteringBy.get(way)
    if (!pieces) return
    const cents = outgoing.has(way) ? outgoing.get(way)! : 0n
    const sideOf = (piece: number): number => links[entries.columns.link[piece]! - 1]!.side!
    const bySide = [...Map.groupBy(pieces, sideOf)]
    const weights = bySide.map(([side, [first]]) => {
      const { conversion } = links[entries.columns.link[first!]! - 1]!
      return conversion.ins[side]!.weight
    })
    const ofSides =
      cents === null
        ? null
        : shareOut(cents, weights.every((weight) => weight === 0n) ? weights.map(() => 1n) : weights)
    for (const [i, [, own]] of bySide.entries()) {
      const amounts = own.map((piece) => BigInt(entries.amount[piece]!))
      const shares = ofSides === null ? null : shareOut(ofSides[i]!, amounts)
      for (const [k, piece] of own.entries()) entryCents.set(piece, shares?.[k] ?? null)
    }
  }

  const resting: number[] = []
  // The earliest is last, so that taking it moves no other.
  for (const queue = momentsOf(); queue.some((moments) => moments.length > 0); ) {
    let advanced = false
    for (const moments of queue) {
      while (moments.length > 0 && isReady(moments.at(-1)!)) {
        live(moments.pop()!)
        advanced = true
      }
    }
    // Only contradictory times make two chains wait for each other.
    if (!advanced) return unpriced()
  }
  resting.forEach(take)
  if ([...pools.values()].some(({ units, cents }) => units !== 0n || (cents !== null && cents !== 0n)))
    return unpriced()
  return { entry: (piece) => entryCents.get(piece), end: (piece) => endCents.get(piece) }

  function before(a: number, b: number): boolean {
    const order = compareOrder(gathered, a, b)
    return forward ? order < 0 : order > 0
  }

  /** Transactions with pieces of these pools, a list a chain, the earliest last. */
  function momentsOf(): Moment[][] {
    const byTx = new Map<number, Moment>()
    const momentOf = (table: PieceTable, piece: number): Moment => {
      const movement = table.columns.movement[piece]!
      const tx = gathered.tx.data[movement]!
      const { chain } = assets[table.columns.asset[piece]!]!
      const moment = byTx.get(tx) ?? { chain, movement, entries: [], ends: [] }
      byTx.set(tx, moment)
      if (before(movement, moment.movement)) moment.movement = movement
      return moment
    }
    for (let piece = 0; piece < entries.n; piece++)
      if (pools.has(keyOf(entries, piece))) momentOf(entries, piece).entries.push(piece)
    for (let piece = 0; piece < ends.n; piece++) {
      if (!pools.has(keyOf(ends, piece))) continue
      if (RESTING.has(ends.columns.kind[piece]!)) resting.push(piece)
      else momentOf(ends, piece).ends.push(piece)
    }
    return [...Map.groupBy(byTx.values(), ({ chain }) => chain).values()].map((moments) =>
      moments.sort((a, b) => (before(a.movement, b.movement) ? 1 : -1)),
    )
  }

  /** False where a crossing arrives that has not left yet. */
  function isReady(moment: Moment): boolean {
    return moment.entries.every((piece) => {
      const link = links[entries.columns.link[piece]! - 1]
      return link?.conversion.kind !== 'crossing' || outgoing.has(wayOf(entries, piece))
    })
  }

  function live(moment: Moment): void {
    for (const piece of moment.entries) {
      const link = links[entries.columns.link[piece]! - 1]
      if (link?.conversion.kind === 'swap') continue
      if (link && !entryCents.has(piece)) bring(wayOf(entries, piece))
      put(piece, link ? entryCents.get(piece)! : stolenValue(piece))
    }
    const swapping = Map.groupBy(
      moment.ends.filter((piece) => links[ends.columns.link[piece]! - 1]?.conversion.kind === 'swap'),
      (piece) => links[ends.columns.link[piece]! - 1]!.conversion,
    )
    /** How many that still wait bring an asset. */
    const brought = new Map<number, number>()
    const count = ({ ins }: Conversion, by: number): void => {
      for (const { asset } of ins) brought.set(asset, (brought.get(asset) ?? 0) + by)
    }
    for (const swap of swapping.keys()) count(swap, 1)
    while (swapping.size > 0) {
      const waiting = [...swapping.keys()]
      const next = waiting.find(({ outs }) => outs.every(({ asset }) => !brought.get(asset))) ?? waiting[0]!
      const pieces = swapping.get(next)!
      swapping.delete(next)
      count(next, -1)
      pieces.forEach(take)
      for (const way of new Set(pieces.map((piece) => wayOf(ends, piece)))) {
        bring(way)
        for (const piece of enteringBy.get(way) ?? []) put(piece, entryCents.get(piece)!)
      }
    }
    for (const piece of moment.ends)
      if (links[ends.columns.link[piece]! - 1]?.conversion.kind !== 'swap') take(piece)
  }

  /** What cannot be followed is not guessed. */
  function unpriced(): Carried {
    return {
      entry: (piece) => (entries.columns.link[piece] === 0 ? undefined : null),
      end: () => undefined,
    }
  }
}

/**
 * Pieces of money summed up to the rows that a flow prints: one a theft, asset, holder and kind.
 * @module
 */

import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import { compareAssets } from './assetOrder.ts'
import type { PieceTable } from './findings.ts'
import { compareOrder, type Gathered } from './gathered.ts'
import type { Names } from './names.ts'
import type { Valuer } from './valuer.ts'

/** Pieces that one printed row sums up. */
export interface Row {
  readonly theft: number
  readonly asset: Asset
  readonly assetNumber: number
  readonly holderNumber: number
  readonly holder: HolderId
  readonly kind: number
  /** Number of {@link Grouping.group}. */
  readonly group: number
  amount: bigint
  /** Value piece by piece at its own time, cents; null where any piece is unpriced. */
  usd: bigint | null
  /** The sum of what {@link Grouping.carried} says of its pieces; undefined where it says nothing. */
  carried: bigint | null | undefined
  firstTime: number | null
  lastTime: number | null
  readonly movements: number[]
}

export interface Grouping {
  /** Tells apart pieces that would else be one row. */
  group(piece: number): number
  /** Value that a conversion carried to a piece; undefined where none did. */
  carried(piece: number): bigint | null | undefined
}

/** Sums up and sorts: by theft, asset, then amount (largest first), holder, kind, group. */
export function rowsOf(
  { n, columns, amount }: PieceTable,
  gathered: Gathered,
  assets: readonly Asset[],
  names: Names,
  valuer: Valuer,
  { group: groupOf, carried }: Grouping,
): Row[] {
  const groups = new Map<string, Map<number, Row>>()
  let group = new Map<number, Row>()
  let current = [-1, -1, -1, -1]
  const rows: Row[] = []
  for (let piece = 0; piece < n; piece++) {
    const [theft, number, kind] = [columns.theft[piece]!, columns.asset[piece]!, columns.kind[piece]!]
    const apart = groupOf(piece)
    if (theft !== current[0] || number !== current[1] || kind !== current[2] || apart !== current[3]) {
      current = [theft, number, kind, apart]
      group = groups.get(current.join()) ?? new Map<number, Row>()
      groups.set(current.join(), group)
    }
    const holderNumber = columns.holder[piece]!
    const asset = assets[number]!
    let row = group.get(holderNumber)
    if (row === undefined) {
      const holder = names.holder(holderNumber, asset)
      const empty = {
        amount: 0n,
        usd: 0n,
        carried: undefined,
        firstTime: null,
        lastTime: null,
        movements: [],
      }
      row = { theft, asset, assetNumber: number, holderNumber, holder, kind, group: apart, ...empty }
      group.set(holderNumber, row)
      rows.push(row)
    }
    const movement = columns.movement[piece]!
    const time = known(gathered.time.data[movement]!)
    const units = BigInt(amount[piece]!)
    const value = row.usd === null ? null : valuer.cents(units, asset, time)
    row.amount += units
    row.usd = row.usd === null || value === null ? null : row.usd + value
    const share = carried(piece)
    if (share !== undefined)
      row.carried = row.carried === null || share === null ? null : (row.carried ?? 0n) + share
    if (time !== null) {
      if (row.firstTime === null || time < row.firstTime) row.firstTime = time
      if (row.lastTime === null || time > row.lastTime) row.lastTime = time
    }
    row.movements.push(movement)
  }
  return rows.sort(byThenLargest)
}

function byThenLargest(a: Row, b: Row): number {
  return (
    a.theft - b.theft ||
    compareAssets(a.asset, b.asset) ||
    (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1) ||
    (a.holder < b.holder ? -1 : a.holder > b.holder ? 1 : 0) ||
    a.kind - b.kind ||
    a.group - b.group
  )
}

/** The row's transactions, each once, in chain order. */
export function txidsOf({ movements }: Row, gathered: Gathered, names: Names): string[] {
  if (movements.length === 1) return [names.txid(movements[0]!)]
  movements.sort((a, b) => compareOrder(gathered, a, b))
  return [...new Set(movements.map((movement) => names.txid(movement)))]
}

export function cents(value: bigint | null): string {
  return value === null ? 'unpriced' : String(value)
}

/** Columns say NaN where a flow says null. */
export function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

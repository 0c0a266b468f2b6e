/**
 * Movements gathered from the ledger in several answers, as one growing set of columns. Kept in the order gathered;
 * `inChainOrder` gives the order to process them in.
 * @module
 */
import type { Movements } from '../ledger/ledger.ts'
import { settleWithinTransactions } from './withinTransaction.ts'

/** A growing typed column. */
interface Grow<T extends Uint8Array | Uint32Array | Float64Array> {
  data: T
  n: number
}

/** Makes room for `by` more; returns where they go, and counts them as there. */
function grow<T extends Uint8Array | Uint32Array | Float64Array>(column: Grow<T>, by: number): number {
  const start = column.n
  column.n = start + by
  if (column.n > column.data.length) {
    const Type = column.data.constructor as new (length: number) => T
    const bigger = new Type(Math.max(column.n, Math.ceil(column.data.length * 1.5), 64))
    bigger.set(column.data.subarray(0, start))
    column.data = bigger
  }
  return start
}

/** All columns are indexed by movement, or through `debitStarts` / `creditStarts` by leg; ids are the ledger's. */
export interface Gathered {
  n: number
  /** Bit set of the ledger's movement numbers that are in. */
  seen: Uint8Array
  readonly tx: Grow<Uint32Array>
  readonly kind: Grow<Uint8Array>
  readonly time: Grow<Float64Array>
  readonly order1: Grow<Float64Array>
  readonly order2: Grow<Float64Array>
  readonly order3: Grow<Float64Array>
  /** f64[n]: `order3`, but for movements whose order within their transaction {@link settle} found. */
  readonly turn: Grow<Float64Array>
  /** Movements so settled. */
  settled: number
  readonly debitStarts: Grow<Uint32Array>
  readonly debitHolder: Grow<Uint32Array>
  readonly debitAsset: Grow<Uint32Array>
  readonly debitLotTx: Grow<Uint32Array>
  readonly debitLotN: Grow<Uint32Array>
  readonly debitAmount: Grow<Float64Array>
  readonly creditStarts: Grow<Uint32Array>
  readonly creditHolder: Grow<Uint32Array>
  readonly creditAsset: Grow<Uint32Array>
  readonly creditN: Grow<Uint32Array>
  readonly creditAmount: Grow<Float64Array>
  /** Amounts of 2^53 and more; a column holds `-(place + 1)`. */
  readonly wide: bigint[]
}

const u8 = (): Grow<Uint8Array> => ({ data: new Uint8Array(0), n: 0 })
const u32 = (): Grow<Uint32Array> => ({ data: new Uint32Array(0), n: 0 })
const f64 = (): Grow<Float64Array> => ({ data: new Float64Array(0), n: 0 })

export function createGathered(): Gathered {
  const debitStarts = u32()
  const creditStarts = u32()
  grow(debitStarts, 1)
  grow(creditStarts, 1)
  return {
    n: 0,
    seen: new Uint8Array(0),
    tx: u32(),
    kind: u8(),
    time: f64(),
    order1: f64(),
    order2: f64(),
    order3: f64(),
    turn: f64(),
    settled: 0,
    debitStarts,
    debitHolder: u32(),
    debitAsset: u32(),
    debitLotTx: u32(),
    debitLotN: u32(),
    debitAmount: f64(),
    creditStarts,
    creditHolder: u32(),
    creditAsset: u32(),
    creditN: u32(),
    creditAmount: f64(),
    wide: [],
  }
}

/** Adds the movements not gathered before. */
export function gather(gathered: Gathered, answer: Movements): void {
  const fresh = freshOf(gathered, answer)
  copy(gathered.tx, fresh, answer.tx)
  copy(gathered.kind, fresh, answer.kind)
  copy(gathered.time, fresh, answer.time)
  copy(gathered.order1, fresh, answer.order1)
  copy(gathered.order2, fresh, answer.order2)
  copy(gathered.order3, fresh, answer.order3)
  copy(gathered.turn, fresh, answer.order3)
  const debits = legs(fresh, answer.debitStarts, gathered.debitStarts)
  copy(gathered.debitHolder, debits, answer.debitHolder)
  copy(gathered.debitAsset, debits, answer.debitAsset)
  copy(gathered.debitLotTx, debits, answer.debitLotTx)
  copy(gathered.debitLotN, debits, answer.debitLotN)
  copyAmounts(gathered, gathered.debitAmount, debits, answer.debitAmount)
  const credits = legs(fresh, answer.creditStarts, gathered.creditStarts)
  copy(gathered.creditHolder, credits, answer.creditHolder)
  copy(gathered.creditAsset, credits, answer.creditAsset)
  copy(gathered.creditN, credits, answer.creditN)
  copyAmounts(gathered, gathered.creditAmount, credits, answer.creditAmount)
  gathered.n += fresh.length
}

/** Places in the answer of what is new; marks it as seen. */
function freshOf(gathered: Gathered, { n, id }: Movements): Uint32Array {
  const fresh = new Uint32Array(n)
  let count = 0
  let highest = 0
  for (let i = 0; i < n; i++) if (id[i]! > highest) highest = id[i]!
  if (highest >>> 3 >= gathered.seen.length) {
    const bigger = new Uint8Array(Math.max((highest >>> 3) + 1, gathered.seen.length * 2))
    bigger.set(gathered.seen)
    gathered.seen = bigger
  }
  const { seen } = gathered
  for (let i = 0; i < n; i++) {
    const byte = id[i]! >>> 3
    const bit = 1 << (id[i]! & 7)
    if ((seen[byte]! & bit) !== 0) continue
    seen[byte]! |= bit
    fresh[count++] = i
  }
  return fresh.subarray(0, count)
}

function copy<T extends Uint8Array | Uint32Array | Float64Array>(
  column: Grow<T>,
  places: Uint32Array,
  from: ArrayLike<number>,
): void {
  const start = grow(column, places.length)
  const { data } = column
  for (let i = 0; i < places.length; i++) data[start + i] = from[places[i]!]!
}

function copyAmounts(
  { wide }: Gathered,
  column: Grow<Float64Array>,
  places: Uint32Array,
  from: Movements['debitAmount'],
): void {
  const start = grow(column, places.length)
  const { data } = column
  for (let i = 0; i < places.length; i++) {
    const value = from.narrow[places[i]!]!
    data[start + i] = value >= 0 ? value : -wide.push(from.wide[-value - 1]!)
  }
}

/** Legs of the chosen movements; appends their ends to `ends`. */
function legs(movements: Uint32Array, starts: Uint32Array, ends: Grow<Uint32Array>): Uint32Array {
  let total = 0
  for (let j = 0; j < movements.length; j++) total += starts[movements[j]! + 1]! - starts[movements[j]!]!
  const places = new Uint32Array(total)
  const at = grow(ends, movements.length)
  const { data } = ends
  let end = data[at - 1]!
  let k = 0
  for (let j = 0; j < movements.length; j++) {
    const to = starts[movements[j]! + 1]!
    for (let leg = starts[movements[j]!]!; leg < to; leg++, end++) places[k++] = leg
    data[at + j] = end
  }
  return places
}

/** Orders transfers of one transaction that stand in different files; again after more was gathered. */
export function settle(gathered: Gathered): void {
  const { debitStarts, debitHolder, creditStarts, creditHolder, creditAsset } = gathered
  gathered.settled = settleWithinTransactions({
    n: gathered.n,
    tx: gathered.tx.data,
    kind: gathered.kind.data,
    order3: gathered.order3.data,
    turn: gathered.turn.data,
    payer: (movement) => debitHolder.data[debitStarts.data[movement]!]!,
    payee: (movement) => creditHolder.data[creditStarts.data[movement]!]!,
    asset: (movement) => creditAsset.data[creditStarts.data[movement]!]!,
  })
}

/** Exact amount at a place of `debitAmount` or `creditAmount`. */
export function amountAt(gathered: Gathered, value: number): bigint {
  return value >= 0 ? BigInt(value) : gathered.wide[-value - 1]!
}

/** The same, as a number where it is one exactly. */
export function exactAt(gathered: Gathered, value: number): number | bigint {
  return value >= 0 ? value : gathered.wide[-value - 1]!
}

/** Below, at or above 0 as movement a comes before, with or after b. Only for movements of one chain. */
export function compareOrder({ order1, order2, turn }: Gathered, a: number, b: number): number {
  return (
    order1.data[a]! - order1.data[b]! ||
    order2.data[a]! - order2.data[b]! ||
    turn.data[a]! - turn.data[b]! ||
    a - b
  )
}

/** Puts movements in chain order, in place. Linear where they are so already, as waves of a UTXO chain mostly are. */
export function sortByOrder(gathered: Gathered, movements: Uint32Array): Uint32Array {
  for (let i = 1; i < movements.length; i++) {
    if (compareOrder(gathered, movements[i - 1]!, movements[i]!) > 0)
      return movements.sort((a, b) => compareOrder(gathered, a, b))
  }
  return movements
}

/** All gathered movements, in chain order. */
export function inChainOrder(gathered: Gathered): Uint32Array {
  return sortByOrder(
    gathered,
    Uint32Array.from({ length: gathered.n }, (_, i) => i),
  )
}

/**
 * Movements gathered from the ledger in several answers, as one growing set of columns. Kept in the order gathered;
 * `inChainOrder` gives the order to process them in.
 * @module
 */
import type { Movements } from '../ledger/ledger.ts'

/** A growing typed column. */
interface Grow<T extends Uint8Array | Uint32Array | Float64Array> {
  data: T
  n: number
}

function extend<T extends Uint8Array | Uint32Array | Float64Array>(
  column: Grow<T>,
  by: ArrayLike<number>,
): void {
  const needed = column.n + by.length
  if (needed > column.data.length) {
    const Type = column.data.constructor as new (length: number) => T
    const bigger = new Type(Math.max(needed, column.data.length * 2, 1024))
    bigger.set(column.data.subarray(0, column.n))
    column.data = bigger
  }
  column.data.set(by, column.n)
  column.n = needed
}

/** All columns are indexed by movement, or through `debitStarts` / `creditStarts` by leg; ids are the ledger's. */
export interface Gathered {
  n: number
  readonly seen: Set<number>
  readonly tx: Grow<Uint32Array>
  readonly kind: Grow<Uint8Array>
  readonly time: Grow<Float64Array>
  readonly order1: Grow<Float64Array>
  readonly order2: Grow<Float64Array>
  readonly order3: Grow<Float64Array>
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
  extend(debitStarts, [0])
  extend(creditStarts, [0])
  return {
    n: 0,
    seen: new Set(),
    tx: u32(),
    kind: u8(),
    time: f64(),
    order1: f64(),
    order2: f64(),
    order3: f64(),
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

/** Adds the movements not gathered before; returns the number of the first new one (they run to `gathered.n`). */
export function gather(gathered: Gathered, answer: Movements): number {
  const first = gathered.n
  const fresh: number[] = []
  for (let i = 0; i < answer.n; i++) {
    const id = answer.id[i]!
    if (!gathered.seen.has(id)) {
      gathered.seen.add(id)
      fresh.push(i)
    }
  }
  const pick = (column: ArrayLike<number>): Float64Array => Float64Array.from(fresh, (i) => column[i]!)
  extend(gathered.tx, pick(answer.tx))
  extend(gathered.kind, pick(answer.kind))
  extend(gathered.time, pick(answer.time))
  extend(gathered.order1, pick(answer.order1))
  extend(gathered.order2, pick(answer.order2))
  extend(gathered.order3, pick(answer.order3))
  const debits = legs(fresh, answer.debitStarts, gathered.debitStarts)
  const credits = legs(fresh, answer.creditStarts, gathered.creditStarts)
  const at = (places: Uint32Array, column: ArrayLike<number>): Float64Array =>
    Float64Array.from(places, (leg) => column[leg]!)
  const amounts = (places: Uint32Array, column: Movements['debitAmount']): Float64Array =>
    Float64Array.from(places, (leg) => {
      const value = column.narrow[leg]!
      return value >= 0 ? value : -gathered.wide.push(column.wide[-value - 1]!)
    })
  extend(gathered.debitHolder, at(debits, answer.debitHolder))
  extend(gathered.debitAsset, at(debits, answer.debitAsset))
  extend(gathered.debitLotTx, at(debits, answer.debitLotTx))
  extend(gathered.debitLotN, at(debits, answer.debitLotN))
  extend(gathered.debitAmount, amounts(debits, answer.debitAmount))
  extend(gathered.creditHolder, at(credits, answer.creditHolder))
  extend(gathered.creditAsset, at(credits, answer.creditAsset))
  extend(gathered.creditN, at(credits, answer.creditN))
  extend(gathered.creditAmount, amounts(credits, answer.creditAmount))
  gathered.n += fresh.length
  return first
}

/** Legs of the chosen movements; appends their ends to `ends`. */
function legs(movements: readonly number[], starts: Uint32Array, ends: Grow<Uint32Array>): Uint32Array {
  let total = 0
  for (const i of movements) total += starts[i + 1]! - starts[i]!
  const places = new Uint32Array(total)
  const newEnds = new Uint32Array(movements.length)
  let end = ends.data[ends.n - 1]!
  let k = 0
  for (let j = 0; j < movements.length; j++) {
    const i = movements[j]!
    for (let leg = starts[i]!; leg < starts[i + 1]!; leg++) places[k++] = leg
    end += starts[i + 1]! - starts[i]!
    newEnds[j] = end
  }
  extend(ends, newEnds)
  return places
}

/** Exact amount at a place of `debitAmount` or `creditAmount`. */
export function amountAt(gathered: Gathered, value: number): bigint {
  return value >= 0 ? BigInt(value) : gathered.wide[-value - 1]!
}

/** -1, 0 or 1 as movement a comes before, with or after b. Only for movements of one chain. */
export function compareOrder(gathered: Gathered, a: number, b: number): number {
  const { order1, order2, order3 } = gathered
  return (
    Math.sign(order1.data[a]! - order1.data[b]!) ||
    Math.sign(order2.data[a]! - order2.data[b]!) ||
    Math.sign(order3.data[a]! - order3.data[b]!) ||
    Math.sign(a - b)
  )
}

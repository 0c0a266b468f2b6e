import type { Amounts, Movements } from './ledger.ts'

/** Movements in any order, to be put in chain order. A leg belongs to the movement added last. */
export interface MovementBuffer {
  /**
   * @param chainRank movements of different chains are not comparable: all of a lower rank come first
   */
  add(
    id: number,
    tx: number,
    kind: number,
    time: number,
    chainRank: number,
    order1: number,
    order2: number,
    order3: number,
  ): void
  debit(holder: number, asset: number, lotTx: number, lotN: number, amount: number | string | bigint): void
  credit(holder: number, asset: number, n: number, amount: number | string | bigint): void
  finish(): Movements
}

interface Column<A extends Uint32Array | Float64Array> {
  data: A
  n: number
}

function push<A extends Uint32Array | Float64Array>(column: Column<A>, value: number): void {
  if (column.n === column.data.length) {
    const Type = column.data.constructor as new (length: number) => A
    const larger = new Type(column.n * 2)
    larger.set(column.data)
    column.data = larger
  }
  column.data[column.n++] = value
}

const u32 = (): Column<Uint32Array> => ({ data: new Uint32Array(64), n: 0 })
const f64 = (): Column<Float64Array> => ({ data: new Float64Array(64), n: 0 })

/** Pushes an amount as {@link Amounts} has it. */
function pushAmount(narrow: Column<Float64Array>, wide: bigint[], amount: number | string | bigint): void {
  const exact = typeof amount === 'number' ? amount : BigInt(amount)
  push(narrow, exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : -wide.push(BigInt(exact)))
}

/** Memory: 100 bytes a transfer while it grows, and again when it is finished. */
export function createMovementBuffer(): MovementBuffer {
  const id = u32()
  const tx = u32()
  const kind = u32()
  const time = f64()
  const chainRank = u32()
  const order1 = f64()
  const order2 = f64()
  const order3 = f64()
  const debitStarts = u32()
  const debitHolder = u32()
  const debitAsset = u32()
  const debitLotTx = u32()
  const debitLotN = u32()
  const debitAmount = f64()
  const debitWide: bigint[] = []
  const creditStarts = u32()
  const creditHolder = u32()
  const creditAsset = u32()
  const creditN = u32()
  const creditAmount = f64()
  const creditWide: bigint[] = []

  /** u32[n] numbers of the movements in chain order. */
  function inOrder(): Uint32Array {
    const n = id.n
    const [ranks, first, second, third, ids] = [
      chainRank.data,
      order1.data,
      order2.data,
      order3.data,
      id.data,
    ]
    const compare = (a: number, b: number): number =>
      ranks[a]! - ranks[b]! ||
      first[a]! - first[b]! ||
      second[a]! - second[b]! ||
      third[a]! - third[b]! ||
      ids[a]! - ids[b]!
    const order = Uint32Array.from({ length: n }, (_, i) => i)
    for (let i = 1; i < n; i++) if (compare(i - 1, i) > 0) return order.sort(compare)
    return order
  }

  return {
    add(newId, newTx, newKind, newTime, rank, newOrder1, newOrder2, newOrder3): void {
      push(debitStarts, debitHolder.n)
      push(creditStarts, creditHolder.n)
      push(id, newId)
      push(tx, newTx)
      push(kind, newKind)
      push(time, newTime)
      push(chainRank, rank)
      push(order1, newOrder1)
      push(order2, newOrder2)
      push(order3, newOrder3)
    },
    debit(holder, asset, lotTx, lotN, amount): void {
      push(debitHolder, holder)
      push(debitAsset, asset)
      push(debitLotTx, lotTx)
      push(debitLotN, lotN)
      pushAmount(debitAmount, debitWide, amount)
    },
    credit(holder, asset, n, amount): void {
      push(creditHolder, holder)
      push(creditAsset, asset)
      push(creditN, n)
      pushAmount(creditAmount, creditWide, amount)
    },
    finish(): Movements {
      const order = inOrder()
      push(debitStarts, debitHolder.n)
      push(creditStarts, creditHolder.n)
      const debits = legOrder(order, debitStarts.data, debitHolder.n)
      const credits = legOrder(order, creditStarts.data, creditHolder.n)
      const amounts = (places: Uint32Array, narrow: Column<Float64Array>, wide: bigint[]): Amounts => ({
        narrow: pickF64(places, narrow),
        wide,
      })
      return {
        n: order.length,
        id: pickU32(order, id),
        tx: pickU32(order, tx),
        kind: Uint8Array.from(pickU32(order, kind)),
        time: pickF64(order, time),
        order1: pickF64(order, order1),
        order2: pickF64(order, order2),
        order3: pickF64(order, order3),
        debitStarts: debits.starts,
        debitHolder: pickU32(debits.places, debitHolder),
        debitAsset: pickU32(debits.places, debitAsset),
        debitLotTx: pickU32(debits.places, debitLotTx),
        debitLotN: pickU32(debits.places, debitLotN),
        debitAmount: amounts(debits.places, debitAmount, debitWide),
        creditStarts: credits.starts,
        creditHolder: pickU32(credits.places, creditHolder),
        creditAsset: pickU32(credits.places, creditAsset),
        creditN: pickU32(credits.places, creditN),
        creditAmount: amounts(credits.places, creditAmount, creditWide),
      }
    },
  }
}

/** CSR starts in the new order, and where each leg was before. */
function legOrder(
  order: Uint32Array,
  oldStarts: Uint32Array,
  legs: number,
): { starts: Uint32Array; places: Uint32Array } {
  const starts = new Uint32Array(order.length + 1)
  const places = new Uint32Array(legs)
  let taken = 0
  for (let i = 0; i < order.length; i++) {
    const movement = order[i]!
    starts[i] = taken
    for (let leg = oldStarts[movement]!; leg < oldStarts[movement + 1]!; leg++) places[taken++] = leg
  }
  starts[order.length] = taken
  return { starts, places }
}

function pickU32(places: Uint32Array, column: Column<Uint32Array>): Uint32Array {
  const picked = new Uint32Array(places.length)
  const { data } = column
  for (let i = 0; i < places.length; i++) picked[i] = data[places[i]!]!
  return picked
}

function pickF64(places: Uint32Array, column: Column<Float64Array>): Float64Array {
  const picked = new Float64Array(places.length)
  const { data } = column
  for (let i = 0; i < places.length; i++) picked[i] = data[places[i]!]!
  return picked
}

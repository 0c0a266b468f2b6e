/**
 * The slow twin of haircut: a table of labels by outputs, filled cell by cell as docs/methods/haircut.md defines it.
 * @module
 */
import { CLEAN, FIRST_THEFT, UNKNOWN } from '../tape.ts'
import type { SlowRule } from './slow.ref.ts'

type Vector = Map<number, { amount: bigint; credit: number }>

/** {@link haircut}, slowly. */
export const slowHaircut: SlowRule<Vector> = {
  lot: (label, amount, credit) => new Map(amount === 0n ? [] : [[label, { amount, credit }]]),
  size,
  join,
  spend: (pool, amount) => {
    const all = size(pool)
    const [taken, left] = split(pool, amount < all ? [amount, all - amount] : [all, 0n])
    return { taken: taken!, left: left! }
  },
  deal: split,
  order: (amounts) => amounts.map((_, place) => place),
  claim: (lot, amount, label) => {
    const all = size(lot)
    const [claimed, others] = split(lot, amount < all ? [amount, all - amount] : [all, 0n])
    let changed: Vector = new Map()
    for (const [had, cell] of claimed!)
      changed = join(changed, new Map([[had < FIRST_THEFT ? label : had, cell]]))
    return { lot: join(others!, changed), before: count(claimed!) }
  },
  count,
  seal: (lot, gone, credit) => {
    let sealed: Vector = new Map()
    for (const [label, { amount }] of lot)
      sealed = join(sealed, new Map([[gone.has(label) ? CLEAN : label, { amount, credit }]]))
    return sealed
  },
  pieces: (pool) =>
    [...pool]
      .filter(([label]) => label >= FIRST_THEFT)
      .sort(([a], [b]) => a - b)
      .map(([label, cell]) => ({ label, ...cell })),
}

function size(vector: Vector): bigint {
  let total = 0n
  for (const { amount } of vector.values()) total += amount
  return total
}

function count(vector: Vector): Map<number, bigint> {
  return new Map([...vector].map(([label, { amount }]) => [label, amount]))
}

function join(first: Vector, second: Vector): Vector {
  const both = new Map(first)
  for (const [label, { amount, credit }] of second)
    both.set(label, { amount: amount + (both.get(label)?.amount ?? 0n), credit })
  return both
}

/** t_j = floor(T * S_j / Σ) - floor(T * S_(j-1) / Σ), label by label over what the labels before it left of each output. */
function split(vector: Vector, outputs: bigint[]): Vector[] {
  const lots: Vector[] = outputs.map(() => new Map())
  const room = [...outputs]
  const labels = [...vector.keys()].filter((label) => label >= FIRST_THEFT).sort((a, b) => a - b)
  for (const label of [...labels, UNKNOWN, CLEAN]) {
    const cell = vector.get(label)
    const all = room.reduce((sum, amount) => sum + amount, 0n)
    if (cell === undefined || all === 0n) continue
    let prefix = 0n
    let given = 0n
    for (let j = 0; j < room.length; j++) {
      prefix += room[j]!
      const upTo = (cell.amount * prefix) / all
      const amount = upTo - given
      given = upTo
      room[j] = room[j]! - amount
      if (amount > 0n) lots[j]!.set(label, { amount, credit: cell.credit })
    }
  }
  return lots
}

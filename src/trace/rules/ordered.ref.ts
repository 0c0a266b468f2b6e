/**
 * The slow twins of the rules that keep money in order: a list with one element for every single unit, oldest first.
 * @module
 */
import { FIRST_THEFT } from '../tape.ts'
import type { SlowRule } from './slow.ref.ts'

/** One base unit. */
export interface Unit {
  readonly label: number
  readonly credit: number
}

const isStolen = (unit: Unit): boolean => unit.label >= FIRST_THEFT
const isOther = (unit: Unit): boolean => !isStolen(unit)

/**
 * @param queue - a pool's or strip's units in the order they go
 * @param order - the order in which credits are filled
 * @param newestFirst - whether a lot comes out of the queue with its newest unit first
 */
function ordered(
  queue: (units: Unit[]) => Unit[],
  order: (amounts: bigint[]) => number[],
  newestFirst: boolean,
): SlowRule<Unit[]> {
  const asItLay = (units: Unit[]): Unit[] => (newestFirst ? units.toReversed() : units)
  return {
    lot: (label, amount, credit) => Array.from({ length: Number(amount) }, () => ({ label, credit })),
    size: (units) => BigInt(units.length),
    join: (first, second) => [...first, ...second],
    spend: (pool, amount) => {
      const goes = queue(pool)
      const taken = goes.slice(0, Number(amount))
      const gone = new Set(taken)
      return { taken: asItLay(taken), left: pool.filter((unit) => !gone.has(unit)) }
    },
    deal: (strip, amounts) => {
      const goes = queue(strip)
      const lots: Unit[][] = amounts.map(() => [])
      for (const place of [...order(amounts.slice(0, -1)), amounts.length - 1])
        lots[place] = asItLay(goes.splice(0, Number(amounts[place])))
      return lots
    },
    order,
    claim: (lot, amount, label) => {
      const first = lot.slice(0, Number(amount))
      const taken = first.map((unit) => (isStolen(unit) ? unit : { label, credit: unit.credit }))
      return { lot: [...taken, ...lot.slice(first.length)], before: count(first) }
    },
    count,
    seal: (lot, gone, credit) => lot.map(({ label }) => ({ label: gone.has(label) ? 0 : label, credit })),
    pieces: (pool) => queue(pool).map(({ label, credit }) => ({ label, credit, amount: 1n })),
  }
}

function count(units: Unit[]): Map<number, bigint> {
  const counts = new Map<number, bigint>()
  for (const { label } of units) counts.set(label, (counts.get(label) ?? 0n) + 1n)
  return counts
}

const inTurn = (amounts: bigint[]): number[] => amounts.map((_, place) => place)
const highestFirst = (amounts: bigint[]): number[] =>
  inTurn(amounts).sort((a, b) => Number(amounts[b]! - amounts[a]!) || a - b)

/** {@link fifo}, slowly. */
export const slowFifo: SlowRule<Unit[]> = ordered((units) => [...units], inTurn, false)
/** {@link lifo}, slowly. */
export const slowLifo: SlowRule<Unit[]> = ordered((units) => units.toReversed(), inTurn, true)
/** {@link tiho}, slowly. */
export const slowTiho: SlowRule<Unit[]> = ordered(
  (units) => [...units.filter(isStolen), ...units.filter(isOther)],
  highestFirst,
  false,
)
/** {@link libr}, slowly. */
export const slowLibr: SlowRule<Unit[]> = ordered(
  (units) => [...units.filter(isOther), ...units.filter(isStolen)],
  inTurn,
  false,
)

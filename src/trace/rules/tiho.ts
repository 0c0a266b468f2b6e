/**
 * Taint in, highest out: stolen money is spent first, and to the largest output.
 * Source: Tironsakkul et al., "Probing the Mystery of Cryptocurrency Theft" (2019). Equal outputs: the lower number first,
 * our decision. See docs/methods/tiho.md.
 * @module
 */
import type { Column, Spool, Tape } from '../tape.ts'
import { CLAIM, DRAWN, FIRST_POOL, LOT, STRIP, STRIP_OTHERS } from './books.ts'
import type { UnitColumn } from './column.ts'
import { run } from './frame.ts'
import { cut, join, part, push } from './pieces.ts'

/** A pool is two queues: stolen money, served first, and other money. */
export function tiho<C extends Column>(tape: Tape<C>): Spool<C> {
  return run(tape, 2, ({ pieces, tape: { creditAmount } }) => ({
    draw: (pool, amount) => {
      const line = FIRST_POOL + 2 * pool
      const tainted = cut(pieces, line, DRAWN, amount)
      return tainted + cut(pieces, line + 1, DRAWN, amount - tainted)
    },
    add: (piece) => push(pieces, DRAWN, piece),
    gather: () => part(pieces, DRAWN, STRIP, STRIP_OTHERS),
    order: (from, to) => (to - from > 1 ? highestFirst(creditAmount, from, to) : null),
    fill: (amount) => {
      const tainted = cut(pieces, STRIP, LOT, amount)
      cut(pieces, STRIP_OTHERS, LOT, amount - tainted)
    },
    claim: (amount) => cut(pieces, LOT, CLAIM, amount),
    unclaim: () => join(pieces, CLAIM, LOT, LOT),
    store: (pool) => part(pieces, LOT, FIRST_POOL + 2 * pool, FIRST_POOL + 2 * pool + 1),
  }))
}

function highestFirst(amounts: UnitColumn, from: number, to: number): Uint32Array {
  const order = new Uint32Array(to - from)
  for (let i = 0; i < order.length; i++) order[i] = from + i
  return order.sort((a, b) => (amounts[a]! > amounts[b]! ? -1 : amounts[a]! < amounts[b]! ? 1 : a - b))
}

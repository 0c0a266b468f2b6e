/**
 * Last in, first out: what came last is spent first.
 * Source: Tironsakkul et al., "Probing the Mystery of Cryptocurrency Theft" (2019), which takes the accountants' rule to
 * bitcoin. See docs/methods/lifo.md.
 * @module
 */
import type { Column, Spool, Tape } from '../tape.ts'
import { CLAIM, DRAWN, FIRST_POOL, LOT, STRIP, STRIP_OTHERS } from './books.ts'
import { inTurn, run } from './frame.ts'
import { cut, join, unshift } from './pieces.ts'

/**
 * Money lies in the order it came, oldest first, and is always cut from the back; a cut never changes the order within it.
 * The lines here run the other way, newest first, so that the back is where a line can be cut.
 */
export function lifo<C extends Column>(tape: Tape<C>): Spool<C> {
  return run(tape, 1, ({ pieces }) => ({
    draw: (pool, amount) => cut(pieces, FIRST_POOL + pool, DRAWN, amount),
    add: (piece) => unshift(pieces, DRAWN, piece),
    gather: () => join(pieces, DRAWN, STRIP, STRIP),
    order: inTurn,
    fill: (amount) => cut(pieces, STRIP, LOT, amount),
    // A seed claims the oldest units of the lot: the last of this line. The newer ones wait in STRIP_OTHERS.
    claim: (amount, whole) => {
      if (whole > amount) cut(pieces, LOT, STRIP_OTHERS, whole - amount)
      cut(pieces, LOT, CLAIM, amount)
    },
    unclaim: () => join(pieces, STRIP_OTHERS, CLAIM, LOT),
    store: (pool) => join(pieces, LOT, FIRST_POOL + pool, FIRST_POOL + pool),
  }))
}

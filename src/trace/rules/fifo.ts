/**
 * First in, first out: what came first is spent first.
 * Source: Devaynes v Noble (Clayton's Case) (1816) 35 ER 781; for bitcoin, Anderson, Shumailov, Ahmed, "Making Bitcoin
 * Legal", Security Protocols XXVI (2018). See docs/methods/fifo.md.
 * @module
 */
import type { Column, Spool, Tape } from '../tape.ts'
import { CLAIM, DRAWN, FIRST_POOL, LOT, STRIP } from './books.ts'
import { inTurn, run } from './frame.ts'
import { cut, join, push } from './pieces.ts'

/** A pool is a queue, and so is the strip: both are served from the front and grow at the back. */
export function fifo<C extends Column>(tape: Tape<C>): Spool<C> {
  return run(tape, 1, ({ pieces }) => ({
    draw: (pool, amount) => cut(pieces, FIRST_POOL + pool, DRAWN, amount),
    add: (piece) => push(pieces, DRAWN, piece),
    gather: () => join(pieces, STRIP, DRAWN, STRIP),
    order: inTurn,
    fill: (amount) => cut(pieces, STRIP, LOT, amount),
    claim: (amount) => cut(pieces, LOT, CLAIM, amount),
    unclaim: () => join(pieces, CLAIM, LOT, LOT),
    store: (pool) => join(pieces, FIRST_POOL + pool, LOT, FIRST_POOL + pool),
  }))
}

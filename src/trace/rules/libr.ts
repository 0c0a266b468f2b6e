/**
 * Lowest intermediate balance: a holder is taken to spend other money first, and stolen money last; money that comes later
 * does not restore what was spent.
 * Source: Re Hallett's Estate (1880) 13 Ch D 696; James Roscoe (Bolton) Ltd v Winder [1915] 1 Ch 62.
 * See docs/methods/libr.md.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import type { Column, Spool, Tape } from '../tape.ts'
import { CLAIM, DRAWN, FIRST_POOL, LOT, STRIP, STRIP_OTHERS } from './books.ts'
import { inTurn, run } from './frame.ts'
import { cut, join, part, push } from './pieces.ts'

/**
 * A pool is two queues: other money, served first, and stolen money.
 *
 * @throws {@link LibrOnUtxoError} on a UTXO tape
 */
export function libr<C extends Column>(tape: Tape<C>): Spool<C> {
  if (tape.model === 'utxo') throw new LibrOnUtxoError()
  return run(tape, 2, ({ pieces }) => ({
    draw: (pool, amount) => {
      const line = FIRST_POOL + 2 * pool
      const others = cut(pieces, line + 1, DRAWN, amount)
      return others + cut(pieces, line, DRAWN, amount - others)
    },
    add: (piece) => push(pieces, DRAWN, piece),
    gather: () => part(pieces, DRAWN, STRIP, STRIP_OTHERS),
    order: inTurn,
    fill: (amount) => {
      const others = cut(pieces, STRIP_OTHERS, LOT, amount)
      cut(pieces, STRIP, LOT, amount - others)
    },
    claim: (amount) => cut(pieces, LOT, CLAIM, amount),
    unclaim: () => join(pieces, CLAIM, LOT, LOT),
    store: (pool) => part(pieces, LOT, FIRST_POOL + 2 * pool, FIRST_POOL + 2 * pool + 1),
  }))
}

/** The rule asks for balances, and outputs have none. */
export class LibrOnUtxoError extends LootlineError<{ code: 'TRACE_LIBR_UTXO' }> {
  override readonly name = 'LibrOnUtxoError'

  constructor() {
    super(
      { code: 'TRACE_LIBR_UTXO' },
      'libr is a rule about the balance of an account; on a UTXO chain each output is spent whole, so there is no balance to follow.',
      'Choose fifo, lifo, haircut or tiho for this chain.',
    )
  }
}

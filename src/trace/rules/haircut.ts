/**
 * Haircut (pro rata): every unit spent is the same mixture as the pool it comes from.
 * Source: Möser, Böhme, Breuker, "Towards Risk Scoring of Bitcoin Transactions", FC Workshops 2014. The exact rounding is
 * ours. See docs/methods/haircut.md.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { mulDivFloor, mulDivFloorSafe } from '../../units/ratio.ts'
import type { Column, Spool, Tape } from '../tape.ts'
import { CLAIM, DRAWN, FIRST_POOL, LOT, STRIP } from './books.ts'
import { columnOf, type Units } from './column.ts'
import { inTurn, run } from './frame.ts'
import { drop, join, type Pieces, push, takePiece } from './pieces.ts'
import { melt } from './vector.ts'

type MulDiv = (a: Units, b: Units, c: Units) => Units

/** A pool is a vector of amounts by label, and so is the strip. */
export function haircut<C extends Column>(tape: Tape<C>): Spool<C> {
  return run(tape, 1, ({ pieces, zero, tape: { thefts } }) => {
    const mulDiv = (typeof zero === 'bigint' ? mulDivFloor : mulDivFloorSafe) as MulDiv
    // State of the sharing out of one strip, per label in it: what labels before it leave of all the money, how much of
    // that is given out, and how much of the label.
    const room = columnOf(zero, thefts + 2)
    const filled = columnOf(zero, thefts + 2)
    const given = columnOf(zero, thefts + 2)
    let left = zero

    function fill(amount: Units): void {
      if (amount === zero) return
      const first = pieces.head[STRIP]!
      if (left === zero) {
        left = sum(pieces, STRIP)
        if (amount === left) {
          left = zero
          join(pieces, LOT, STRIP, LOT)
          return
        }
        let rest = left
        let level = 0
        for (let at = first; at !== NONE; at = pieces.next[at]!) {
          room[level] = rest
          filled[level] = zero
          given[level] = zero
          rest -= pieces.amount[at]!
          level++
        }
      }
      left -= amount
      let unfilled = amount
      let level = 0
      for (let at = first; unfilled > zero; at = pieces.next[at]!) {
        const total = pieces.amount[at]!
        const upTo = filled[level]! + unfilled
        const due = total === room[level] ? upTo : mulDiv(total, upTo, room[level]!)
        const part = due - given[level]!
        filled[level] = upTo
        given[level] = due
        if (part > zero) push(pieces, LOT, takePiece(pieces, part, pieces.label[at]!, NONE))
        unfilled -= part
        level++
      }
      if (left === zero) drop(pieces, STRIP)
    }

    return {
      draw: (pool, amount) => share(pieces, FIRST_POOL + pool, DRAWN, amount, mulDiv),
      add: (piece) => push(pieces, DRAWN, piece),
      gather: () => melt(pieces, DRAWN, STRIP),
      order: inTurn,
      fill,
      claim: (amount) => share(pieces, LOT, CLAIM, amount, mulDiv),
      unclaim: () => melt(pieces, CLAIM, LOT),
      store: (pool) => melt(pieces, LOT, FIRST_POOL + pool),
    }
  })
}

function sum({ head, next, amount, zero }: Pieces, line: number): Units {
  let total = zero
  for (let at = head[line]!; at !== NONE; at = next[at]!) total += amount[at]!
  return total
}

/**
 * Takes `amount` units, or all there are, of a vector into an empty line, each label in proportion: of the first label's
 * T out of Σ units floor(T * amount / Σ), and so on with what the label leaves of both. Returns how many it was.
 */
function share(pieces: Pieces, from: number, to: number, amount: Units, mulDiv: MulDiv): Units {
  const { zero, head, tail } = pieces
  let total = sum(pieces, from)
  if (total <= amount) {
    join(pieces, to, from, to)
    return total
  }
  let wanted = amount
  let before = NONE
  let at = head[from]!
  while (wanted > zero) {
    const here = pieces.amount[at]!
    const part = here === total ? wanted : mulDiv(here, wanted, total)
    total -= here
    wanted -= part
    const following = pieces.next[at]!
    if (part === here) {
      if (before === NONE) head[from] = following
      else pieces.next[before] = following
      if (following === NONE) tail[from] = before
      push(pieces, to, at)
    } else {
      if (part > zero) {
        pieces.amount[at] = here - part
        push(pieces, to, takePiece(pieces, part, pieces.label[at]!, pieces.leg[at]!))
      }
      before = at
    }
    at = following
  }
  return amount
}

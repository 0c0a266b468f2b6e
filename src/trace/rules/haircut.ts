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
import {
  amountOf,
  drop,
  firstOf,
  join,
  labelOf,
  legOf,
  nextOf,
  type Pieces,
  push,
  setAmount,
  setEnds,
  takePiece,
} from './pieces.ts'
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
      const first = firstOf(pieces, STRIP)
      if (left === zero) {
        left = sum(pieces, STRIP)
        if (amount === left) {
          left = zero
          join(pieces, LOT, STRIP, LOT)
          return
        }
        let rest = left
        let level = 0
        for (let at = first; at !== NONE; at = nextOf(pieces, at)) {
          room[level] = rest
          filled[level] = zero
          given[level] = zero
          rest -= amountOf(pieces, at)
          level++
        }
      }
      left -= amount
      let unfilled = amount
      let level = 0
      for (let at = first; unfilled > zero; at = nextOf(pieces, at)) {
        const total = amountOf(pieces, at)
        const upTo = filled[level]! + unfilled
        const due = total === room[level] ? upTo : mulDiv(total, upTo, room[level]!)
        const part = due - given[level]!
        filled[level] = upTo
        given[level] = due
        if (part > zero) push(pieces, LOT, takePiece(pieces, part, labelOf(pieces, at), NONE))
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

function sum(pieces: Pieces, line: number): Units {
  let total = pieces.zero
  for (let at = firstOf(pieces, line); at !== NONE; at = nextOf(pieces, at)) total += amountOf(pieces, at)
  return total
}

/**
 * Takes `amount` units, or all there are, of a vector into an empty line, each label in proportion: of the first label's
 * T out of Σ units floor(T * amount / Σ), and so on with what the label leaves of both. Returns how many it was.
 */
function share(pieces: Pieces, from: number, to: number, amount: Units, mulDiv: MulDiv): Units {
  const { zero } = pieces
  let total = sum(pieces, from)
  if (total <= amount) {
    join(pieces, to, from, to)
    return total
  }
  // The vector is taken apart, and what stays of each label put back.
  let wanted = amount
  let at = firstOf(pieces, from)
  setEnds(pieces, from, NONE, NONE)
  while (at !== NONE) {
    const following = nextOf(pieces, at)
    const here = amountOf(pieces, at)
    const part = here === total ? wanted : mulDiv(here, wanted, total)
    total -= here
    wanted -= part
    if (part === here) push(pieces, to, at)
    else {
      if (part > zero) push(pieces, to, takePiece(pieces, part, labelOf(pieces, at), legOf(pieces, at)))
      setAmount(pieces, at, here - part)
      push(pieces, from, at)
    }
    at = following
  }
  return amount
}

/**
 * Lines used as vectors: one piece a label, thefts first in ascending order, then unknown, then clean.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { FIRST_THEFT } from '../tape.ts'
import {
  amountOf,
  firstOf,
  freePiece,
  labelOf,
  legOf,
  nextOf,
  type Pieces,
  push,
  setAmount,
  setEnds,
  setLeg,
  setNext,
  unshift,
} from './pieces.ts'

/** Above every u16 label: where unknown and clean stand. */
const AFTER_THEFTS = 0x20000

function rankOf(pieces: Pieces, piece: number): number {
  const label = labelOf(pieces, piece)
  return label < FIRST_THEFT ? AFTER_THEFTS - label : label
}

/**
 * Adds every piece of a line, in whatever order, to a vector. A label's piece belongs to the credit that came last.
 * Cost: the pieces of both, where the line is in the vector's order.
 */
export function melt(pieces: Pieces, from: number, vector: number): void {
  let piece = firstOf(pieces, from)
  setEnds(pieces, from, NONE, NONE)
  let before = NONE
  while (piece !== NONE) {
    const following = nextOf(pieces, piece)
    const rank = rankOf(pieces, piece)
    if (before !== NONE && rankOf(pieces, before) >= rank) before = NONE
    let at = before === NONE ? firstOf(pieces, vector) : nextOf(pieces, before)
    while (at !== NONE && rankOf(pieces, at) < rank) {
      before = at
      at = nextOf(pieces, at)
    }
    if (at === NONE) push(pieces, vector, piece)
    else if (rankOf(pieces, at) === rank) {
      setAmount(pieces, at, amountOf(pieces, at) + amountOf(pieces, piece))
      setLeg(pieces, at, legOf(pieces, piece))
      freePiece(pieces, piece)
    } else if (before === NONE) unshift(pieces, vector, piece)
    else {
      setNext(pieces, before, piece)
      setNext(pieces, piece, at)
    }
    piece = following
  }
}

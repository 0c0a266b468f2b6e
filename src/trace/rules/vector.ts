/**
 * Lines used as vectors: one piece a label, thefts first in ascending order, then unknown, then clean.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { FIRST_THEFT } from '../tape.ts'
import { freePiece, type Pieces } from './pieces.ts'

/** Above every u16 label: where unknown and clean stand. */
const AFTER_THEFTS = 0x20000

function rank(label: number): number {
  return label < FIRST_THEFT ? AFTER_THEFTS - label : label
}

/**
 * Adds every piece of a line, in whatever order, to a vector. A label's piece belongs to the credit that came last.
 * Cost: the pieces of both, where the line is in the vector's order.
 */
export function melt(pieces: Pieces, from: number, vector: number): void {
  const { head, tail, next, label, amount, leg } = pieces
  let piece = head[from]!
  head[from] = NONE
  tail[from] = NONE
  let before = NONE
  while (piece !== NONE) {
    const following = next[piece]!
    const here = rank(label[piece]!)
    if (before !== NONE && rank(label[before]!) >= here) before = NONE
    let at = before === NONE ? head[vector]! : next[before]!
    while (at !== NONE && rank(label[at]!) < here) {
      before = at
      at = next[at]!
    }
    if (at !== NONE && label[at] === label[piece]) {
      amount[at] = amount[at]! + amount[piece]!
      leg[at] = leg[piece]!
      freePiece(pieces, piece)
    } else {
      next[piece] = at
      if (at === NONE) tail[vector] = piece
      if (before === NONE) head[vector] = piece
      else next[before] = piece
    }
    piece = following
  }
}

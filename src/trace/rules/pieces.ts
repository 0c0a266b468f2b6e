/**
 * Lines of labelled money, without an object per piece.
 *
 * A piece is an amount with one label, and the credit that brought it where it is. Pieces form lines; a pool's lots are a
 * line, and so is what an operation has in hand. Units never change places within a line except by these functions, and
 * none of them makes or loses a unit.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { FIRST_THEFT } from '../tape.ts'
import { columnOf, resizeColumn, resizeU16, resizeU32, type UnitColumn, type Units } from './column.ts'

/** All pieces and lines of one run. */
export interface Pieces {
  readonly zero: Units
  /** Per piece: units, always over zero. */
  amount: UnitColumn
  /** u16 per piece. */
  label: Uint16Array<ArrayBuffer>
  /** u32 per piece: the credit that brought it here. */
  leg: Uint32Array<ArrayBuffer>
  /** u32 per piece: the piece behind it; NONE for a line's last. Of a freed piece: the next free one. */
  next: Uint32Array<ArrayBuffer>
  /** u32 per line: its first and last piece; NONE where empty. */
  readonly head: Uint32Array
  readonly tail: Uint32Array
  /** First freed piece, or NONE. */
  free: number
  /** Pieces ever used. */
  n: number
}

/** Few, so that tests of any length grow them. */
const FIRST_PIECES = 4

/** Empty lines 0 .. lines - 1, for amounts of the kind of `zero`. */
export function newPieces(zero: Units, lines: number): Pieces {
  return {
    zero,
    amount: columnOf(zero, FIRST_PIECES),
    label: new Uint16Array(FIRST_PIECES),
    leg: new Uint32Array(FIRST_PIECES),
    next: new Uint32Array(FIRST_PIECES),
    head: new Uint32Array(lines).fill(NONE),
    tail: new Uint32Array(lines).fill(NONE),
    free: NONE,
    n: 0,
  }
}

/** A piece in no line yet. Columns of `pieces` taken out before this call may be dead after it. */
export function takePiece(pieces: Pieces, amount: Units, label: number, leg: number): number {
  let piece = pieces.free
  if (piece !== NONE) pieces.free = pieces.next[piece]!
  else {
    piece = pieces.n++
    if (piece === pieces.next.length) grow(pieces)
  }
  pieces.amount[piece] = amount
  pieces.label[piece] = label
  pieces.leg[piece] = leg
  pieces.next[piece] = NONE
  return piece
}

function grow(pieces: Pieces): void {
  const room = pieces.n * 2
  pieces.amount = resizeColumn(pieces.amount, room)
  pieces.label = resizeU16(pieces.label, room)
  pieces.leg = resizeU32(pieces.leg, room)
  pieces.next = resizeU32(pieces.next, room)
}

/** Gives a piece back that is in no line any more. */
export function freePiece(pieces: Pieces, piece: number): void {
  pieces.next[piece] = pieces.free
  pieces.free = piece
}

/** Puts a piece at the end of a line. */
export function push(pieces: Pieces, line: number, piece: number): void {
  const { head, tail, next } = pieces
  const last = tail[line]!
  if (last === NONE) head[line] = piece
  else next[last] = piece
  next[piece] = NONE
  tail[line] = piece
}

/** Puts a piece at the front of a line. */
export function unshift(pieces: Pieces, line: number, piece: number): void {
  const { head, tail, next } = pieces
  const first = head[line]!
  if (first === NONE) tail[line] = piece
  next[piece] = first
  head[line] = piece
}

/**
 * Takes `amount` units, or all there are, off the front of `from` and puts them behind `to`, splitting the last piece.
 * Returns how many it was. Cost: the pieces moved.
 */
export function cut(pieces: Pieces, from: number, to: number, amount: Units): Units {
  const { zero, amount: amounts, next, head, tail } = pieces
  const first = head[from]!
  if (first === NONE || amount === zero) return zero
  let moved = zero
  let last = NONE
  let at = first
  while (at !== NONE) {
    const sum = moved + amounts[at]!
    if (sum > amount) break
    moved = sum
    last = at
    at = next[at]!
  }
  if (last !== NONE) {
    const behind = tail[to]!
    if (behind === NONE) head[to] = first
    else next[behind] = first
    next[last] = NONE
    tail[to] = last
    head[from] = at
    if (at === NONE) tail[from] = NONE
  }
  if (at !== NONE && moved < amount) {
    amounts[at] = amounts[at]! - (amount - moved)
    push(pieces, to, takePiece(pieces, amount - moved, pieces.label[at]!, pieces.leg[at]!))
    moved = amount
  }
  return moved
}

/**
 * Puts the whole of `second` behind the whole of `first`; the result is `into`, which is one of the two or was empty. Money from no theft grows together at the seam, since nobody asks which credit brought it.
 * Cost: constant.
 */
export function join(pieces: Pieces, first: number, second: number, into: number): void {
  const { amount, label, next, head, tail } = pieces
  let start = head[first]!
  let end = tail[second]!
  const seam = tail[first]!
  const behind = head[second]!
  if (start === NONE) start = behind
  else if (behind === NONE) end = seam
  else if (label[seam]! < FIRST_THEFT && label[seam] === label[behind]) {
    amount[seam] = amount[seam]! + amount[behind]!
    next[seam] = next[behind]!
    if (end === behind) end = seam
    freePiece(pieces, behind)
  } else next[seam] = behind
  head[first] = NONE
  tail[first] = NONE
  head[second] = NONE
  tail[second] = NONE
  head[into] = start
  tail[into] = end
}

/** Deals a line out: its pieces of thefts behind `tainted`, the others behind `others`, each in the order they had. */
export function part(pieces: Pieces, from: number, tainted: number, others: number): void {
  const { label, next, head, tail } = pieces
  let at = head[from]!
  head[from] = NONE
  tail[from] = NONE
  while (at !== NONE) {
    const following = next[at]!
    push(pieces, label[at]! < FIRST_THEFT ? others : tainted, at)
    at = following
  }
}

/** Empties a line and frees its pieces. */
export function drop(pieces: Pieces, line: number): void {
  const { next, head, tail } = pieces
  const first = head[line]!
  if (first === NONE) return
  next[tail[line]!] = pieces.free
  pieces.free = first
  head[line] = NONE
  tail[line] = NONE
}

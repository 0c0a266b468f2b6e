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

/**
 * All pieces and lines of one run. With a million lots nearly every pool and piece touched is a cache miss; laying the
 * fields of a piece side by side did not help (tried 2026-11: the same 0.7 µs an operation on 660,000 accounts), since one
 * miss leads to the next either way.
 */
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
  /** u32 per line: its first and its last piece; NONE where empty. */
  readonly first: Uint32Array
  readonly last: Uint32Array
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
    first: new Uint32Array(lines).fill(NONE),
    last: new Uint32Array(lines).fill(NONE),
    free: NONE,
    n: 0,
  }
}

/** A line's first piece, or NONE. */
export function firstOf(pieces: Pieces, line: number): number {
  return pieces.first[line]!
}

function lastOf(pieces: Pieces, line: number): number {
  return pieces.last[line]!
}

/** Makes a line of what hangs together from `first` to `last`; NONE and NONE empty it. */
export function setEnds(pieces: Pieces, line: number, first: number, last: number): void {
  pieces.first[line] = first
  pieces.last[line] = last
}

/** The piece behind a piece, or NONE. */
export function nextOf(pieces: Pieces, piece: number): number {
  return pieces.next[piece]!
}

/** Hangs `next` behind a piece. */
export function setNext(pieces: Pieces, piece: number, next: number): void {
  pieces.next[piece] = next
}

/** The label of a piece. */
export function labelOf(pieces: Pieces, piece: number): number {
  return pieces.label[piece]!
}

/** Gives a piece another label. */
export function setLabel(pieces: Pieces, piece: number, label: number): void {
  pieces.label[piece] = label
}

/** The credit that brought a piece. */
export function legOf(pieces: Pieces, piece: number): number {
  return pieces.leg[piece]!
}

/** Says which credit brought a piece. */
export function setLeg(pieces: Pieces, piece: number, leg: number): void {
  pieces.leg[piece] = leg
}

/** Units of a piece. */
export function amountOf(pieces: Pieces, piece: number): Units {
  return pieces.amount[piece]!
}

/** Changes the units of a piece. */
export function setAmount(pieces: Pieces, piece: number, amount: Units): void {
  pieces.amount[piece] = amount
}

/** A piece in no line yet. */
export function takePiece(pieces: Pieces, amount: Units, label: number, leg: number): number {
  let piece = pieces.free
  if (piece !== NONE) pieces.free = nextOf(pieces, piece)
  else {
    piece = pieces.n++
    if (piece === pieces.next.length) {
      pieces.amount = resizeColumn(pieces.amount, 2 * piece)
      pieces.label = resizeU16(pieces.label, 2 * piece)
      pieces.leg = resizeU32(pieces.leg, 2 * piece)
      pieces.next = resizeU32(pieces.next, 2 * piece)
    }
  }
  setAmount(pieces, piece, amount)
  setNext(pieces, piece, NONE)
  setLabel(pieces, piece, label)
  setLeg(pieces, piece, leg)
  return piece
}

/** Gives a piece back that is in no line any more. */
export function freePiece(pieces: Pieces, piece: number): void {
  setNext(pieces, piece, pieces.free)
  pieces.free = piece
}

/** Puts a piece at the end of a line. */
export function push(pieces: Pieces, line: number, piece: number): void {
  const last = lastOf(pieces, line)
  setNext(pieces, piece, NONE)
  if (last === NONE) setEnds(pieces, line, piece, piece)
  else {
    setNext(pieces, last, piece)
    pieces.last[line] = piece
  }
}

/** Puts a piece at the front of a line. */
export function unshift(pieces: Pieces, line: number, piece: number): void {
  const first = firstOf(pieces, line)
  setNext(pieces, piece, first)
  setEnds(pieces, line, piece, first === NONE ? piece : lastOf(pieces, line))
}

/**
 * Takes `amount` units, or all there are, off the front of `from` and puts them behind `to`, splitting the last piece.
 * Returns how many it was. Cost: the pieces moved.
 */
export function cut(pieces: Pieces, from: number, to: number, amount: Units): Units {
  const { zero } = pieces
  const first = firstOf(pieces, from)
  if (first === NONE || amount === zero) return zero
  let moved = zero
  let last = NONE
  let at = first
  while (at !== NONE) {
    const sum = moved + amountOf(pieces, at)
    if (sum > amount) break
    moved = sum
    last = at
    at = nextOf(pieces, at)
  }
  if (last !== NONE) {
    const behind = lastOf(pieces, to)
    if (behind !== NONE) setNext(pieces, behind, first)
    setEnds(pieces, to, behind === NONE ? first : firstOf(pieces, to), last)
    setNext(pieces, last, NONE)
    setEnds(pieces, from, at, at === NONE ? NONE : lastOf(pieces, from))
  }
  if (at !== NONE && moved < amount) {
    setAmount(pieces, at, amountOf(pieces, at) - (amount - moved))
    push(pieces, to, takePiece(pieces, amount - moved, labelOf(pieces, at), legOf(pieces, at)))
    moved = amount
  }
  return moved
}

/**
 * Puts the whole of `second` behind the whole of `first`; the result is `into`, which is one of the two or was empty.
 * Money from no theft grows together at the seam, since nobody asks which credit brought it. Cost: constant.
 */
export function join(pieces: Pieces, first: number, second: number, into: number): void {
  let start = firstOf(pieces, first)
  let end = lastOf(pieces, second)
  const seam = lastOf(pieces, first)
  const behind = firstOf(pieces, second)
  if (start === NONE) start = behind
  else if (behind === NONE) end = seam
  else if (labelOf(pieces, seam) < FIRST_THEFT && labelOf(pieces, seam) === labelOf(pieces, behind)) {
    setAmount(pieces, seam, amountOf(pieces, seam) + amountOf(pieces, behind))
    setNext(pieces, seam, nextOf(pieces, behind))
    if (end === behind) end = seam
    freePiece(pieces, behind)
  } else setNext(pieces, seam, behind)
  setEnds(pieces, first, NONE, NONE)
  setEnds(pieces, second, NONE, NONE)
  setEnds(pieces, into, start, end)
}

/** Deals a line out: its pieces of thefts behind `tainted`, the others behind `others`, each in the order they had. */
export function part(pieces: Pieces, from: number, tainted: number, others: number): void {
  let at = firstOf(pieces, from)
  setEnds(pieces, from, NONE, NONE)
  while (at !== NONE) {
    const following = nextOf(pieces, at)
    push(pieces, labelOf(pieces, at) < FIRST_THEFT ? others : tainted, at)
    at = following
  }
}

/** Empties a line and frees its pieces. */
export function drop(pieces: Pieces, line: number): void {
  const first = firstOf(pieces, line)
  if (first === NONE) return
  setNext(pieces, lastOf(pieces, line), pieces.free)
  pieces.free = first
  setEnds(pieces, line, NONE, NONE)
}

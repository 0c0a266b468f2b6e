/**
 * What every rule keeps account of in the same way: thefts that enter, taint that is drawn, arrives, stops and remains.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { CLEAN, type Column, FIRST_THEFT, NO_POOL, type Spool, type Tape, UNKNOWN } from '../tape.ts'
import { columnOf, type UnitColumn, type Units, zeroOf } from './column.ts'
import { append, finish, type GrowingLog, newLog } from './log.ts'
import {
  amountOf,
  drop,
  firstOf,
  freePiece,
  labelOf,
  legOf,
  newPieces,
  nextOf,
  type Pieces,
  setAmount,
  setEnds,
  setLabel,
  setLeg,
  setNext,
  takePiece,
} from './pieces.ts'

/** Line of what one debit drew. */
export const DRAWN = 0
/** Line of what one credit got. */
export const LOT = 1
/** Line of the units of LOT that a seed claims. */
export const CLAIM = 2
/** Line of all that the operation drew and has not yet given out. */
export const STRIP = 3
/** A second line for rules that need one. */
export const STRIP_OTHERS = 4
/** Line of pool 0; the others follow. */
export const FIRST_POOL = 5

/** `Spool.fate` */
const GOES_ON = 0
const STOPPED = 1
const DUST = 2
const FEE = 3
/** `Spool.enteredBy` */
const BY_SEED = 0
const BY_SHORTFALL = 1

/** One run's tape, seen as kernels see it, with its pieces and logs. */
export interface Books {
  readonly tape: Tape<UnitColumn>
  readonly zero: Units
  readonly pieces: Pieces
  readonly draws: GrowingLog
  readonly credits: GrowingLog
  readonly entered: GrowingLog
  readonly rest: GrowingLog
  readonly unknown: GrowingLog
  readonly collisions: GrowingLog
  /** Units that each entry of `tape.missing` may still claim. */
  readonly missingLeft: UnitColumn
  /** Next seed not yet passed. */
  seed: number
  /** Units per theft in the line last tallied, and the labels among them, ascending. Zero elsewhere. */
  readonly sums: UnitColumn
  readonly seen: Uint16Array
  seenN: number
  /** u8 per theft: 1 where the lot in hand lets it go. */
  readonly gone: Uint8Array
}

/** Empty books for a tape, whose rule keeps `linesPerPool` lines a pool. */
export function openBooks<C extends Column>(given: Tape<C>, linesPerPool: number): Books {
  // The one place where columns lose their kind: see Units.
  const tape = given as unknown as Tape<UnitColumn>
  const zero = zeroOf(given.debitAmount)
  const missingLeft = columnOf(zero, tape.missing.pool.length)
  for (let i = 0; i < missingLeft.length; i++) missingLeft[i] = tape.missing.amount[i]!
  return {
    tape,
    zero,
    pieces: newPieces(zero, FIRST_POOL + linesPerPool * tape.pools),
    draws: newLog(zero),
    credits: newLog(zero),
    entered: newLog(zero),
    rest: newLog(zero),
    unknown: newLog(zero),
    collisions: newLog(zero),
    missingLeft,
    seed: 0,
    sums: columnOf(zero, tape.thefts),
    seen: new Uint16Array(tape.thefts),
    seenN: 0,
    gone: new Uint8Array(tape.thefts),
  }
}

/** Sums a line's thefts into `sums` and `seen`. Whoever reads them sets the sums back to zero. */
function tally(books: Books, line: number): void {
  const { sums, seen, zero, pieces } = books
  let n = 0
  for (let at = firstOf(pieces, line); at !== NONE; at = nextOf(pieces, at)) {
    const theft = labelOf(pieces, at) - FIRST_THEFT
    if (theft < 0) continue
    if (sums[theft] === zero) seen[n++] = theft
    sums[theft] = sums[theft]! + amountOf(pieces, at)
  }
  sortFirst(seen, n)
  books.seenN = n
}

/** Sorts the first `n`. By insertion while few: a quarter off the time of four thefts (fifo, haircut; 2026-11). */
function sortFirst(seen: Uint16Array, n: number): void {
  if (n > 16) {
    seen.subarray(0, n).sort()
    return
  }
  for (let i = 1; i < n; i++) {
    const theft = seen[i]!
    let j = i
    for (; j > 0 && seen[j - 1]! > theft; j--) seen[j] = seen[j - 1]!
    seen[j] = theft
  }
}

/** Adds a piece to DRAWN as its newest. */
export type Add = (piece: number) => void

/**
 * Adds to DRAWN the money that `pool` lacks: thefts where `tape.missing` says so, else of unknown origin; on a UTXO chain
 * an output from outside the tape is known money of another origin, and so is issuance: clean.
 */
export function coverShortfall(
  books: Books,
  op: number,
  debit: number,
  pool: number,
  lack: Units,
  add: Add,
): void {
  const { tape, zero, pieces, missingLeft } = books
  const { pool: pools, label, fromOp, toOp } = tape.missing
  let left = lack
  for (let entry = firstEntry(pools, pool); pools[entry] === pool && left > zero; entry++) {
    const claim = missingLeft[entry]!
    if (op < fromOp[entry]! || op >= toOp[entry]! || claim === zero) continue
    const amount = claim < left ? claim : left
    missingLeft[entry] = claim - amount
    left -= amount
    add(takePiece(pieces, amount, label[entry]!, NONE))
    append(books.entered, op, debit, label[entry]!, amount, BY_SHORTFALL, 0)
  }
  if (left === zero) return
  if (tape.model === 'utxo' || pool === NO_POOL) add(takePiece(pieces, left, CLEAN, NONE))
  else addUnknown(books, op, debit, left, add)
}

/** Adds money of unknown origin to DRAWN. */
export function addUnknown(books: Books, op: number, leg: number, amount: Units, add: Add): void {
  add(takePiece(books.pieces, amount, UNKNOWN, NONE))
  append(books.unknown, op, leg, UNKNOWN, amount, 0, 0)
}

function firstEntry(pools: Uint32Array, pool: number): number {
  let low = 0
  let high = pools.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pools[middle]! < pool) low = middle + 1
    else high = middle
  }
  return low
}

/** Writes down what thefts DRAWN holds. */
export function bookDraw(books: Books, op: number, debit: number): void {
  tally(books, DRAWN)
  const { sums, seen, seenN, zero, draws } = books
  for (let i = 0; i < seenN; i++) {
    const theft = seen[i]!
    append(draws, op, debit, FIRST_THEFT + theft, sums[theft]!, 0, 0)
    sums[theft] = zero
  }
}

/**
 * Gives CLAIM to a theft: its units of no theft take the label, those of another theft stay and are written down.
 */
export function bookClaim(books: Books, op: number, credit: number, label: number): void {
  tally(books, CLAIM)
  const { sums, seen, seenN, zero, pieces } = books
  for (let i = 0; i < seenN; i++) {
    const first = FIRST_THEFT + seen[i]!
    if (first !== label) append(books.collisions, op, credit, label, sums[seen[i]!]!, 0, first)
    sums[seen[i]!] = zero
  }
  let entered = zero
  for (let at = firstOf(pieces, CLAIM); at !== NONE; at = nextOf(pieces, at)) {
    if (labelOf(pieces, at) >= FIRST_THEFT) continue
    setLabel(pieces, at, label)
    entered += amountOf(pieces, at)
  }
  bookSeed(books, op, credit, label, entered)
}

/** Writes down that a seed brought `amount` units of a theft. */
export function bookSeed(books: Books, op: number, credit: number, label: number, amount: Units): void {
  if (amount > books.zero) append(books.entered, op, credit, label, amount, BY_SEED, 0)
}

/**
 * Writes down what thefts LOT brings to `pool`, and lets go of those that stop there. Afterwards LOT's pieces belong to
 * the credit `leg`, and neighbours with one label are one piece.
 */
export function bookCredit(books: Books, op: number, leg: number, pool: number): void {
  tally(books, LOT)
  const { sums, seen, seenN, zero, credits, gone } = books
  const { stop, dust } = books.tape
  let letGo = 0
  for (let i = 0; i < seenN; i++) {
    const theft = seen[i]!
    const sum = sums[theft]!
    const fate = pool === NO_POOL ? FEE : stop[pool] === 1 ? STOPPED : sum < dust ? DUST : GOES_ON
    append(credits, op, leg, FIRST_THEFT + theft, sum, fate, 0)
    sums[theft] = zero
    if (fate !== GOES_ON) {
      gone[theft] = 1
      letGo++
    }
  }
  if (pool === NO_POOL) drop(books.pieces, LOT)
  else seal(books, leg, letGo > 0)
  if (letGo > 0) for (let i = 0; i < seenN; i++) gone[seen[i]!] = 0
}

function seal({ pieces, gone }: Books, leg: number, letGo: boolean): void {
  const first = firstOf(pieces, LOT)
  let before = NONE
  let at = first
  while (at !== NONE) {
    const following = nextOf(pieces, at)
    const had = labelOf(pieces, at)
    const label = letGo && had >= FIRST_THEFT && gone[had - FIRST_THEFT] === 1 ? CLEAN : had
    if (before !== NONE && labelOf(pieces, before) === label) {
      setAmount(pieces, before, amountOf(pieces, before) + amountOf(pieces, at))
      setNext(pieces, before, following)
      freePiece(pieces, at)
    } else {
      setLabel(pieces, at, label)
      setLeg(pieces, at, leg)
      before = at
    }
    at = following
  }
  setEnds(pieces, LOT, first, before)
}

/** Writes down the thefts that are still in a line of a pool: one row for neighbours that one credit brought. */
export function bookRest(books: Books, line: number, pool: number): void {
  const { pieces, rest } = books
  for (let at = firstOf(pieces, line); at !== NONE; at = nextOf(pieces, at)) {
    const label = labelOf(pieces, at)
    if (label < FIRST_THEFT) continue
    const leg = legOf(pieces, at)
    const last = rest.n - 1
    if (last >= 0 && rest.extra[last] === pool && rest.leg[last] === leg && rest.label[last] === label)
      rest.amount[last] = rest.amount[last]! + amountOf(pieces, at)
    else append(rest, NONE, leg, label, amountOf(pieces, at), 0, pool)
  }
}

/** The books as a {@link Spool}. */
export function closeBooks<C extends Column>(books: Books): Spool<C> {
  const { draws, credits, entered, rest, unknown, collisions } = books
  const opOf = opOfCredit(books.tape)
  for (let row = 0; row < rest.n; row++) rest.op[row] = opOf[rest.leg[row]!]!
  const spool = {
    draws: finish<C>(draws),
    credits: finish<C>(credits),
    entered: finish<C>(entered),
    unknown: finish<C>(unknown),
    rest: { log: finish<C>(rest), pool: rest.extra },
    collisions: { log: finish<C>(collisions), first: Uint16Array.from(collisions.extra) },
  }
  return { ...spool, fate: credits.mark, enteredBy: entered.mark }
}

function opOfCredit({ n, creditStarts }: Tape<UnitColumn>): Uint32Array {
  const opOf = new Uint32Array(creditStarts[n]!)
  let credit = 0
  for (let op = 0; op < n; op++) while (credit < creditStarts[op + 1]!) opOf[credit++] = op
  return opOf
}

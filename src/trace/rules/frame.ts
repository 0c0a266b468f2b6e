/**
 * The frame of every rule that conserves: an operation draws its debits, in order, into one strip of money, and gives the
 * strip out to its credits, in order; what is left is the fee. A rule is only how to draw and how to give out.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { CLEAN, type Column, NO_POOL, type Spool, type Tape } from '../tape.ts'
import {
  addUnknown,
  type Books,
  bookClaim,
  bookCredit,
  bookDraw,
  bookRest,
  closeBooks,
  coverShortfall,
  FIRST_POOL,
  openBooks,
} from './books.ts'
import type { Units } from './column.ts'
import { push, takePiece } from './pieces.ts'

/** How a rule handles money. The line numbers are those of `books.ts`. */
export interface Method {
  /** Takes `amount` units, or all there are, from the pool into DRAWN; returns how many it was. */
  draw(pool: number, amount: Units): Units
  /** Adds a piece to DRAWN that is newer than what is there. */
  add(piece: number): void
  /** Adds DRAWN to the strip. */
  gather(): void
  /** The credits `from .. to - 1` in the order they are filled; null for the tape's. */
  order(from: number, to: number): Uint32Array | null
  /** Takes `amount` units, which are there, from the strip into LOT. */
  fill(amount: Units): void
  /** Takes the `amount` units of LOT that a seed claims into CLAIM; LOT has `whole`, no less than that. */
  claim(amount: Units, whole: Units): void
  /** Puts CLAIM back where it was in LOT. */
  unclaim(): void
  /** Adds LOT to the pool. */
  store(pool: number): void
}

/** {@link Method.order} of rules that fill credits as they come. */
export function inTurn(): null {
  return null
}

/**
 * Runs a rule over a tape. Rows of the logs ascend by operation; within one, by debit for `draws` and in the order of
 * filling for `credits`; within a leg by label. `rest` ascends by pool, pieces in the order they would be spent.
 *
 * Cost: every piece a constant number of times for each operation it takes part in.
 *
 * @param linesPerPool - lines the rule keeps for a pool: those of pool p begin at FIRST_POOL + p * linesPerPool; what a
 * pool holds at first goes to the last of them
 */
export function run<C extends Column>(
  given: Tape<C>,
  linesPerPool: number,
  methodOf: (books: Books) => Method,
): Spool<C> {
  const books = openBooks(given, linesPerPool)
  const { tape, zero, pieces } = books
  const { n, pools, opening, debitStarts, debitPool, debitAmount, creditStarts, creditPool, creditAmount } =
    tape
  const { credit: seedCredit } = tape.seeds
  const method = methodOf(books)
  let nextSeed = seedCredit[0] ?? NONE

  for (let pool = 0; pool < pools; pool++) {
    if (opening[pool]! === zero) continue
    const line = FIRST_POOL + (pool + 1) * linesPerPool - 1
    push(pieces, line, takePiece(pieces, opening[pool]!, CLEAN, NONE))
  }

  for (let op = 0; op < n; op++) {
    let inHand = zero
    const debitEnd = debitStarts[op + 1]!
    for (let debit = debitStarts[op]!; debit < debitEnd; debit++) {
      const amount = debitAmount[debit]!
      const pool = debitPool[debit]!
      const found = pool === NO_POOL ? zero : method.draw(pool, amount)
      if (found < amount) coverShortfall(books, op, debit, pool, amount - found, method.add)
      bookDraw(books, op, debit)
      method.gather()
      inHand += amount
    }

    const creditStart = creditStarts[op]!
    const creditEnd = creditStarts[op + 1]!
    let wanted = zero
    for (let credit = creditStart; credit < creditEnd; credit++) wanted += creditAmount[credit]!
    if (wanted > inHand) {
      addUnknown(books, op, NONE, wanted - inHand, method.add)
      method.gather()
      inHand = wanted
    }

    const order = method.order(creditStart, creditEnd)
    for (let i = creditStart; i < creditEnd; i++) {
      const credit = order === null ? i : order[i - creditStart]!
      const amount = creditAmount[credit]!
      const pool = creditPool[credit]!
      method.fill(amount)
      if (nextSeed < creditEnd) plant(books, method, op, credit, amount)
      bookCredit(books, op, credit, pool)
      if (pool !== NO_POOL) method.store(pool)
    }
    while (nextSeed < creditEnd) nextSeed = seedCredit[++books.seed] ?? NONE

    if (inHand > wanted) {
      method.fill(inHand - wanted)
      bookCredit(books, op, NONE, NO_POOL)
    }
  }

  for (let pool = 0; pool < pools; pool++) {
    const end = FIRST_POOL + (pool + 1) * linesPerPool
    for (let line = end - linesPerPool; line < end; line++) bookRest(books, line, pool)
  }
  return closeBooks(books)
}

/** Lets the seeds of a credit claim their part of LOT. `books.seed` is the operation's first. */
function plant(books: Books, method: Method, op: number, credit: number, whole: Units): void {
  const { credit: credits, label, amount } = books.tape.seeds
  let low = books.seed
  let high = credits.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (credits[middle]! < credit) low = middle + 1
    else high = middle
  }
  for (let seed = low; credits[seed] === credit; seed++) {
    const wanted = amount[seed]!
    method.claim(wanted < whole ? wanted : whole, whole)
    bookClaim(books, op, credit, label[seed]!)
    method.unclaim()
  }
}

/**
 * Poison: whatever stolen money touches is touched in full. An upper bound; it conserves nothing.
 * Source: Möser, Böhme, Breuker, "Towards Risk Scoring of Bitcoin Transactions", FC Workshops 2014. For accounts, where
 * money does not stay apart, a balance of zero ends it: our decision. See docs/methods/poison.md.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { type Column, FIRST_THEFT, NO_POOL, type Spool, type Tape } from '../tape.ts'
import {
  addUnknown,
  bookCredit,
  bookDraw,
  bookRest,
  bookSeed,
  CLAIM,
  closeBooks,
  coverShortfall,
  DRAWN,
  FIRST_POOL,
  LOT,
  openBooks,
  STRIP,
} from './books.ts'
import { columnOf, type Units } from './column.ts'
import { drop, firstOf, labelOf, nextOf, type Pieces, push, setAmount, takePiece } from './pieces.ts'
import { melt } from './vector.ts'

/**
 * A pool is a balance and the set of thefts that touched it; the strip is a set too. In these lines only labels count,
 * until `touch` makes DRAWN or LOT of them: there each theft has the whole amount.
 */
export function poison<C extends Column>(given: Tape<C>): Spool<C> {
  const books = openBooks(given, 1)
  const { tape, zero, pieces } = books
  const { n, pools, debitStarts, debitPool, debitAmount, creditStarts, creditPool, creditAmount } = tape
  const { seeds } = tape
  const add = (piece: number): void => push(pieces, DRAWN, piece)
  const balance = columnOf(zero, pools)
  for (let pool = 0; pool < pools; pool++) balance[pool] = tape.opening[pool]!

  for (let op = 0; op < n; op++) {
    let inHand = zero
    const debitEnd = debitStarts[op + 1]!
    for (let debit = debitStarts[op]!; debit < debitEnd; debit++) {
      const amount = debitAmount[debit]!
      const pool = debitPool[debit]!
      const held = pool === NO_POOL ? zero : balance[pool]!
      const found = held < amount ? held : amount
      if (found > zero) {
        touch(pieces, FIRST_POOL + pool, DRAWN, amount)
        balance[pool] = held - found
        if (found === held) drop(pieces, FIRST_POOL + pool)
      }
      if (found < amount) {
        coverShortfall(books, op, debit, pool, amount - found, add)
        // Drawn or missing, each theft in it touches the whole amount, once.
        melt(pieces, DRAWN, CLAIM)
        touch(pieces, CLAIM, DRAWN, amount)
        drop(pieces, CLAIM)
      }
      bookDraw(books, op, debit)
      melt(pieces, DRAWN, STRIP)
      inHand += amount
    }

    const creditEnd = creditStarts[op + 1]!
    for (let credit = creditStarts[op]!; credit < creditEnd; credit++) {
      const amount = creditAmount[credit]!
      const pool = creditPool[credit]!
      inHand -= amount
      if (amount > zero) touch(pieces, STRIP, LOT, amount)
      for (; seeds.credit[books.seed] === credit; books.seed++) {
        const label = seeds.label[books.seed]!
        const claim = seeds.amount[books.seed]!
        if (claim === zero || amount === zero || holds(pieces, LOT, label)) continue
        push(pieces, LOT, takePiece(pieces, amount, label, NONE))
        bookSeed(books, op, credit, label, claim < amount ? claim : amount)
      }
      bookCredit(books, op, credit, pool)
      if (pool === NO_POOL) continue
      balance[pool] = balance[pool]! + amount
      melt(pieces, LOT, FIRST_POOL + pool)
    }
    if (inHand > zero) {
      touch(pieces, STRIP, LOT, inHand)
      bookCredit(books, op, NONE, NO_POOL)
    } else if (inHand < zero) {
      addUnknown(books, op, NONE, zero - inHand, add)
      drop(pieces, DRAWN)
    }
    drop(pieces, STRIP)
  }
  for (let pool = 0; pool < pools; pool++) {
    for (let at = firstOf(pieces, FIRST_POOL + pool); at !== NONE; at = nextOf(pieces, at))
      setAmount(pieces, at, balance[pool]!)
    bookRest(books, FIRST_POOL + pool, pool)
  }
  return closeBooks(books)
}

/** Adds to an empty line a piece of `amount` for every theft in `from`, which stays as it is. */
function touch(pieces: Pieces, from: number, to: number, amount: Units): void {
  for (let at = firstOf(pieces, from); at !== NONE; at = nextOf(pieces, at)) {
    const label = labelOf(pieces, at)
    if (label >= FIRST_THEFT) push(pieces, to, takePiece(pieces, amount, label, NONE))
  }
}

function holds(pieces: Pieces, line: number, label: number): boolean {
  for (let at = firstOf(pieces, line); at !== NONE; at = nextOf(pieces, at))
    if (labelOf(pieces, at) === label) return true
  return false
}

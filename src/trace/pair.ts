/**
 * Who paid whom within one operation: the tainted units leaving each debit, laid in order against those arriving at each
 * credit (the north-west corner rule of the transportation problem; Dantzig 1951). Both margins stay exact; where several
 * payers and payees take part, which unit went where is a convention, and for FIFO it is FIFO's own.
 * @module
 */
import type { Units } from './rules/column.ts'

/**
 * Calls `visit` with places in the two lists. Arrivals that exceed all draws (an upper bound such as poison) are laid to
 * the last draw.
 * @param zero Of the kind of the amounts: 0 or 0n.
 */
export function pairUp(
  draws: readonly Units[],
  arrivals: readonly Units[],
  zero: Units,
  visit: (draw: number, arrival: number, amount: Units) => void,
): void {
  let draw = 0
  let left = draws[0] ?? zero
  for (let arrival = 0; arrival < arrivals.length; arrival++) {
    let due = arrivals[arrival]!
    while (due > zero) {
      while (left === zero && draw < draws.length - 1) left = draws[++draw]!
      const amount = left === zero || due < left ? due : left
      visit(draw, arrival, amount)
      due -= amount
      left = left < amount ? zero : left - amount
    }
  }
}

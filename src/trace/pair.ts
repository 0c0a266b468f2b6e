/**
 * Who paid whom within one operation: the tainted units leaving each debit, laid in order against those arriving at each
 * credit (the north-west corner rule of the transportation problem; Dantzig 1951). Both margins stay exact; where several
 * payers and payees take part, which unit went where is a convention, and for FIFO it is FIFO's own.
 * @module
 */

export interface Pair {
  /** Places in the two lists. */
  readonly draw: number
  readonly arrival: number
  readonly amount: bigint
}

/** Arrivals that exceed all draws (an upper bound such as poison) are laid to the last draw. */
export function pairUp(draws: readonly bigint[], arrivals: readonly bigint[]): Pair[] {
  const pairs: Pair[] = []
  let draw = 0
  let left = draws[0] ?? 0n
  arrivals.forEach((total, arrival) => {
    let due = total
    while (due > 0n) {
      while (left === 0n && draw < draws.length - 1) left = draws[++draw]!
      const amount = left === 0n || due < left ? due : left
      pairs.push({ draw, arrival, amount })
      due -= amount
      left = left < amount ? 0n : left - amount
    }
  })
  return pairs
}

/**
 * What change rules look at: transactions, where their coins came from and went, and how often addresses were paid.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import type { ClusterColumns, SpendLinks } from '../columns.ts'

/** In `firstPaid`: paid before the columns begin, as it spends what they do not show. */
const BEFORE = 0xfffffffe

/** All of it as of the last row: a later block can add a spend or a payment, and so take a sign away. */
export interface ChangeWorld {
  readonly columns: ClusterColumns
  readonly links: SpendLinks
  /** u32[addresses] row that first paid each address; NONE where none did, no row where that was before the first. */
  readonly firstPaid: Uint32Array
  /** u32[addresses] outputs that paid it. */
  readonly timesPaid: Uint32Array
  /** u32[addresses] name of each address's cluster, where there are clusters. */
  readonly clusters?: Uint32Array
}

/** Cost: one pass over the rows. */
export function changeWorld(columns: ClusterColumns, links: SpendLinks, addresses: number): ChangeWorld {
  const firstPaid = new Uint32Array(addresses).fill(NONE)
  const timesPaid = new Uint32Array(addresses)
  for (let row = 0; row < columns.n; row++) {
    for (let i = columns.inputStarts[row]!; i < columns.inputStarts[row + 1]!; i++) {
      const address = columns.inputAddress[i]!
      if (address !== NONE && firstPaid[address] === NONE) firstPaid[address] = BEFORE
    }
    for (let i = columns.outputStarts[row]!; i < columns.outputStarts[row + 1]!; i++) {
      const address = columns.outputAddress[i]!
      if (address === NONE) continue
      if (firstPaid[address] === NONE) firstPaid[address] = row
      timesPaid[address]!++
    }
  }
  return { columns, links, firstPaid, timesPaid }
}

/** Places of a row's inputs, or outputs. */
export function span(starts: Uint32Array, row: number): number[] {
  return Array.from({ length: starts[row + 1]! - starts[row]! }, (_, i) => starts[row]! + i)
}

/** Sats of the smallest input; NaN where one is unknown, Infinity for a coinbase. */
export function smallestInput({ columns }: ChangeWorld, row: number): number {
  return Math.min(...columns.inputSats.subarray(columns.inputStarts[row]!, columns.inputStarts[row + 1]!))
}

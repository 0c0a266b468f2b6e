/**
 * Where clusters are made from: all transactions of a store, in chain order and a part at a time, or a few of them with what is
 * around them. A case's ledger and a chain store both give it.
 * @module
 */
import type { ChangeWorld } from './change/world.ts'

/** A stretch of the chain. Its numbers are the same as long as it and all before it are. */
export interface Section {
  /** Tells it from any other stretch, and from what had its name before. */
  readonly identity: string
  readonly firstTx: number
  readonly transactions: number
  /** Addresses are numbered in the section that first has them. */
  readonly firstAddress: number
  readonly addresses: number
}

export interface ClusterSource {
  readonly transactions: number
  readonly addresses: number
  readonly sections: readonly Section[]
  /** A section's rows in chain order. `fresh` is right; `links` and `paidOnce` need not be known (all NONE, always false). */
  rows(section: Section): Iterable<ChangeWorld>
  /**
   * These transactions and those that made or spend their coins, in chain order; `fresh`, `paidOnce` and `links` are right for
   * the transactions asked. A source that holds little may give all it has.
   */
  around(txs: Uint32Array): ChangeWorld
  /** These transactions; nothing but `columns` need be right. */
  alone(txs: Uint32Array): ChangeWorld
  /** How many transactions `around` is best asked for at once. */
  readonly atOnce: number
  /**
   * Every transaction that these addresses took part in, ascending; null where that would be more than `most`, or
   * no dearer to find among all rows.
   */
  touching(addresses: Uint32Array, most: number): Uint32Array | null
}

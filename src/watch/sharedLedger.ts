/**
 * The ledger as traces with live sources share it: they put in what they fetch, ahead of the watch too, and take out what
 * their own forks cost.
 * @module
 */
import type { BlockRef, Source } from '../chain/source.ts'
import type { Ledger } from '../ledger/index.ts'
import {
  ContradictionError,
  type Crossings,
  createArchive,
  createBook,
  enterOpenings,
  type LiveFile,
  OtherHistoryError,
  settleFork,
} from '../live/index.ts'
import { integer } from '../store/index.ts'
import { type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { SightedHolder } from './sight.ts'
import { BadSourceError } from './watchError.ts'

export interface SharedLedger {
  /**
   * Takes out what traces put in from blocks that are no longer in the source's chain.
   * @returns whether that was something
   * @throws {BadSourceError} where the source serves another chain
   */
  settle(source: Source, tip: BlockRef): Promise<boolean>
  /**
   * Asks a source, as traces do, what accounts had before watched money came to them, where they are seen to pay since.
   * Whoever is watched by address is left out: what it had is not watched.
   * @returns whether a balance became known, or the ledger changed
   * @throws {BadSourceError} where the source has no block of that height
   */
  enterOpenings(source: Source, holders: Iterable<SightedHolder>): Promise<boolean>
  /** Another whenever a trace has written. */
  version(): number
  /** Has traces know how many transactions an account has at least, so that they judge whether it is busy. */
  setCount(holder: HolderId, transactions: number): void
  /** Whether the ledger has this transaction. */
  has(chain: ChainId, txid: string): boolean
}

/** @param now unix seconds */
export function shareLedger(
  { database, path }: LiveFile,
  ledger: Ledger,
  links: Crossings,
  now: () => number,
): SharedLedger {
  const books = { ledger, links, book: createBook(database, path), archive: createArchive(database, path) }
  return {
    async settle(source, tip) {
      try {
        return (await settleFork(books, source, tip)) !== null
      } catch (error) {
        throw error instanceof OtherHistoryError ? new BadSourceError(source, error.message) : error
      }
    },
    async enterOpenings(source, holders) {
      const { book } = books
      if (source.balance === undefined) return false
      const lookedFor = [...holders].flatMap(({ holder, paid, since }) =>
        paid || since === undefined || chainOf(holder) !== source.chain
          ? []
          : [{ holder, since: book.holder(holder).since ?? since }],
      )
      const line = { ask: <T>(_can: unknown, question: (asked: Source) => Promise<T>) => question(source) }
      try {
        return await enterOpenings({ ledger, book, now }, line, lookedFor)
      } catch (error) {
        throw error instanceof ContradictionError ? new BadSourceError(source, error.data.what) : error
      }
    },
    // Whoever writes to the ledger by live sources writes to this file before and after.
    version: () => integer(database, 'PRAGMA data_version'),
    setCount(holder, transactions) {
      const { book } = books
      book.setCount(holder, Math.max(transactions, book.holder(holder).count ?? 0))
    },
    has(chain, txid) {
      const { chain: chains } = ledger.heads(ledger.txNumbers(txid))
      return chains.includes(chain)
    },
  }
}

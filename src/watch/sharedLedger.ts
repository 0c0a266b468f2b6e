/**
 * The ledger as traces with live sources share it: they put in what they fetch, ahead of the watch too, and take out what
 * their own forks cost.
 * @module
 */
import type { BlockRef, Source } from '../chain/source.ts'
import type { Ledger } from '../ledger/index.ts'
import {
  type Crossings,
  createArchive,
  createBook,
  type LiveFile,
  OtherHistoryError,
  settleFork,
} from '../live/index.ts'
import { integer } from '../store/index.ts'
import type { ChainId } from '../units/caip.ts'
import { BadSourceError } from './scan.ts'

export interface SharedLedger {
  /**
   * Takes out what traces put in from blocks that are no longer in the source's chain.
   * @returns whether that was something, or a trace has written since the last call
   * @throws {BadSourceError} where the source serves another chain
   */
  settle(source: Source, tip: BlockRef): Promise<boolean>
  /** Whether the ledger has this transaction. */
  has(chain: ChainId, txid: string): boolean
}

export function shareLedger({ database, path }: LiveFile, ledger: Ledger, links: Crossings): SharedLedger {
  const books = { ledger, links, book: createBook(database, path), archive: createArchive(database, path) }
  // Whoever writes to the ledger by live sources writes to this file before and after.
  const version = (): number => integer(database, 'PRAGMA data_version')
  let seen = version()
  return {
    async settle(source, tip) {
      const before = seen
      seen = version()
      try {
        return (await settleFork(books, source, tip)) !== null || seen !== before
      } catch (error) {
        throw error instanceof OtherHistoryError ? new BadSourceError(source, error.message) : error
      }
    },
    has(chain, txid) {
      const { chain: chains } = ledger.heads(ledger.txNumbers(txid))
      return chains.includes(chain)
    },
  }
}

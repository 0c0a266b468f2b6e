/** @module */
import { type CrossBook, crossingsFrom, departuresOf, pendingOf } from '../cross/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Crossings } from './live.ts'

/** What a store's book of crossings knows, as live sources and traces ask it. */
export function storeCrossings(book: CrossBook, ledger: Ledger): Crossings {
  return {
    addLinks: (placed) => book.addLinks(placed),
    forget: (chain, txids) => book.forget(chain, txids),
    crossings: (txs) => crossingsFrom(book, ledger, txs),
    departures: (txs) => departuresOf(book, txs),
    pending: (txs) => pendingOf(book, txs),
  }
}

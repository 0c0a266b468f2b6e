/**
 * Transactions of which the ledger has what a list told. Lists have no logs: only asked for by itself does a transaction
 * say that money arrives in it from another chain.
 * @module
 */
import type { SourceKind } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { TraceRequest } from '../trace/index.ts'
import { type ChainId, chainOf } from '../units/caip.ts'
import type { LiveBook } from './book.ts'
import type { ChainTransaction, PendingSide } from './live.ts'

/** Kinds whose histories are lists, and that tell of logs when they are asked for one transaction. */
const LISTING: ReadonlySet<SourceKind> = new Set(['etherscan'])

/** A choice of ours: of one payee so many receipts are asked for, the earliest; each is four calls. */
const MOST_RECEIPTS = 25

type Books = { readonly ledger: Ledger; readonly book: Pick<LiveBook, 'used' | 'putSource'> }

/** Transactions that the request begins with. */
export function listedSeeds(books: Books, { seeds }: Pick<TraceRequest, 'seeds'>): ChainTransaction[] {
  const txids = seeds.flatMap(({ of }) => (of.kind === 'lot' ? [of.txid] : []))
  const { ledger } = books
  return txids.flatMap((txid) => ledger.transactions(ledger.txNumbers(txid)).filter(isListed(books)))
}

/** What was received by those who are to be paid on another chain, in the time in which it may arrive. */
export function listedReceipts(books: Books, sides: readonly PendingSide[]): ChainTransaction[] {
  const { ledger } = books
  return sides.flatMap(({ holder, sinceTime, untilTime }) => {
    const [number] = ledger.holderNumbers([holder])
    if (number === undefined || number === NONE) return []
    const txs = [...new Set(ledger.ofHolders(Uint32Array.of(number)).tx)]
    return ledger
      .transactions(Uint32Array.from(txs))
      .filter(({ chain, time, transfers }) => {
        const isInTime = time !== undefined && time >= sinceTime && time <= untilTime
        return chain === chainOf(holder) && isInTime && transfers.some(({ to }) => to === holder)
      })
      .toSorted((a, b) => a.time! - b.time!)
      .slice(0, MOST_RECEIPTS)
      .filter(isListed(books))
  })
}

/** Lists need not say where in its transaction a transfer stands; a transaction asked for by itself does of every one. */
function isListed({ book }: Books): (transaction: Transaction) => boolean {
  const key = (chain: ChainId, source: string): string => `${chain} ${source}`
  const listing = new Set(
    book.used().flatMap(({ kind, chain, source }) => (LISTING.has(kind) ? [key(chain, source)] : [])),
  )
  return ({ chain, txid, transfers }) => {
    if (transfers.every(({ position }) => position !== undefined)) return false
    const source = book.putSource(chain, txid)
    return source !== null && listing.has(key(chain, source))
  }
}

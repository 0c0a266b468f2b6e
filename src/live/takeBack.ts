/**
 * Takes back everything that rests on the word of a source that was caught contradicting itself: heights, times and amounts
 * that no hash covers cannot be told from those that were true.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { Archive } from './archive.ts'
import type { LiveBook, Moment } from './book.ts'
import { takeBackOpenings } from './openingEntries.ts'
import { withStoreFree } from './storeFree.ts'
import { numberOf } from './takeIn.ts'

/** What has to forget. */
export interface Forgetting {
  readonly ledger: Ledger
  readonly book: LiveBook
  readonly archive: Archive
  readonly links: { forget(chain: ChainId, txids: readonly string[]): void }
}

/**
 * What others said of the same outputs and holders is forgotten too, since it may have counted on what goes now; their
 * answers stay in the archive. May be killed and run again: what is put is known until it is gone.
 */
export async function takeBackSource(books: Forgetting, chain: ChainId, source: string): Promise<void> {
  const { ledger, book, archive, links } = books
  const txids = book.putBy(chain, source)
  const numbers = Uint32Array.from(txids.flatMap((txid) => numberOf(ledger, chain, txid) ?? []))
  const gone = ledger.transactions(numbers)
  const holders = new Set(gone.flatMap(holdersOf))
  const uncovered = wholeByWord(books, chain, holders, (word) => word.source === source)
  // Whose word a balance is, is not kept; what others said of it is remembered.
  await takeBackOpenings(books, book.openedAbove(chain, -1))
  book.together(() => {
    for (const { inputs } of gone) for (const { txid, n } of inputs) book.dropLot({ chain, txid, n })
    for (const holder of holders) book.dropHolder(holder)
  })
  if (numbers.length + uncovered.length > 0)
    await withStoreFree(() => ledger.forget(numbers, ledger.holderNumbers(uncovered)))
  links.forget(chain, txids)
  book.together(() => {
    archive.dropSource(source, chain)
    book.dropSource(chain, source)
  })
}

/**
 * Whom the ledger calls whole on live sources' word, and must no more: who moved money in what goes, and whose history, or
 * the blocks that they were looked for in, is the word that goes. Where a file said it of the same holder too, that is lost.
 */
export function wholeByWord(
  { book }: Pick<Forgetting, 'book'>,
  chain: ChainId,
  movers: ReadonlySet<HolderId>,
  goes: (word: Moment) => boolean,
): HolderId[] {
  return book.fetchedOn(chain).filter((holder) => {
    const { moment, sweep } = book.holder(holder)
    return movers.has(holder) || [moment, sweep].some((word) => word !== null && goes(word))
  })
}

export function holdersOf({ transfers, inputs, outputs }: Transaction): HolderId[] {
  return [
    ...transfers.flatMap(({ from, to }) => [from, to]),
    ...inputs.map(({ holder }) => holder),
    ...outputs.map(({ holder }) => holder),
  ].filter((holder) => holder !== null && holder !== undefined)
}

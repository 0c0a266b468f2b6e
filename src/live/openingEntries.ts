/**
 * Entries of opening balances in the ledger, and how they are taken out again: docs/methods/opening-balance.md.
 * @module
 */
import type { Ledger } from '../ledger/ledger.ts'
import { isOpeningEntry } from '../ledger/openingEntry.ts'
import type { HolderId } from '../units/caip.ts'
import type { LiveBook } from './book.ts'
import { withStoreFree } from './storeFree.ts'

/** Takes the entries of holders out again that are looked for from an earlier block on. */
export async function takeBackOpenings(
  { ledger, book }: { readonly ledger: Ledger; readonly book: LiveBook },
  holders: readonly HolderId[],
): Promise<void> {
  for (const holder of holders) {
    if (book.openedAt(holder) === null) continue
    const { tx } = ledger.ofHolders(ledger.holderNumbers([holder]))
    const { txid } = ledger.heads(tx)
    const entries = tx.filter((_, i) => isOpeningEntry(txid[i]!))
    if (entries.length > 0) await withStoreFree(() => ledger.forget(entries))
    book.dropOpenings(holder)
  }
}

/**
 * The three books of a store, opened together and closed together.
 * @module
 */
import { type LabelStore, openLabelStore } from '../label/index.ts'
import { type Ledger, openSqliteLedger } from '../ledger/index.ts'
import { openPriceStore, type PriceStore } from '../price/index.ts'
import type { Context } from './context.ts'
import { storeToRead } from './storeOption.ts'
import { versionOf } from './version.ts'

export interface Books {
  readonly ledger: Ledger
  readonly labels: LabelStore
  readonly prices: PriceStore
  /** Of Lootline, for the flow. */
  readonly version: string
}

/** Opens the store that the command line names, runs the work, and closes the store however the work ends. */
export async function withBooks<T>(
  context: Context,
  named: string | undefined,
  work: (books: Books) => Promise<T> | T,
): Promise<T> {
  return withBooksAt(storeToRead(context, named).path, work)
}

/** The same for a store's folder. */
export async function withBooksAt<T>(path: string, work: (books: Books) => Promise<T> | T): Promise<T> {
  using stack = new DisposableStack()
  const ledger = stack.adopt(openSqliteLedger(path), (open) => open.close())
  const labels = stack.adopt(openLabelStore(path), (open) => open.close())
  const prices = stack.adopt(openPriceStore(path), (open) => open.close())
  return await work({ ledger, labels, prices, version: versionOf() })
}

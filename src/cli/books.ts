/**
 * The three books of a store, opened together and closed together.
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LabelStore, openLabelStore } from '../label/index.ts'
import { openChainLedger } from '../ledger/chain/index.ts'
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
  const ledger = stack.adopt(openLedger(path), (open) => open.close())
  const labels = stack.adopt(openLabelStore(path), (open) => open.close())
  const prices = stack.adopt(openPriceStore(path), (open) => open.close())
  return await work({ ledger, labels, prices, version: versionOf() })
}

/** Where a store keeps an indexed chain. */
export function chainFolder(store: string): string {
  return join(store, 'chain')
}

/** Whether a chain folder holds an index. */
export function hasChain(folder: string): boolean {
  return existsSync(join(folder, 'chain.json'))
}

/** A store with an indexed chain answers from it, any other from what was imported. */
export function openLedger(store: string): Ledger {
  const chain = chainFolder(store)
  // Segments without the file that names them: an index that has not ended, or a lost file.
  return hasChain(chain) || existsSync(join(chain, 'segments'))
    ? openChainLedger(chain)
    : openSqliteLedger(store)
}

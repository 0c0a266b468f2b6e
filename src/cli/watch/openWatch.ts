/**
 * What commands on watches open, and what they print alike.
 * @module
 */

import { openCrossBook } from '../../cross/index.ts'
import { LootlineError } from '../../errors.ts'
import { type Crossings, createBeyond, createBook, type LiveBook, storeCrossings } from '../../live/index.ts'
import { hasLiveFile, openLiveFile } from '../../live/liveFile.ts'
import type { TraceBooks } from '../../trace/index.ts'
import { printable } from '../../units/text.ts'
import {
  createOutbox,
  createWatchStore,
  type Outbox,
  openWatchDatabase,
  type SharedLedger,
  shareLedger,
  shownReceiver,
  type Watch,
  WatchNameError,
  type WatchStore,
} from '../../watch/index.ts'
import type { Books } from '../books.ts'
import type { Context } from '../context.ts'
import { storeToRead } from '../storeOption.ts'

export interface OpenWatch {
  /** The store's folder. */
  readonly path: string
  readonly store: WatchStore
  readonly outbox: Outbox
}

/** Opens what the store has of watches, runs the work, and closes it however the work ends. */
export async function withWatch<T>(
  context: Context,
  named: string | undefined,
  work: (open: OpenWatch) => Promise<T> | T,
): Promise<T> {
  const { path } = storeToRead(context, named)
  using stack = new DisposableStack()
  const database = openWatchDatabase(path)
  const store = stack.adopt(createWatchStore(database), (open) => open.close())
  return await work({ path, store, outbox: createOutbox(database) })
}

/**
 * The books as a watch traces them: with the word of live sources and the crossings they told of, where the store has any.
 *
 * @param now unix seconds
 */
export function watchedBooks(
  stack: DisposableStack,
  path: string,
  books: Books,
  now: () => number,
): {
  readonly books: TraceBooks
  readonly book: LiveBook | null
  readonly crossings?: Crossings
  readonly shared?: SharedLedger
} {
  if (books.ledger.kind === 'chain') throw new IndexedStoreError(path)
  if (!hasLiveFile(path)) return { books, book: null }
  const file = stack.adopt(openLiveFile(path), (open) => open.close())
  const book = createBook(file.database, file.path)
  const cross = stack.adopt(openCrossBook(path), (open) => open.close())
  const crossings = storeCrossings(cross, books.ledger)
  const beyond = createBeyond({
    ...{ ledger: books.ledger, book, crossings, runNotes: [] },
  })
  const shared = shareLedger(file, books.ledger, crossings, now)
  return { books: { ...books, beyond }, book, crossings, shared }
}

/** @throws {WatchNameError} */
export function watchNamed(store: WatchStore, name: string): Watch {
  const found = store.watches().find((watch) => watch.name === name)
  if (found === undefined) throw new WatchNameError('WATCH_UNKNOWN', name)
  return found
}

/** A watch as `--json` prints it. */
export function watchJson({ id, name, kind, request, holders, since, receivers, added }: Watch): object {
  const { rule, seeds } = request
  return {
    ...{ id, name, kind, rule, seeds, holders, since, added },
    receivers: receivers.map(shownReceiver),
  }
}

/** A store that keeps a whole chain, to which no single transaction can be added. */
class IndexedStoreError extends LootlineError<{
  readonly code: 'WATCH_INDEXED_STORE'
  readonly store: string
}> {
  override readonly name = 'IndexedStoreError'
  constructor(store: string) {
    super(
      { code: 'WATCH_INDEXED_STORE', store },
      `${printable(store, 200)} holds an indexed chain; what is watched needs a ledger that single transactions are added to.`,
      'Watch in a store of its own: `lootline init --store watched`, add the node as a source there, and trace.',
    )
  }
}

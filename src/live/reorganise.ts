/**
 * Reorganisations: blocks that the store knows and that are no longer in the chain. What was fetched from them is taken
 * out of the ledger, the archive and the book, down to the newest block that both sides have.
 * @module
 */
import type { BlockRef, Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import type { ChainId } from '../units/caip.ts'
import { takeBackOpenings } from './openingEntries.ts'
import { withStoreFree } from './storeFree.ts'
import { type Forgetting, holdersOf, wholeByWord } from './takeBack.ts'
import { numberOf } from './takeIn.ts'

export interface Reorganised {
  readonly chain: ChainId
  /** Newest height that is as before. */
  readonly forkHeight: number
  readonly transactions: number
}

/** The deepest known took some 4,000 blocks (Ethereum Classic, August 2020); beyond it a URL serves another chain by now. */
const DEEPEST_FORK = 10_000

/** How far a block's time may be ahead of the moment at which it came: MAX_FUTURE_BLOCK_TIME, Bitcoin Core, src/chain.h. */
const AHEAD_SECONDS = 2 * 60 * 60

/**
 * Compares and forgets. One question beyond the tip where nothing changed, none where the tip itself is known.
 * @returns null where nothing was taken back
 * @throws {OtherHistoryError} where the source never had what is known for long; nothing is taken back then
 */
export async function settleFork(
  books: Forgetting,
  source: Source,
  tip: BlockRef,
): Promise<Reorganised | null> {
  const { chain } = source
  let lost = false
  for (const known of books.book.blocks(chain)) {
    // A source that lags behind another says nothing about blocks that it has not seen.
    if (known.height > tip.height) continue
    const now = known.height === tip.height ? tip : await source.blockAt(known.height)
    if (now?.hash === known.hash)
      return lost ? { chain, forkHeight: known.height, transactions: await forget(books, chain, now) } : null
    if (tip.height - known.height > DEEPEST_FORK)
      throw new OtherHistoryError(chain, known.height, source.shown)
    lost = true
  }
  return lost
    ? { chain, forkHeight: -1, transactions: await forget(books, chain, { height: -1, time: 0 }) }
    : null
}

/**
 * Ledger first: a kill in between finds the same fork again, since the book still has it.
 * @returns transactions forgotten
 */
async function forget(
  books: Forgetting,
  chain: ChainId,
  { height, time }: Pick<BlockRef, 'height' | 'time'>,
): Promise<number> {
  const { ledger, book, archive, links } = books
  await takeBackOpenings(books, book.openedAbove(chain, height))
  const txids = book.putAbove(chain, height)
  const numbers = Uint32Array.from(txids.flatMap((txid) => numberOf(ledger, chain, txid) ?? []))
  const movers = new Set(ledger.transactions(numbers).flatMap(holdersOf))
  const uncovered = wholeByWord(books, chain, movers, (word) => word.height > height)
  // First, so that a kill leaves nobody known whom the ledger does not call whole.
  book.together(() => {
    for (const holder of uncovered) book.dropHistory(holder)
  })
  const { transactions } = await withStoreFree(() => ledger.forget(numbers, ledger.holderNumbers(uncovered)))
  links.forget(chain, txids)
  book.together(() => {
    archive.dropFrom(chain, height + 1, time - AHEAD_SECONDS)
    book.dropAbove(chain, height)
  })
  return transactions
}

/** A source's chain lacks blocks that no reorganisation takes back. */
export class OtherHistoryError extends LootlineError<{
  readonly code: 'LIVE_OTHER_HISTORY'
  readonly chain: ChainId
  readonly height: number
  readonly source: string
}> {
  override readonly name = 'OtherHistoryError'
  constructor(chain: ChainId, height: number, source: string) {
    super(
      { code: 'LIVE_OTHER_HISTORY', chain, height, source },
      `${source} has another block ${height} of ${chain} than this store: it serves another chain by now, or another fork of it`,
      'Check it with "lootline source check", and remove it if it is not what it was; nothing was changed.',
    )
  }
}

/** A block that was read does not follow the one before: the chain was reorganised meanwhile. */
export class ForkError extends LootlineError<{
  readonly code: 'LIVE_FORK'
  readonly chain: ChainId
  readonly height: number
}> {
  override readonly name = 'ForkError'
  constructor(chain: ChainId, height: number) {
    super(
      { code: 'LIVE_FORK', chain, height },
      `block ${height} of ${chain} does not follow the block before it`,
      'The chain is being reorganised, or its sources disagree: run the same again.',
    )
  }
}

/**
 * What was found in a block goes into the ledger, is looked at, and is written down with the block.
 * @module
 */
import type { MetAssets, Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { LootlineError } from '../errors.ts'
import type { Clock } from '../net/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type Mark, markOf } from './change.ts'
import type { Lookout } from './lookout.ts'
import { replacedBy } from './mempool.ts'
import { matchesIn, type Step } from './scan.ts'
import type { SharedLedger } from './sharedLedger.ts'
import type { WatchedBooks } from './sight.ts'
import { replacedAlerts } from './unconfirmed.ts'
import type { Watch } from './watch.ts'
import { BadSourceError } from './watchError.ts'
import type { Watched } from './watched.ts'
import type { WatchStore } from './watchStore.ts'

export interface ConnectParts {
  readonly store: WatchStore
  readonly books: WatchedBooks
  readonly watched: Watched
  /** Where traces with live sources work on the same ledger. */
  readonly shared: SharedLedger | undefined
  readonly clock: Pick<Clock, 'now'>
}

/** Blocks in which one transaction spends another's output are looked at again for each link of the longest such chain. */
const MAX_LOOKS = 10_000
const REFUSED: ReadonlySet<string> = new Set(['LEDGER_DOUBLE_SPEND', 'LEDGER_BAD_TRANSACTION'])

/**
 * Puts what was found in a block into the ledger, looks what that means, and writes it down with the block.
 * @param first where it is looked up what is found
 * @returns ids of what was found
 */
export async function connect(
  { store, books, watched, shared, clock }: ConnectParts,
  source: Source,
  chain: ChainId,
  mark: Mark,
  first: Lookout,
  step: Step & { readonly kind: 'block' },
): Promise<readonly string[]> {
  const { look, differences, commit, lookoutOf } = watched
  const { block } = step
  const got = new Map<string, Placed>()
  let lookout = first
  let { transactions, assets } = step
  const touched = new Set<Watch>()
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const fresh = transactions.filter(({ transaction }) => !got.has(transaction.txid))
    if (fresh.length === 0) break
    for (const placed of fresh) got.set(placed.transaction.txid, placed)
    const about = touchedBy(
      watched,
      lookout,
      fresh.map(({ transaction }) => transaction),
    )
    store.intend(
      chain,
      fresh.map((placed) => ({
        txid: placed.transaction.txid,
        height: placed.block!.height,
        hash: placed.block!.hash,
      })),
    )
    append(books, source, fresh, assets)
    look(about)
    while (await shared?.enterOpenings(source, watched.holdersOf(about))) look(about)
    for (const watch of about) touched.add(watch)
    if (block === null || source.matches === undefined) break
    // What was found may be spent in the same block.
    lookout = lookoutOf(chain)
    ;({ transactions, assets } = await matchesIn(source, block, lookout))
  }
  const confirmed = [...got.values()].map(({ transaction, turn }) => ({ ...transaction, turn }))
  const waiting = store.waiting(chain)
  const replaced = replacedBy(waiting, confirmed, new Set(got.keys()))
  const alive = [...touched].filter(({ id }) => watched.watches().has(id))
  const told = differences(alive, false)
  commit({
    chain,
    from: mark,
    ...(block === null ? {} : { connect: { ...markOf(block), told: source.matches === undefined } }),
    ...told,
    notWaiting: [...got.keys(), ...replaced.keys()],
    alerts: [
      ...told.alerts!,
      ...replacedAlerts(waiting, replaced, Math.floor(clock.now() / 1000), watched.named),
    ],
  })
  return [...got.keys()]
}

function touchedBy(watched: Watched, lookout: Lookout, transactions: readonly Transaction[]): Watch[] {
  const ids = new Set(transactions.flatMap((transaction) => [...lookout.watchesOf(transaction)]))
  return [...ids].flatMap((id) => watched.named(id) ?? [])
}

/** What contradicts the ledger (it spends what another spends) is the source's word against ours: nothing is put in. */
function append(books: WatchedBooks, source: Source, placed: readonly Placed[], assets: MetAssets): void {
  try {
    books.append(placed, assets)
  } catch (error) {
    if (!(error instanceof LootlineError) || !REFUSED.has(error.code)) throw error
    throw new BadSourceError(source, `the ledger refuses its block: ${error.message}`)
  }
}

/**
 * The watcher's books over a store's ledger, labels and prices: what is watched is what a trace by the watch's own request
 * says.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Placed } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { NONE } from '../ledger/index.ts'
import type { Crossings, LiveBook } from '../live/index.ts'
import {
  type Flow,
  type Frontier,
  NoSeedError,
  prepareTrace,
  type Rule,
  type TraceBooks,
} from '../trace/index.ts'
import { createValuer } from '../trace/valuer.ts'
import { nativeAsset } from '../units/asset.ts'
import { type AssetId, type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { AlertAsset, AlertLabel } from './alert.ts'
import { flowEvents } from './flowEvents.ts'
import { numbersOf, receipts } from './receipts.ts'
import type { SightedHolder, WatchedBooks } from './sight.ts'
import { START_AT_TIP, type Watch } from './watch.ts'

/** A watch traced. */
export interface Traced {
  readonly flow: Flow
  readonly frontier: Frontier
}

/** null where the ledger has nothing of the seeds yet: an address that was never used. */
export function traceWatch(books: TraceBooks, { request }: Pick<Watch, 'request'>): Traced | null {
  try {
    const prepared = prepareTrace(books, request)
    const rules: readonly Rule[] = [request.rule]
    return { flow: prepared.run(request.rule), frontier: prepared.frontier(rules) }
  } catch (error) {
    if (error instanceof NoSeedError) return null
    throw error
  }
}

/**
 * @param book what live sources said that accounts had; null: nothing is known of that but what the ledger has whole
 * @param crossings keeps what transactions say of other chains; absent: crossings are not followed
 */
export function tracedBooks(
  books: TraceBooks,
  crossings?: Crossings,
  book: Pick<LiveBook, 'opening' | 'holder'> | null = null,
): WatchedBooks {
  const { ledger, labels, prices } = books
  const asset = (id: AssetId): AlertAsset => {
    const number = ledger.assetNumber(id)
    const found = number === NONE ? nativeAsset(id.slice(0, id.indexOf('/'))) : ledger.assets()[number]
    if (found === undefined || found.id !== id) return { id, symbol: 'unknown', decimals: 0, known: false }
    return { id, symbol: found.symbol, decimals: found.decimals, known: found.known }
  }
  const value = (id: AssetId, amount: bigint, unixSeconds: number): string => {
    const number = ledger.assetNumber(id)
    const found = number === NONE ? nativeAsset(id.slice(0, id.indexOf('/'))) : ledger.assets()[number]
    if (found?.id !== id) return 'unpriced'
    return String(createValuer(prices).cents(amount, found, unixSeconds) ?? 'unpriced')
  }
  const heightOf = (chain: ChainId, txid: string): number | null =>
    ledger.transactions(Uint32Array.from(numbersOf(ledger, chain, txid)))[0]?.height ?? null
  /** Outputs are not mixed with others; an account's payments are of what it had before, too. */
  const isBound = (holder: HolderId, id: AssetId): boolean => {
    if (holder.startsWith('bip122:')) return false
    const opening = book?.opening(holder, id) ?? null
    if (opening !== null) return opening.balance === null
    if ((book?.holder(holder).since ?? 0) > 0) return true
    const [number] = ledger.holderNumbers([holder])
    return number === NONE || ledger.isWhole(Uint32Array.of(number!))[0] === 0
  }
  const labelsOf = (holders: readonly HolderId[]): Map<HolderId, readonly AlertLabel[]> =>
    new Map(
      [...labels.of(holders)].map(([holder, matches]) => [
        holder,
        matches.map(({ label }) => ({
          ...{ name: label.name, category: label.category, stop: label.stop },
          ...{ confidence: label.confidence.level, source: label.pack ?? label.file },
        })),
      ]),
    )
  return {
    append(placed, assets) {
      for (const layer of layersOf(placed)) ledger.append(layer, { assets })
      crossings?.addLinks(placed)
    },
    transactions: (chain, txids) =>
      ledger.transactions(Uint32Array.from(txids.flatMap((txid) => numbersOf(ledger, chain, txid)))),
    forget(chain, txids) {
      const numbers = txids.flatMap((txid) => numbersOf(ledger, chain, txid))
      if (numbers.length > 0) ledger.forget(Uint32Array.from(numbers))
      crossings?.forget(chain, txids)
    },
    sight(watch) {
      const traced = traceWatch(books, watch)
      if (traced === null) return { lots: [], holders: holdersOf(watch, null), from: new Map(), events: [] }
      const { flow, frontier } = traced
      // Who is to be paid on another chain: when that happens, both sides of the crossing are known.
      const pending = crossings?.pending(frontier.transactions) ?? []
      const payees = pending.map(({ holder }) => ({ holder, amounts: new Map(), paid: false }))
      return {
        lots: frontier.lots.map(({ chain, txid, n, holder, amount }) => ({ chain, txid, n, holder, amount })),
        holders: [...holdersOf(watch, traced), ...payees],
        from: new Map([
          ...payees.map(({ holder }) => [chainOf(holder), START_AT_TIP] as const),
          ...Object.entries(sinceOf(traced, () => null)),
        ]),
        awaited: pending.map(({ holder, sinceTime }) => ({ holder, sinceTime })),
        events: [...receipts(flow, watch, ledger, labelsOf, value), ...flowEvents(flow, heightOf, isBound)],
      }
    },
    labelMark: () =>
      createHash('sha256')
        .update(
          labels
            .sources()
            .map(({ sha256, labels: n }) => `${sha256} ${n}`)
            .join('\n'),
        )
        .digest('hex'),
    labels: labelsOf,
    asset,
    native: (chain) => (chain.startsWith('bip122:') ? (nativeAsset(chain)?.id ?? null) : null),
    value,
  }
}

/** Watched addresses, and the accounts that money came to, each with what rests there. */
function holdersOf(watch: Watch, traced: Traced | null): SightedHolder[] {
  const { flow, frontier } = traced ?? {}
  const amounts = new Map<HolderId, Map<AssetId, bigint>>()
  for (const { reason, holder, asset, amount } of flow?.leaves ?? []) {
    if (reason !== 'held' && reason !== 'nodata') continue
    const held = amounts.get(holder) ?? new Map<AssetId, bigint>()
    held.set(asset, (held.get(asset) ?? 0n) + BigInt(amount))
    amounts.set(holder, held)
  }
  const own = new Set(watch.holders)
  const reached = new Map((frontier?.holders ?? []).map(({ holder, height }) => [holder, height]))
  return [...new Set([...own, ...reached.keys()])].map((holder) => {
    const since = reached.get(holder) ?? null
    return {
      ...{ holder, amounts: amounts.get(holder) ?? new Map(), paid: own.has(holder) },
      ...(since !== null && { since }),
    }
  })
}

/** A transaction that a source gives twice (its coins and its tokens) is two listings: docs/methods/duplicates.md. */
function layersOf(placed: readonly Placed[]): Transaction[][] {
  const layers: Transaction[][] = []
  const times = new Map<string, number>()
  for (const { transaction } of placed) {
    const layer = times.get(transaction.txid) ?? 0
    times.set(transaction.txid, layer + 1)
    layers[layer] ??= []
    layers[layer].push(transaction)
  }
  return layers
}

/**
 * The block of each chain after which everything open must be looked for: the lowest to which anything of it is known.
 *
 * @param knownTo height up to which live sources gave their word for an output or account; null where they gave none
 */
export function sinceOf(
  { frontier }: Pick<Traced, 'frontier'>,
  knownTo: (what: Frontier['lots'][number] | Frontier['holders'][number]) => number | null,
): Record<ChainId, number> {
  const since: Record<ChainId, number> = {}
  for (const what of [...frontier.lots, ...frontier.holders]) {
    const chain = 'chain' in what ? what.chain : chainOf(what.holder)
    const height = Math.max(knownTo(what) ?? 0, what.height ?? 0)
    since[chain] = Math.min(since[chain] ?? Number.POSITIVE_INFINITY, height)
  }
  return since
}

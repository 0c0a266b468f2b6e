/**
 * The live trace: the ledger is traced, what its frontier wants is fetched, and so on until nothing is wanted. The flow is
 * then the plain trace of the ledger, so that tracing again asks nothing.
 * @module
 */

import { chainName } from '../address/index.ts'
import type { Placed } from '../chain/source.ts'
import type { LootlineError } from '../errors.ts'
import { BudgetError } from '../net/index.ts'
import {
  type Crossing,
  type Frontier,
  missingSeeds,
  NoSeedError,
  type OpenDeparture,
  type Prepared,
  prepareTrace,
  type Rule,
  type TraceBooks,
  type TraceRequest,
} from '../trace/index.ts'
import { counted } from '../units/amount.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { type Archive, InterruptedError } from './archive.ts'
import { createBeyond } from './beyond.ts'
import type { LiveBook } from './book.ts'
import { type ChainLine, createChainLine, type LiveSource } from './chainLine.ts'
import { type Desk, type LiveProgress, lotKey } from './desk.ts'
import { listedReceipts, listedSeeds } from './listed.ts'
import { settleFork } from './reorganise.ts'
import { createSupply, type Missing, type WantedHolder, type Wish } from './supply.ts'
import { takeBackSource } from './takeBack.ts'
import { UnaskedSeedError, UnconfirmedSeedError } from './unaskedSeed.ts'
import { wordOfSources } from './wordOfSources.ts'

/** What is known of money that crosses between chains. */
export interface Crossings {
  addLinks(placed: readonly Placed[]): void
  /** Forgets what transactions said: their block was turned back. */
  forget(chain: ChainId, txids: readonly string[]): void
  crossings(txs: readonly ChainTransaction[]): readonly Crossing[]
  /** What leaves, of which no crossing is known. */
  departures(txs: readonly ChainTransaction[]): readonly OpenDeparture[]
  /** Other sides that are not known yet: whose history would tell. */
  pending(txs: readonly ChainTransaction[]): readonly PendingSide[]
}

export interface ChainTransaction {
  readonly chain: ChainId
  readonly txid: string
}

export interface PendingSide {
  readonly chain: ChainId
  readonly holder: HolderId
  /** Unix seconds, both ends included. */
  readonly sinceTime: number
  readonly untilTime: number
}

/** A store's live sources and what they said. */
export interface Live {
  readonly archive: Archive
  readonly book: LiveBook
  readonly crossings: Crossings
  /** In the order in which the user added them. */
  readonly sources: readonly LiveSource[]
}

export interface LiveOptions {
  /** Rules whose flows are wanted: what any of them taints is fetched. */
  readonly rules: readonly Rule[]
  /** Ask again about what may have changed. */
  readonly refresh: boolean
  /** The sources' doors answer from the store alone. */
  readonly offline: boolean
  readonly signal: AbortSignal
  /** Unix seconds. */
  readonly now: () => number
  readonly onProgress: (progress: LiveProgress) => void | Promise<void>
  /** Questions under way at once, default 8. */
  readonly concurrency?: number
}

export interface LiveTrace {
  /** Made ready: `run` gives the flow by a rule. */
  readonly prepared: Prepared
  /** Everything that the trace wanted is known. */
  readonly complete: boolean
  readonly missing: readonly Missing[]
  /** What cut the asking short: a budget, an interrupt. */
  readonly cut: LootlineError | null
}

const DEFAULT_CONCURRENCY = 8
/** Unconfirmed spenders that a note names. */
const SHOWN_TXIDS = 5

/**
 * Fetches what a trace needs and traces. A budget that is used up, an interrupt and sources that fail end the fetching, not
 * the trace: its notes then say what is missing, and the same again goes on from there.
 *
 * @throws {NoSeedError} where nothing of the seeds is known or found
 * @throws {UnaskedSeedError | InterruptedError} where nothing of the seeds is known, and sources were not asked or failed
 * @throws {UnconfirmedSeedError} where a seed is a transaction that is in no block
 * @throws {BusySeedError} where a seed's history is too large
 */
export async function traceLive(
  books: TraceBooks,
  live: Live,
  request: TraceRequest,
  options: LiveOptions,
): Promise<LiveTrace> {
  const { book } = live
  const forgetting = { ledger: books.ledger, book, archive: live.archive, links: live.crossings }
  // A run that caught a source may have been killed before it had forgotten it.
  for (const { chain, source } of book.freshLies()) await takeBackSource(forgetting, chain, source)
  if (options.refresh) {
    // What was under way when they were caught came later.
    for (const { chain, source } of book.lies()) live.archive.dropSource(source, chain)
    book.forgiveLies()
  }
  const desk = createDesk(books, live, request, options)
  const chains = [...new Set(live.sources.map(({ chain }) => chain))]
  const supply = createSupply(desk, chains, request.direction)
  /** Notes may be added until the flow is run. */
  const prepare = (): { readonly prepared: Prepared; readonly runNotes: string[] } => {
    const runNotes: string[] = []
    const beyond = createBeyond({ ledger: books.ledger, book, crossings: live.crossings, runNotes })
    return { prepared: prepareTrace({ ...books, beyond }, request), runNotes }
  }
  const look = (): View => {
    const seeds = seedHolders(request)
    try {
      const made = prepare()
      const frontier = made.prepared.frontier(options.rules)
      const sides = live.crossings.pending(frontier.transactions)
      return { ...made, frontier, sides, wish: wishOf(sides, frontier, seeds, request.direction) }
    } catch (error) {
      // What is asked of the seeds' holders may yet find them.
      if (!(error instanceof NoSeedError) || seeds.length === 0) throw error
      return { unknown: error, sides: [], wish: { lots: [], holders: seeds } }
    }
  }
  const failuresOf = () => chains.flatMap((chain) => desk.line(chain)!.failures())
  /** That a seed is not known says nothing where those who would know it were not asked, or failed. */
  const unasked = (error: unknown, cut: LootlineError | null): unknown => {
    if (!(error instanceof NoSeedError)) return error
    if (cut instanceof InterruptedError) return cut
    const { transactions, holders } = missingSeeds(books.ledger, request)
    // The ledger's mark outlasts what was taken back.
    const open = supply.missing({ lots: [], holders: seedHolders(request) })
    if (transactions.length + holders.length + open.length === 0) return error
    const failures = failuresOf()
    const unplaced = supply.unplaced().filter(({ txid }) => error.data.what.startsWith(txid))
    const unconfirmed = unplaced.find(({ isUnconfirmed }) => isUnconfirmed)
    if (unconfirmed !== undefined) return new UnconfirmedSeedError(error, unconfirmed)
    const { offline } = options
    const isAsked = cut === null && !offline && failures.length + unplaced.length === 0
    return isAsked ? error : new UnaskedSeedError(error, { cut, offline, failures, unplaced })
  }
  const askReceipts = async (sides: readonly PendingSide[]): Promise<boolean> => {
    const receipts = options.offline ? [] : listedReceipts({ ledger: books.ledger, book }, sides)
    return supply.transactions(() => receipts)
  }
  const keptBefore = await live.archive.kept()
  const whatCut = async ({ data }: BudgetError): Promise<BudgetError> =>
    new BudgetError(data.maxCalls, (await live.archive.kept()) === keptBefore)
  let cut: LootlineError | null = null
  let view: View | null = null
  try {
    do {
      // Again after each round: what a source brought is taken out when it is caught lying.
      await supply.transactions(() => [
        ...missingSeeds(books.ledger, request).transactions,
        ...(options.offline ? [] : listedSeeds({ ledger: books.ledger, book }, request)),
      ])
      view = look()
    } while ((await supply.round(view.wish)) || (await askReceipts(view.sides)))
    if (desk.signal.aborted) cut = new InterruptedError()
  } catch (error) {
    if (!(error instanceof BudgetError || error instanceof InterruptedError)) throw unasked(error, null)
    cut = error instanceof BudgetError ? await whatCut(error) : error
  }
  try {
    // A round that asked nothing left everything as it was.
    if (view === null || cut !== null) view = look()
    if ('unknown' in view) throw view.unknown
    const { prepared, frontier, runNotes, wish } = view
    const missing = supply.missing(wish)
    runNotes.push(
      ...unconfirmedNotes(frontier.lots.flatMap((lot) => desk.unconfirmed.get(lotKey(lot)) ?? [])),
      ...wordNotes(wordOfSources(books.ledger, book, frontier.transactions)),
      ...missing.map((one) => missingNote(one, cut)),
      ...failuresOf().flatMap(({ source, message, lied }) =>
        lied ? [] : [`Source ${printable(source, 60)} failed: ${printable(message, 400)}`],
      ),
    )
    return { prepared, complete: missing.length === 0, missing, cut }
  } catch (error) {
    throw unasked(error, cut)
  }
}

/** What the ledger's trace says by now: what it would ask, or that it knows no seed. */
type View =
  | {
      readonly prepared: Prepared
      readonly frontier: Frontier
      readonly runNotes: string[]
      readonly sides: readonly PendingSide[]
      readonly wish: Wish
    }
  | { readonly unknown: NoSeedError; readonly sides: readonly PendingSide[]; readonly wish: Wish }

function createDesk(books: TraceBooks, live: Live, request: TraceRequest, options: LiveOptions): Desk {
  const { archive, book } = live
  const { ledger } = books
  const forgetting = { ledger, book, archive, links: live.crossings }
  const lines = new Map<ChainId, ChainLine | null>()
  const lineOf = (chain: ChainId): ChainLine | null => {
    const sources = live.sources.filter((source) => source.chain === chain)
    if (sources.length === 0) return null
    return createChainLine(chain, {
      sources,
      onUse: ({ shown, kind, blind }) => {
        // What it did not see once is in what it gave then.
        const before = book
          .used()
          .flatMap((one) => (one.source === shown && one.chain === chain ? one.blind : []))
        book.setUsed({ source: shown, chain, kind, blind: [...new Set([...blind, ...before])] })
      },
      lieOf: (shown) => book.lieOf(chain, shown),
      async onLie({ source, what }) {
        book.setLie({ chain, source, what })
        await takeBackSource(forgetting, chain, source)
      },
      lastTip: () => book.moments().findLast((moment) => moment.chain === chain) ?? null,
      async settle(source, tip) {
        const turned = await archive.anew(() => settleFork(forgetting, source, tip))
        if (turned !== null) await options.onProgress({ kind: 'reorganised', ...turned })
        book.rememberBlock(chain, tip)
        archive.setTip(chain, tip)
        return turned !== null
      },
    })
  }
  return {
    ...{ ledger, book, archive, links: live.crossings, now: options.now },
    line(chain) {
      let line = lines.get(chain)
      if (line === undefined) {
        line = lineOf(chain)
        lines.set(chain, line)
      }
      return line
    },
    ...{ labels: books.labels, mayGoAhead: isUnlimited(request) },
    ...{ busy: request.busy, refresh: options.refresh, signal: options.signal },
    ...{
      unconfirmed: new Map(),
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      onProgress: options.onProgress,
    },
  }
}

function isUnlimited({ direction, maxHops, until, dust }: TraceRequest): boolean {
  return direction === 'forward' && maxHops === null && until === null && dust === null
}

/** What a trace begins with is wanted whole, and first; from when on, where the request says. */
function seedHolders({ seeds, direction }: TraceRequest): WantedHolder[] {
  return seeds.flatMap(({ of, after }) => {
    if (of.kind !== 'holders') return []
    const time = direction === 'forward' ? (after ?? null) : null
    return of.holders.map(
      (holder): WantedHolder => ({ holder, height: time === null ? 0 : null, time, isSeed: true }),
    )
  })
}

function wishOf(
  pending: readonly PendingSide[],
  frontier: Frontier,
  seeds: readonly WantedHolder[],
  direction: TraceRequest['direction'],
): Wish {
  const own = new Set(seeds.map(({ holder }) => holder))
  // Backward, what matters is before.
  const met = frontier.holders.map(
    (one): WantedHolder => ({ ...one, ...(direction === 'forward' ? {} : { height: 0 }), isJudged: true }),
  )
  const known = new Set(met.map(({ holder }) => holder))
  const sides = pending
    .filter(({ holder }) => !known.has(holder))
    .map(({ holder, sinceTime }): WantedHolder => ({ holder, height: null, time: sinceTime }))
  const reached = [...met, ...sides].filter(({ holder }) => !own.has(holder))
  return { lots: frontier.lots, holders: [...reached, ...seeds] }
}

function wordNotes(inputs: number): string[] {
  if (inputs === 0) return []
  return [
    `Amount and payer of ${counted(inputs, 'input')} of traced transactions are the word of the source that gave them: what they spend was not fetched. What was traced into them is proved.`,
  ]
}

/** @param spenders one for each output where traced money rests and that is being spent */
function unconfirmedNotes(spenders: readonly string[]): string[] {
  const txids = [...new Set(spenders)]
  if (txids.length === 0) return []
  const [is, it] = spenders.length === 1 ? ['is', 'it is'] : ['are', 'they are']
  const more = txids.length > SHOWN_TXIDS ? ` and ${txids.length - SHOWN_TXIDS} more` : ''
  const shown = txids.slice(0, SHOWN_TXIDS).map((txid) => printable(txid, 80))
  return [
    `${counted(spenders.length, 'output')} where traced money rests ${is} being spent by ${counted(txids.length, 'unconfirmed transaction')}: ${shown.join(', ')}${more}. Until confirmed, ${it} taken for unspent; with a new block, --refresh asks again.`,
  ]
}

function missingNote({ chain, lots, holders, why }: Missing, cut: LootlineError | null): string {
  const what = [
    ...(lots > 0 ? [counted(lots, 'output')] : []),
    ...(holders > 0 ? [counted(holders, 'holder')] : []),
  ].join(' and ')
  const reason = why ?? cut?.message ?? 'The sources did not say.'
  const isTooSmall = cut instanceof BudgetError && cut.data.isTooSmall
  return `Not asked about to the end: ${what} of ${chainName(chain)}. ${printable(reason, 400)}${isTooSmall ? '' : ' The same command goes on from there.'}`
}

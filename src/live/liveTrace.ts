/**
 * The live trace: the ledger is traced, what its frontier wants is fetched, and so on until nothing is wanted. The flow is
 * then the plain trace of the ledger, so that tracing again asks nothing.
 * @module
 */
import type { LootlineError } from '../errors.ts'
import { BudgetError } from '../net/index.ts'
import {
  type Frontier,
  missingSeeds,
  NoSeedError,
  type Prepared,
  prepareTrace,
  type TraceBooks,
  type TraceRequest,
} from '../trace/index.ts'
import { printable } from '../units/text.ts'
import { InterruptedError } from './archived.ts'
import { createBeyond } from './beyond.ts'
import { createDesk } from './createDesk.ts'
import { lotKey } from './desk.ts'
import { heldNotes } from './heldBalances.ts'
import { listedReceipts, listedSeeds } from './listed.ts'
import type { Live, LiveOptions, PendingSide } from './live.ts'
import { createSupply, type Missing } from './supply.ts'
import { takeBackSource } from './takeBack.ts'
import { arrivingNotes, missingNote, unconfirmedNotes, wordNotes } from './traceNotes.ts'
import { UnaskedSeedError, UnconfirmedSeedError } from './unaskedSeed.ts'
import { seedHolders, type Wish, wishOf } from './wish.ts'
import { wordOfSources } from './wordOfSources.ts'

export interface LiveTrace {
  /** Made ready: `run` gives the flow by a rule. */
  readonly prepared: Prepared
  /** Everything that the trace wanted is known. */
  readonly complete: boolean
  readonly missing: readonly Missing[]
  /** What cut the asking short: a budget, an interrupt. */
  readonly cut: LootlineError | null
}

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
  /** Notes may be added until the last flow is run. */
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
    const [arriving] = [...desk.arriving].flatMap(([holder, all]) =>
      error.data.what.includes(holder) ? all : [],
    )
    if (arriving !== undefined) return new UnconfirmedSeedError(error, arriving)
    const { transactions, holders } = missingSeeds(books.ledger, request)
    // A kill may leave the ledger's mark without the book's word.
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
      ...[...desk.arriving].flatMap(([holder, { length }]) => arrivingNotes(holder, length)),
      ...unconfirmedNotes(frontier.lots.flatMap((lot) => desk.unconfirmed.get(lotKey(lot)) ?? [])),
      ...wordNotes(wordOfSources(books.ledger, book, frontier.transactions)),
      ...missing.map((one) => missingNote(one, cut)),
      ...(await heldNotes(desk, () => prepared.run(request.rule))),
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

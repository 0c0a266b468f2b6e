/**
 * The watcher: looks at one chain once, from where it was last looked through to its tip, and writes down what has to be
 * told. It sends nothing; {@link WatchStore} and docs/methods/watching.md say why a kill at any instant neither misses nor
 * doubles an event.
 * @module
 */
import type { BlockRef, MetAssets, Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { LootlineError } from '../errors.ts'
import type { ChainId } from '../units/caip.ts'
import type { DraftAlert } from './alert.ts'
import { settle } from './compare.ts'
import { AskedInVainError, guard, guarded } from './guardedSource.ts'
import type { Lookout } from './lookout.ts'
import { missing, replacedBy } from './mempool.ts'
import {
  type Answered,
  BadSourceError,
  isBest,
  matchesIn,
  nextStep,
  nothingAnswered,
  type Step,
  waitingIn,
} from './scan.ts'
import type { SharedLedger } from './sharedLedger.ts'
import { droppedAlerts, replacedAlerts, unconfirmedAlerts, unconfirmedOf } from './unconfirmed.ts'
import { START_AT_TIP, type Watch } from './watch.ts'
import { StaleMarkError } from './watchError.ts'
import { createWatched, type WatchedParts } from './watched.ts'
import type { Mark } from './watchStore.ts'

export interface WatcherParts extends WatchedParts {
  /** By chain, the first first; a source that fails is followed by the next. */
  readonly sources: ReadonlyMap<ChainId, readonly WatchSource[]>
  /** Where traces with live sources work on the same ledger. */
  readonly shared?: SharedLedger
  /** A pass ends between two blocks. */
  readonly signal?: AbortSignal
  /** Called after every block. */
  readonly onBlock?: (chain: ChainId, height: number, tip: number) => void
}

export interface WatchSource {
  /** Without secrets. */
  readonly shown: string
  /** Gives the same source again once it could be opened. */
  open(): Promise<Source>
}

export interface Pass {
  readonly chain: ChainId
  /** The block looked through last; null where no source answered. */
  readonly height: number | null
  /** Blocks looked through, and transactions found in them. */
  readonly blocks: number
  readonly found: number
  /** Whether the tip was reached. */
  readonly atTip: boolean
  /** Sources that failed, in the order asked. */
  readonly failures: readonly { readonly source: string; readonly error: LootlineError }[]
}

export interface Watcher {
  /** Chains of what is watched. */
  chains(): readonly ChainId[]
  /** One look at one chain. Two passes of one chain must not run at once. */
  pass(chain: ChainId): Promise<Pass>
  /** Outputs and accounts that are looked for. */
  size(): { readonly lots: number; readonly holders: number }
}

/** Blocks in which one transaction spends another's output are looked at again for each link of the longest such chain. */
const MAX_LOOKS = 10_000
/** Bitcoin Core keeps no longer chains of unconfirmed transactions than 25 (DEFAULT_DESCENDANT_LIMIT, src/policy/policy.h). */
const MAX_UNCONFIRMED_LOOKS = 25
/** A chain that turns more often while it is looked at once is none. */
const MAX_TURNS = 10
const REFUSED: ReadonlySet<string> = new Set(['LEDGER_DOUBLE_SPEND', 'LEDGER_BAD_TRANSACTION'])

export function createWatcher(parts: WatcherParts): Watcher {
  const { store, books, sources, shared, clock, signal, onAlerts, onBlock } = parts
  const watched = createWatched({ store, books, clock, ...(onAlerts && { onAlerts }) })
  const { look, differences, commit, lookoutOf, refresh } = watched
  const seconds = (): number => Math.floor(clock.now() / 1000)
  /** Transactions that this process put into the ledger, by chain: explorers tell of them again and again. */
  const taken = new Map<ChainId, Set<string>>()
  /** The newest block of each chain at which the shared ledger was settled. */
  const settled = new Map<ChainId, string>()

  const takenOf = (chain: ChainId): Set<string> => {
    const txids = taken.get(chain) ?? new Set()
    taken.set(chain, txids)
    return txids
  }

  const touchedBy = (lookout: Lookout, transactions: readonly Transaction[]): Watch[] => {
    const ids = new Set(transactions.flatMap((transaction) => [...lookout.watchesOf(transaction)]))
    return [...ids].flatMap((id) => watched.watches().get(id) ?? [])
  }

  /** Alerts about unconfirmed transactions name watches by id; one that is gone tells nobody. */
  const named = (id: string): Watch | undefined => watched.watches().get(id)

  // --- one pass -----------------------------------------------------------------------------------------------------

  async function pass(chain: ChainId): Promise<Pass> {
    refresh()
    const failures: { source: string; error: LootlineError }[] = []
    for (const { shown, open } of sources.get(chain) ?? []) {
      for (;;) {
        try {
          const source = guarded(await guard(open)())
          return { chain, failures, ...(await walk(source, chain)) }
        } catch (error) {
          if (error instanceof StaleMarkError) {
            refresh(true)
            continue
          }
          const failure = error instanceof AskedInVainError ? error.cause : error
          if (failure === error && !(error instanceof BadSourceError)) throw error
          failures.push({ source: shown, error: failure as LootlineError })
          break
        }
      }
    }
    return { chain, height: store.mark(chain)?.height ?? null, blocks: 0, found: 0, atTip: false, failures }
  }

  async function walk(source: Source, chain: ChainId): Promise<Omit<Pass, 'chain' | 'failures'>> {
    let answered = nothingAnswered()
    const tip = await source.tip()
    const seen = store.mark(chain)
    if (seen !== null && tip.height < seen.height)
      throw new BadSourceError(source, `its tip is block ${tip.height}; ${seen.height} was seen already`)
    await settleShared(source, chain, tip)
    const there = await lookAtMempool(source, chain, answered)
    let blocks = 0
    let found = 0
    let turns = 0
    for (;;) {
      let mark = store.mark(chain)
      if (mark === null || signal?.aborted === true) break
      if (mark.height === START_AT_TIP) {
        commit({ chain, from: mark, connect: markOf(tip) })
        continue
      }
      if (mark.hash === null) mark = await nameMark(source, chain, mark)
      if (mark.told === true && source.matches !== undefined) {
        readAnew(chain, mark)
        continue
      }
      if (takeOut(chain, mark)) {
        takenOf(chain).clear()
        continue
      }
      const lookout = lookoutOf(chain)
      const step = await nextStep(source, mark, tip, lookout, answered, takenOf(chain))
      if (step.kind === 'turned') {
        if (++turns > MAX_TURNS) throw changedMeanwhile(source)
        await turnBack(source, chain, mark)
        answered = nothingAnswered()
        continue
      }
      if (step.kind === 'end') {
        const atTip = mark.height === tip.height && mark.hash === tip.hash
        // What was found may be spent by what is waiting.
        if (atTip) end(chain, found === 0 ? there : await lookAtMempool(source, chain, nothingAnswered()))
        return { height: mark.height, blocks, found, atTip }
      }
      found += await connect(source, chain, mark, lookout, step)
      blocks++
      if (step.block !== null) onBlock?.(chain, step.block.height, tip.height)
    }
    return { height: store.mark(chain)?.height ?? null, blocks, found, atTip: false }
  }

  /**
   * Before a new block is looked at, the ledger has nothing of traces that is no longer in the chain, and everything of
   * ours: where a trace took that out with its own, the mark goes back to before it, and it is found again.
   */
  async function settleShared(source: Source, chain: ChainId, tip: BlockRef): Promise<void> {
    if (shared === undefined || settled.get(chain) === tip.hash) return
    if (await shared.settle(source, tip)) {
      const mark = store.mark(chain)
      const lost = store.placedAbove(chain, -1).find(({ txid }) => !shared.has(chain, txid))
      look(watched.watches().values())
      commit({
        chain,
        ...(mark !== null && { from: mark }),
        ...(lost !== undefined && { popTo: { height: lost.height - 1, hash: null } }),
        ...differences(watched.watches().values(), true),
      })
    }
    settled.set(chain, tip.hash)
  }

  /** The mark's hash, where only its height was known. */
  async function nameMark(source: Source, chain: ChainId, mark: Mark): Promise<Mark> {
    const block = await source.blockAt(mark.height)
    if (block === null) throw changedMeanwhile(source)
    commit({ chain, from: mark, connect: markOf(block) })
    return markOf(block)
  }

  /** The mark goes back to the highest block that is in the best chain; what is above is taken out next. */
  async function turnBack(source: Source, chain: ChainId, mark: Mark): Promise<void> {
    const marks = store.marks(chain)
    let good: Mark = { height: Math.max(0, (marks.at(-1)?.height ?? 0) - 1), hash: null }
    for (const one of marks)
      if (await isBest(source, one)) {
        good = one
        break
      }
    if (good.hash === mark.hash) throw changedMeanwhile(source)
    commit({ chain, from: mark, popTo: good })
  }

  /**
   * A node reads for itself what an explorer told of: an explorer's answers come from several machines that need not agree
   * while a chain turns.
   */
  function readAnew(chain: ChainId, mark: Mark): void {
    const marks = store.marks(chain)
    const { height, hash } = marks.find(({ told }) => told !== true) ?? marks.at(-1)!
    commit({ chain, from: mark, popTo: { height, hash }, connect: { height, hash } })
  }

  /**
   * Takes out of the ledger what was put in from blocks above the mark: a kill came before they were written down, or they
   * were turned back. While they are in it, what they spend is not looked for; those of the best chain are found again.
   */
  function takeOut(chain: ChainId, mark: Mark): boolean {
    const above = store.placedAbove(chain, mark.height).map(({ txid }) => txid)
    if (above.length === 0) return false
    books.forget(chain, above)
    look(watched.watches().values())
    commit({ chain, from: mark, unplaced: above, ...differences(watched.watches().values(), true) })
    return true
  }

  /** Puts what was found in a block into the ledger, looks what that means, and writes it down with the block. */
  async function connect(
    source: Source,
    chain: ChainId,
    mark: Mark,
    first: Lookout,
    step: Step & { readonly kind: 'block' },
  ): Promise<number> {
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
      append(source, fresh, assets)
      look(about)
      for (const watch of about) touched.add(watch)
      if (block === null || source.matches === undefined) break
      // What was found may be spent in the same block.
      lookout = lookoutOf(chain)
      ;({ transactions, assets } = await matchesIn(source, block, lookout))
    }
    const confirmed = [...got.values()].map(({ transaction }) => transaction)
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
      alerts: [...told.alerts!, ...replacedAlerts(waiting, replaced, seconds(), named)],
    })
    for (const txid of got.keys()) takenOf(chain).add(txid)
    return got.size
  }

  /** What contradicts the ledger (it spends what another spends) is the source's word against ours: nothing is put in. */
  function append(source: Source, placed: readonly Placed[], assets: MetAssets): void {
    try {
      books.append(placed, assets)
    } catch (error) {
      if (!(error instanceof LootlineError) || !REFUSED.has(error.code)) throw error
      throw new BadSourceError(source, `the ledger refuses its block: ${error.message}`)
    }
  }

  /** At the tip: what was taken back and has not come again, and what is no longer waiting. */
  function end(chain: ChainId, there: ReadonlySet<string> | null): void {
    const settled = [...watched.watches().values()].map((watch) =>
      settle(
        watch,
        store.eventsIn(watch.id, 'turned').filter(({ facts }) => facts.chain === chain),
      ),
    )
    const turns = settled.flatMap((one) => one.turns)
    const alerts: DraftAlert[] = settled.flatMap((one) => one.alerts)
    const { changed, dropped } =
      there === null ? { changed: [], dropped: [] } : missing(store.waiting(chain), there, seconds())
    alerts.push(...droppedAlerts(dropped, seconds(), named))
    if (turns.length + changed.length + dropped.length === 0) return
    commit({ chain, turns, waiting: changed, notWaiting: dropped.map(({ txid }) => txid), alerts })
  }

  /** Unconfirmed transactions of what is watched; null where the source cannot say. */
  async function lookAtMempool(
    source: Source,
    chain: ChainId,
    answered: Answered,
  ): Promise<ReadonlySet<string> | null> {
    let there: Set<string> | null = null
    for (let looks = 0; looks < MAX_UNCONFIRMED_LOOKS; looks++) {
      const lookout = lookoutOf(chain)
      const placed = await waitingIn(source, lookout, answered)
      if (placed === null) return null
      there = new Set(placed.map(({ transaction }) => transaction.txid))
      const before = store.waiting(chain)
      const was = new Set(before.map(({ txid }) => txid))
      const transactions = placed.map(({ transaction }) => transaction)
      const fresh = transactions
        .filter(({ txid }) => !was.has(txid))
        .flatMap((transaction) => unconfirmedOf(transaction, lookout, seconds()) ?? [])
      const replaced = replacedBy(before, transactions, there)
      if (fresh.length + replaced.size === 0) break
      commit({
        chain,
        waiting: fresh.map(({ waiting }) => waiting),
        notWaiting: [...replaced.keys()],
        alerts: [
          ...replacedAlerts(before, replaced, seconds(), named),
          ...unconfirmedAlerts(fresh, seconds(), books, named),
        ],
      })
      // What spends a new one is looked for by asking again.
      if (fresh.length === 0) break
    }
    return there
  }

  return {
    chains() {
      refresh()
      return watched.chains()
    },
    pass,
    size: watched.size,
  }
}

function markOf({ height, hash }: BlockRef): Mark {
  return { height, hash }
}

function changedMeanwhile(source: Source): BadSourceError {
  return new BadSourceError(source, 'its chain changed while it was looked at')
}

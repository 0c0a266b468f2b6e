/**
 * The watcher: looks at one chain once, from where it was last looked through to its tip, and writes down what has to be
 * told. It sends nothing; {@link WatchStore} and docs/methods/watching.md say why a kill at any instant neither misses nor
 * doubles an event.
 * @module
 */

import type { Source } from '../chain/source.ts'
import type { LootlineError } from '../errors.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { DraftAlert } from './alert.ts'
import { type Answered, nothingAnswered } from './answered.ts'
import type { Mark } from './change.ts'
import { markOf } from './change.ts'
import { settle } from './compare.ts'
import { connect } from './connect.ts'
import { AskedInVainError, guard, guarded } from './guardedSource.ts'
import { lookAtMempool } from './lookAtMempool.ts'
import { missing } from './mempool.ts'
import { nextStep } from './scan.ts'
import type { SharedLedger } from './sharedLedger.ts'
import { createTurning } from './turning.ts'
import { droppedAlerts } from './unconfirmed.ts'
import { START_AT_TIP } from './watch.ts'
import { BadSourceError, changedMeanwhile, StaleMarkError } from './watchError.ts'
import { createWatched, type WatchedParts } from './watched.ts'

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
  /** Accounts of which more was listed than is followed: what they did in these blocks is not. */
  readonly busy: readonly BusyHolder[]
  /** Sources that failed, in the order asked. */
  readonly failures: readonly { readonly source: string; readonly error: LootlineError }[]
}

export interface BusyHolder {
  readonly holder: HolderId
  /** At least, after block `above` and up to `through`. */
  readonly transactions: number
  readonly above: number
  readonly through: number
}

export interface Watcher {
  /** Chains of what is watched. */
  chains(): readonly ChainId[]
  /** One look at one chain. Two passes of one chain must not run at once. */
  pass(chain: ChainId): Promise<Pass>
  /** Outputs and accounts that are looked for. */
  size(): { readonly lots: number; readonly holders: number }
}

/** A chain that turns more often while it is looked at once is none. */
const MAX_TURNS = 10

export function createWatcher(parts: WatcherParts): Watcher {
  const { store, books, sources, shared, clock, signal, onAlerts, onBlock } = parts
  const watched = createWatched({ store, books, clock, ...(onAlerts && { onAlerts }) })
  const { commit, lookoutOf, refresh } = watched
  const connecting = { store, books, watched, shared, clock }
  const turning = createTurning({ store, books, watched, shared })
  const seconds = (): number => Math.floor(clock.now() / 1000)
  /** Transactions that this process put into the ledger, by chain: explorers tell of them again and again. */
  const taken = new Map<ChainId, Set<string>>()

  /** Chains that turned and are not looked through anew yet. */
  const unsettled = new Set<ChainId>()

  const takenOf = (chain: ChainId): Set<string> => {
    const txids = taken.get(chain) ?? new Set()
    taken.set(chain, txids)
    return txids
  }

  async function pass(chain: ChainId): Promise<Pass> {
    refresh()
    const failures: { source: string; error: LootlineError }[] = []
    const busy: BusyHolder[] = []
    for (const { shown, open } of sources.get(chain) ?? []) {
      for (;;) {
        try {
          const source = guarded(await guard(open)())
          return { chain, failures, busy, ...(await walk(source, chain, busy)) }
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
    const height = store.mark(chain)?.height ?? null
    return { chain, height, blocks: 0, found: 0, atTip: false, busy, failures }
  }

  async function walk(
    source: Source,
    chain: ChainId,
    busy: BusyHolder[],
  ): Promise<Omit<Pass, 'chain' | 'busy' | 'failures'>> {
    let answered = nothingAnswered()
    const tip = await source.tip()
    const seen = store.mark(chain)
    if (seen !== null && tip.height < seen.height)
      throw new BadSourceError(source, `its tip is block ${tip.height}; ${seen.height} was seen already`)
    await turning.settleShared(source, chain, tip)
    const there = await lookAtMempool(connecting, source, chain, answered)
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
      if (mark.hash === null) mark = await turning.nameMark(source, chain, mark)
      if (mark.told === true && source.matches !== undefined) {
        turning.readAnew(chain, mark)
        continue
      }
      if (await turning.lookBack(source, chain, mark, tip)) {
        answered = nothingAnswered()
        continue
      }
      if (turning.takeOut(chain, mark)) {
        takenOf(chain).clear()
        unsettled.add(chain)
        continue
      }
      const lookout = lookoutOf(chain)
      const step = await nextStep(
        source,
        { since: store.since(chain), mark, tip },
        lookout,
        answered,
        takenOf(chain),
      )
      if (answered.busy.size > 0) {
        busy.push(...leaveBusy(chain, mark, tip.height, answered))
        continue
      }
      if (step.kind === 'turned') {
        if (++turns > MAX_TURNS) throw changedMeanwhile(source)
        await turning.turnBack(source, chain, mark)
        answered = nothingAnswered()
        continue
      }
      if (step.kind === 'end') {
        const atTip = mark.height === tip.height && mark.hash === tip.hash
        // What was found may be spent by what is waiting.
        if (atTip)
          end(chain, found === 0 ? there : await lookAtMempool(connecting, source, chain, nothingAnswered()))
        return { height: mark.height, blocks, found, atTip }
      }
      const txids = await connect(connecting, source, chain, mark, lookout, step)
      for (const txid of txids) takenOf(chain).add(txid)
      found += txids.length
      blocks++
      if (step.block !== null) onBlock?.(chain, step.block.height, tip.height)
    }
    return { height: store.mark(chain)?.height ?? null, blocks, found, atTip: false }
  }

  /** Traces judge whether following stops there, as they do of what live sources count. */
  function leaveBusy(chain: ChainId, from: Mark, through: number, { busy }: Answered): BusyHolder[] {
    const left = [...busy].map(([holder, transactions]) => {
      shared?.setCount(holder, transactions)
      return { holder, transactions, above: from.height, through }
    })
    busy.clear()
    const all = [...watched.watches().values()]
    watched.look(all)
    commit({ chain, from, ...watched.differences(all, false) })
    return left
  }

  /** At the tip: what was taken back and has not come again, and what is no longer waiting. */
  function end(chain: ChainId, there: ReadonlySet<string> | null): void {
    unsettled.delete(chain)
    const settled = [...watched.watches().values()].map((watch) => {
      const turned = store.eventsIn(watch.id, 'turned')
      // What came over from another chain may come again with what left it.
      const waits = turned.some(({ facts }) => unsettled.has(facts.chain))
      return settle(watch, waits ? [] : turned.filter(({ facts }) => facts.chain === chain))
    })
    const turns = settled.flatMap((one) => one.turns)
    const alerts: DraftAlert[] = settled.flatMap((one) => one.alerts)
    const { changed, dropped } =
      there === null ? { changed: [], dropped: [] } : missing(store.waiting(chain), there, seconds())
    alerts.push(...droppedAlerts(dropped, seconds(), watched.named))
    if (turns.length + changed.length + dropped.length === 0) return
    commit({ chain, turns, waiting: changed, notWaiting: dropped.map(({ txid }) => txid), alerts })
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

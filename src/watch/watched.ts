/**
 * What a process holds in memory of what is watched, and the two ways in which it changes: a look by the books, and a commit
 * to the store. Nothing here is the only copy.
 * @module
 */
import type { Clock } from '../net/index.ts'
import { type ChainId, chainOf } from '../units/caip.ts'
import type { DraftAlert } from './alert.ts'
import type { Change, KnownEvent } from './change.ts'
import { compare } from './compare.ts'
import { createLookout, type Lookout } from './lookout.ts'
import type { AwaitedHolder, Sight, SightedHolder, WatchedBooks } from './sight.ts'
import type { Watch } from './watch.ts'
import type { WatchStore } from './watchStore.ts'

export interface WatchedParts {
  readonly store: WatchStore
  readonly books: WatchedBooks
  readonly clock: Pick<Clock, 'now'>
  readonly onAlerts?: (alerts: readonly DraftAlert[]) => void
}

export interface Watched {
  /** By id. */
  watches(): ReadonlyMap<string, Watch>
  /** Alerts about unconfirmed transactions name watches by id; one that is gone tells nobody. */
  named(id: string): Watch | undefined
  /** Takes in watches that were added or removed, and labels that changed; `anew` whether or not that is known. */
  refresh(anew?: boolean): void
  /** Traces these again. */
  look(which: Iterable<Watch>): void
  /** What the sights of now say that was not known. `turnedBack`: what is not seen any more was taken back. */
  differences(which: Iterable<Watch>, turnedBack: boolean): Omit<Change, 'nowMs'>
  commit(change: Omit<Change, 'nowMs'>): void
  lookoutOf(chain: ChainId): Lookout
  /** Chains of what is watched. */
  chains(): readonly ChainId[]
  /** Who is to be paid on this chain for what left another, and was not looked for in the blocks before. */
  awaited(chain: ChainId): readonly AwaitedHolder[]
  /** Of these, the accounts that are looked for. */
  holdersOf(which: Iterable<Watch>): readonly SightedHolder[]
  size(): { readonly lots: number; readonly holders: number }
}

export function createWatched({ store, books, clock, onAlerts }: WatchedParts): Watched {
  let version = Number.NaN
  let watches = new Map<string, Watch>()
  const sights = new Map<string, Sight>()
  /** State of the labels before each was traced. */
  const labelMarks = new Map<string, string>()
  const known = new Map<string, Map<string, KnownEvent>>()
  /** By chain; made anew when something that is looked for changed. */
  const lookouts = new Map<ChainId, Lookout>()

  const refresh = (anew = false): void => {
    const now = store.version()
    if (anew || now !== version) {
      watches = new Map(store.watches().map((watch) => [watch.id, watch]))
      for (const id of sights.keys())
        if (!watches.has(id)) {
          sights.delete(id)
          labelMarks.delete(id)
        }
      known.clear()
      lookouts.clear()
      version = now
    }
    const mark = books.labelMark()
    const stale = [...watches.values()].filter(({ id }) => !sights.has(id) || store.labelMark(id) !== mark)
    if (stale.length > 0) commit(differences(stale, false))
  }

  const look = (which: Iterable<Watch>): void => {
    for (const watch of which) {
      labelMarks.set(watch.id, books.labelMark())
      sights.set(watch.id, books.sight(watch))
    }
    lookouts.clear()
  }

  const knownOf = (id: string): Map<string, KnownEvent> => {
    let events = known.get(id)
    if (events === undefined) {
      events = store.known(id)
      known.set(id, events)
    }
    return events
  }

  /** Flows and labels of one moment: where another process states something in between, it is looked again. */
  const differences = (which: Iterable<Watch>, turnedBack: boolean): Omit<Change, 'nowMs'> => {
    const list = [...which]
    for (;;) {
      const labelMark = books.labelMark()
      const stale = list.filter(({ id }) => labelMarks.get(id) !== labelMark)
      if (stale.length > 0) look(stale)
      const told = compared(list, turnedBack, labelMark)
      if (books.labelMark() === labelMark) return told
    }
  }

  const compared = (
    which: readonly Watch[],
    turnedBack: boolean,
    labelMark: string,
  ): Omit<Change, 'nowMs'> => {
    const parts = which.map((watch) => {
      const changed = store.labelMark(watch.id) !== labelMark
      const before = {
        known: knownOf(watch.id),
        facts: (key: string) => store.facts(watch.id, key),
        statements: () => store.statements(watch.id),
      }
      const told = compare(watch, sights.get(watch.id)!, before, {
        ...{ turnedBack, labelsChanged: changed, silent: false, labels: books.labels, value: books.value },
      })
      return { ...told, labelMarks: changed ? [{ watch: watch.id, mark: labelMark }] : [] }
    })
    return {
      events: parts.flatMap(({ events }) => events),
      turns: parts.flatMap(({ turns }) => turns),
      statements: parts.flatMap(({ statements }) => statements),
      alerts: parts.flatMap(({ alerts }) => alerts),
      labelMarks: parts.flatMap(({ labelMarks }) => labelMarks),
      begin: chainsOf(which).filter(({ chain }) => store.mark(chain) === null),
    }
  }

  /** Chains of what is watched, each with where to begin: a crossing may lead to a new one at any time. */
  const chainsOf = (which: Iterable<Watch>): { chain: ChainId; height: number }[] => {
    const lowest = new Map<ChainId, number>()
    for (const { id, since } of which)
      for (const [chain, height] of [...Object.entries(since), ...(sights.get(id)?.from ?? [])])
        lowest.set(chain, Math.min(lowest.get(chain) ?? Number.POSITIVE_INFINITY, height))
    return [...lowest].map(([chain, height]) => ({ chain, height }))
  }

  const commit = (change: Omit<Change, 'nowMs'>): void => {
    store.commit({ ...change, nowMs: clock.now() })
    for (const { watch, key, state, turn } of [...(change.events ?? []), ...(change.turns ?? [])])
      known.get(watch)?.set(key, { state, turn })
    if ((change.waiting ?? []).length + (change.notWaiting ?? []).length > 0) lookouts.clear()
    if ((change.alerts ?? []).length > 0) onAlerts?.(change.alerts!)
  }

  return {
    watches: () => watches,
    named: (id) => watches.get(id),
    refresh,
    look,
    differences,
    commit,
    lookoutOf(chain) {
      const busy = Math.max(...watches.values().map(({ request }) => request.busy))
      const made =
        lookouts.get(chain) ?? createLookout(chain, books.native(chain), sights, store.waiting(chain), busy)
      lookouts.set(chain, made)
      return made
    },
    awaited: (chain) =>
      [...sights.values()]
        .flatMap(({ awaited = [] }) => awaited)
        .filter((one) => chainOf(one.holder) === chain && !store.isLookedBack(one)),
    holdersOf: (which) => [...which].flatMap(({ id }) => sights.get(id)?.holders ?? []),
    chains: () => chainsOf(watches.values()).map(({ chain }) => chain),
    size() {
      const all = [...sights.values()]
      return {
        lots: all.reduce((sum, { lots }) => sum + lots.length, 0),
        holders: all.reduce((sum, { holders }) => sum + holders.length, 0),
      }
    },
  }
}

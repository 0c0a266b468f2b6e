/**
 * What is done when a chain turns: where its mark goes, and what is taken out of the ledger.
 * @module
 */
import type { BlockRef, Source } from '../chain/source.ts'
import { ContradictionError, heightAt } from '../live/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type Mark, markOf } from './change.ts'
import { forebears } from './mempool.ts'
import { isBest } from './scan.ts'
import type { SharedLedger } from './sharedLedger.ts'
import type { AwaitedHolder, WatchedBooks } from './sight.ts'
import { BadSourceError, changedMeanwhile } from './watchError.ts'
import type { Watched } from './watched.ts'
import type { WatchStore } from './watchStore.ts'

export interface TurningParts {
  readonly store: WatchStore
  readonly books: WatchedBooks
  readonly watched: Watched
  /** Where traces with live sources work on the same ledger. */
  readonly shared: SharedLedger | undefined
}

export interface Turning {
  /**
   * Before a new block is looked at, the ledger has nothing of traces that is no longer in the chain, and everything of
   * ours: where a trace took that out with its own, the mark goes back to before it, and it is found again.
   */
  settleShared(source: Source, chain: ChainId, tip: BlockRef): Promise<void>
  /**
   * The mark goes back to before whoever is awaited may have been paid, once.
   * @returns whether somebody was newly awaited
   */
  lookBack(source: Source, chain: ChainId, mark: Mark, tip: BlockRef): Promise<boolean>
  /** The mark's hash, where only its height was known. */
  nameMark(source: Source, chain: ChainId, mark: Mark): Promise<Mark>
  /** The mark goes back to the highest block that is in the best chain; what is above is taken out next. */
  turnBack(source: Source, chain: ChainId, mark: Mark): Promise<void>
  /**
   * A node reads for itself what an explorer told of: an explorer's answers come from several machines that need not agree
   * while a chain turns.
   */
  readAnew(chain: ChainId, mark: Mark): void
  /**
   * Takes out of the ledger what was put in from blocks above the mark: a kill came before they were written down, or they
   * were turned back. While they are in it, what they spend is not looked for; those of the best chain are found again.
   */
  takeOut(chain: ChainId, mark: Mark): boolean
}

const timeOf = ({ sinceTime }: AwaitedHolder): number => sinceTime

export function createTurning({ store, books, watched, shared }: TurningParts): Turning {
  const { look, differences, commit } = watched
  /** The newest block of each chain at which the shared ledger was settled, and what version of it. */
  const settled = new Map<ChainId, { readonly hash: string; readonly version: number }>()
  /** Chains of which the ledger has changed since: what follows from it is not written down yet. */
  const changed = new Set<ChainId>()

  return {
    async settleShared(source, chain, tip) {
      const before = settled.get(chain)
      if (shared === undefined || before?.hash === tip.hash) return
      // What is written from here on is seen at the next block.
      const version = shared.version()
      if (before !== undefined && before.version !== version) changed.add(chain)
      if (await shared.settle(source, tip)) changed.add(chain)
      // A trace may have taken something out while no watch ran.
      const lost =
        changed.has(chain) || before === undefined
          ? store.placedAbove(chain, -1).find(({ txid }) => !shared.has(chain, txid))
          : undefined
      if (changed.has(chain) || lost !== undefined) {
        const mark = store.mark(chain)
        look(watched.watches().values())
        while (await shared.enterOpenings(source, watched.holdersOf(watched.watches().values())))
          look(watched.watches().values())
        commit({
          chain,
          ...(mark !== null && { from: mark }),
          ...(lost !== undefined && { popTo: { height: lost.height - 1, hash: null } }),
          ...differences(watched.watches().values(), true),
        })
      }
      changed.delete(chain)
      settled.set(chain, { hash: tip.hash, version })
    },
    async lookBack(source, chain, mark, tip) {
      const awaited = watched.awaited(chain)
      if (awaited.length === 0) return false
      const line = {
        tip: async () => tip,
        ask: <T>(_can: unknown, ask: (of: Source) => Promise<T>) => ask(source),
      }
      try {
        // Nothing is below the first block.
        const height = Math.max(0, (await heightAt(line, Math.min(...awaited.map(timeOf)))) - 1)
        const popTo = height < mark.height ? { popTo: { height, hash: null } } : {}
        commit({ chain, from: mark, ...popTo, lookedBack: awaited })
        return true
      } catch (error) {
        throw error instanceof ContradictionError ? new BadSourceError(source, error.data.what) : error
      }
    },
    async nameMark(source, chain, mark) {
      const block = await source.blockAt(mark.height)
      if (block === null) throw changedMeanwhile(source)
      commit({ chain, from: mark, connect: markOf(block) })
      return markOf(block)
    },
    async turnBack(source, chain, mark) {
      const marks = store.marks(chain)
      let good: Mark = { height: Math.max(0, (marks.at(-1)?.height ?? 0) - 1), hash: null }
      for (const one of marks)
        if (await isBest(source, one)) {
          good = one
          break
        }
      if (good.hash === mark.hash) throw changedMeanwhile(source)
      commit({ chain, from: mark, popTo: good })
    },
    readAnew(chain, mark) {
      const marks = store.marks(chain)
      const { height, hash } = marks.find(({ told }) => told !== true) ?? marks.at(-1)!
      commit({ chain, from: mark, popTo: { height, hash }, connect: { height, hash } })
    },
    takeOut(chain, mark) {
      const above = store.placedAbove(chain, mark.height).map(({ txid }) => txid)
      if (above.length === 0) return false
      const waiting = forebears(store.waiting(chain), books.transactions(chain, above))
      // Before they are gone, so that a kill loses none.
      if (waiting.length > 0) commit({ chain, from: mark, waiting })
      books.forget(chain, above)
      look(watched.watches().values())
      commit({ chain, from: mark, unplaced: above, ...differences(watched.watches().values(), true) })
      return true
    },
  }
}

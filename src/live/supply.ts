/**
 * Supply: what a trace's frontier wants is asked of the chain's sources, and what they answer goes into the ledger. Each
 * round answers everything that the frontier wants at once, or, where blocks are read one by one, up to the next block
 * that has something.
 * @module
 */
import type { Source } from '../chain/source.ts'
import { NONE } from '../ledger/ledger.ts'
import type { Frontier, OpenLot } from '../trace/index.ts'
import { type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { ChainLine } from './chainLine.ts'
import { type Desk, lotKey } from './desk.ts'
import { canExploreHolders, canExploreLots } from './explore.ts'
import { exploreHolders } from './exploreHolders.ts'
import { exploreLots } from './exploreLots.ts'
import { createFetchById, type Unplaced, type WantedTransaction } from './fetchById.ts'
import { createHeirs } from './heirs.ts'
import { unknownOf } from './known.ts'
import { enterSinceLookedFor, lookInBlocks } from './lookInBlocks.ts'
import { canSweep } from './sweep.ts'
import { numberOf, placeInBlocks } from './takeIn.ts'
import { createTrouble, troubles } from './trouble.ts'
import type { Wish } from './wish.ts'

/** What was not asked, for the coverage. */
export interface Missing {
  readonly chain: ChainId
  readonly lots: number
  readonly holders: number
  /** Why, in words; null where the asking was cut short. */
  readonly why: string | null
}

export interface Supply {
  /**
   * Fetches transactions by id, until none is wanted that was not asked for; those that no source has stay unknown.
   * @returns whether any was asked for
   */
  transactions(wanted: () => readonly WantedTransaction[]): Promise<boolean>
  /** @returns false where there was nothing to ask, and nothing has changed */
  round(wish: Wish): Promise<boolean>
  missing(wish: Wish): readonly Missing[]
  /** What sources said of transactions that none has in a block. */
  unplaced(): readonly Unplaced[]
}

/** As often as this in one run it is looked again because others wrote while nothing was left to ask. */
const RETOLD = 8

export function createSupply(
  desk: Desk,
  chains: readonly ChainId[],
  direction: 'forward' | 'backward',
): Supply {
  /** What was asked in this run and stayed unknown: offline, or above a source's newest block. */
  const asked = new Set<string>()
  /** How often, while that was asked, something was forgotten. */
  let forgotten = 0
  let version = desk.book.version()
  let retold = 0
  const tidied = new Set<ChainId>()
  const tips = new Map<ChainId, number>()
  const trouble = createTrouble()
  const byId = createFetchById(desk, chains, trouble)

  function unknown(wish: Wish): Wish {
    const { ledger, book, refresh } = desk
    const asOf = (chain: ChainId): number | null => (refresh ? (tips.get(chain) ?? null) : null)
    const holders = new Map(wish.holders.map((holder) => [holder.holder, holder]))
    const frontier: Frontier = { lots: wish.lots, holders: [...holders.values()], transactions: [] }
    return unknownOf({ ledger, book, asOf, refresh }, frontier)
  }

  /** What a source said was known may be known no more where it was caught lying, or blocks were taken back. */
  function askAgainWhatWasForgotten(): void {
    const forgettings = (line: ChainLine | null): number => (line?.blamed() ?? 0) + (line?.turns() ?? 0)
    const now = chains.reduce((sum, chain) => sum + forgettings(desk.line(chain)), 0)
    if (now > forgotten) forgetAsked()
    forgotten = now
  }

  function forgetAsked(): void {
    for (const known of [asked, tips, tidied]) known.clear()
  }

  /** A watch or another trace may have taken back what was known. @returns whether that may be so, and is to be seen */
  function othersWrote(): boolean {
    const before = version
    version = desk.book.version()
    if (version === before || retold === RETOLD) return false
    retold++
    forgetAsked()
    return true
  }

  /** Of a refresh, as of when each chain must be known. @returns whether a source was asked, and blocks may have been taken back */
  async function askTips(wish: Wish): Promise<boolean> {
    const before = tips.size
    for (const chain of chainsOf(wish)) {
      const line = desk.line(chain)
      if (line === null || trouble.dead.has(chain) || tips.has(chain)) continue
      try {
        tips.set(chain, (await line.tip()).height)
      } catch (error) {
        if (!trouble.ends(chain, error)) throw error
      }
    }
    return tips.size > before
  }

  /** Of one chain, what may still be asked. */
  const askable = ({ lots, holders }: Wish, chain: ChainId): Wish => ({
    lots: lots.filter((lot) => lot.chain === chain && !asked.has(lotKey(lot))),
    holders: holders.filter(({ holder }) => chainOf(holder) === chain && !asked.has(holder)),
  })

  /** @returns true where something was asked */
  async function askChain(line: ChainLine, wish: Wish): Promise<boolean> {
    const can = (source: Source): boolean =>
      canSweep(source) || (wish.lots.length > 0 ? canExploreLots(source) : canExploreHolders(source))
    const how = await line.ask(can, async (source) => ({
      lots: direction === 'backward' ? 'prevouts' : canExploreLots(source) ? 'explore' : 'sweep',
      holders: canExploreHolders(source) ? 'explore' : 'sweep',
    }))
    if (!tidied.has(line.chain)) {
      tidied.add(line.chain)
      await placeInBlocks(desk, line, null)
    }
    if (how.lots === 'prevouts' && wish.lots.length > 0) {
      await byId.get(wish.lots)
      for (const lot of wish.lots) asked.add(lotKey(lot))
    } else if (how.lots === 'explore' && wish.lots.length > 0) {
      await exploreOn(line, wish.lots)
    }
    if (how.holders === 'explore' && wish.holders.length > 0) {
      // What an account pays to whom may change with what is known of it: a few at a time, the earliest first.
      const first = wish.holders.slice(0, desk.concurrency)
      const busy = await exploreHolders(desk, line, first)
      for (const { holder, isJudged } of first) if (!isJudged || !busy.has(holder)) asked.add(holder)
    }
    const lots = how.lots === 'sweep' ? wish.lots : []
    const holders = how.holders === 'sweep' ? wish.holders : []
    if (lots.length + holders.length > 0)
      for (const above of await lookInBlocks(desk, line, lots, holders)) asked.add(above)
    return true
  }

  const isKnownBusy = (holder: HolderId | null): boolean =>
    holder !== null && (desk.book.holder(holder).count ?? 0) > desk.busy

  /** Those of which neither the ledger nor the book knows more; the next trace goes on at the others. */
  function open(lots: readonly OpenLot[]): readonly OpenLot[] {
    const { ledger } = desk
    return unknown({ lots, holders: [] }).lots.filter(({ chain, txid, n }) => {
      const tx = numberOf(ledger, chain, txid)
      return tx === undefined || ledger.spenders(Uint32Array.of(tx), Uint32Array.of(n))[0] === NONE
    })
  }

  /** With what is stolen whole, hop after hop; the rest waits for the next trace. */
  async function exploreOn(line: ChainLine, lots: readonly OpenLot[]): Promise<void> {
    const heirs = createHeirs(desk.labels, lots)
    for (let next = lots; next.length > 0 && !desk.signal.aborted; ) {
      const { spenders, busy } = await exploreLots(desk, line, next)
      for (const lot of next) if (lot.holder === null || !busy.has(lot.holder)) asked.add(lotKey(lot))
      next = desk.mayGoAhead ? open(heirs.of(spenders).filter(({ holder }) => !isKnownBusy(holder))) : []
      if (next.length > 0) await desk.onProgress({ kind: 'wave', open: next.length })
    }
  }

  /** Other traces, files and watches may have told since what holders did, and paid, before or after they were looked for. */
  async function mendOpenings({ holders }: Wish): Promise<boolean> {
    let changed = false
    for (const [chain, own] of Map.groupBy(holders, ({ holder }) => chainOf(holder))) {
      const line = desk.line(chain)
      if (line === null || trouble.dead.has(chain) || desk.signal.aborted) continue
      const before = troubles(line)
      try {
        const names = own.map(({ holder }) => holder)
        changed = (await enterSinceLookedFor(desk, line, names)) || changed
      } catch (error) {
        changed = (await trouble.meet(line, error, before)) || changed
      }
    }
    return changed
  }

  return {
    async transactions(wanted) {
      for (let progress = false; ; progress = true) {
        askAgainWhatWasForgotten()
        const open = wanted().filter(({ txid }) => !asked.has(txid))
        if (open.length === 0) return progress
        for (const { txid } of open) asked.add(txid)
        await byId.get(open)
      }
    },
    async round(wish) {
      askAgainWhatWasForgotten()
      // What is wanted may be of blocks that were taken back just now.
      if (desk.refresh && (await askTips(wish))) return !desk.signal.aborted
      let progress = false
      const open = unknown(wish)
      await desk.onProgress({ kind: 'wave', open: open.lots.length + open.holders.length })
      for (const chain of chainsOf(open)) {
        const line = desk.line(chain)
        if (line === null || trouble.dead.has(chain) || desk.signal.aborted) continue
        const before = troubles(line)
        try {
          const own = askable(unknown(wish), chain)
          if (own.lots.length + own.holders.length === 0) continue
          const turns = line.turns()
          await line.tip()
          progress = line.turns() > turns || (await askChain(line, own)) || progress
        } catch (error) {
          await trouble.meet(line, error, before)
          progress = true
        }
      }
      return (progress || (await mendOpenings(wish)) || othersWrote()) && !desk.signal.aborted
    },
    unplaced: () => byId.unplaced,
    missing(wish) {
      const open = unknown(wish)
      return chainsOf(open).map((chain) => ({
        chain,
        lots: open.lots.filter((lot) => lot.chain === chain).length,
        holders: open.holders.filter(({ holder }) => chainOf(holder) === chain).length,
        why:
          desk.line(chain) === null
            ? 'the store has no source of this chain'
            : (trouble.dead.get(chain) ?? null),
      }))
    },
  }
}

/** In the order of what is wanted first. */
function chainsOf({ lots, holders }: Wish): ChainId[] {
  return [...new Set([...holders.map(({ holder }) => chainOf(holder)), ...lots.map(({ chain }) => chain)])]
}

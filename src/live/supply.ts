/**
 * Supply: what a trace's frontier wants is asked of the chain's sources, and what they answer goes into the ledger. Each
 * round answers everything that the frontier wants at once, or, where blocks are read one by one, up to the next block
 * that has something.
 * @module
 */
import type { Source } from '../chain/source.ts'
import { NONE } from '../ledger/ledger.ts'
import { OfflineError } from '../net/index.ts'
import type { Frontier, OpenHolder, OpenLot } from '../trace/index.ts'
import { type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import { type ChainLine, ContradictionError, NoSourceError } from './chainLine.ts'
import { type Desk, lotKey } from './desk.ts'
import {
  type AskedHolder,
  canExploreHolders,
  canExploreLots,
  exploreHolders,
  exploreLots,
  takeInFound,
} from './explore.ts'
import { heightAt } from './heightAt.ts'
import { createHeirs } from './heirs.ts'
import { unknownOf } from './known.ts'
import { enterOpenings, type LookedFor } from './openingBalance.ts'
import { takeBackOpenings } from './openingEntries.ts'
import { ForkError } from './reorganise.ts'
import { canSweep, type Item, sweep } from './sweep.ts'
import { numberOf, placeInBlocks, takeIn } from './takeIn.ts'

/** A holder whose history is wanted: what the trace begins with, or goes on at; else the other side of a crossing. */
export type WantedHolder = OpenHolder & Pick<AskedHolder, 'isSeed' | 'isJudged'>

export interface Wish {
  readonly lots: readonly OpenLot[]
  readonly holders: readonly WantedHolder[]
}

interface WantedTransaction {
  readonly txid: string
  readonly chain: ChainId | null
}

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

/** A transaction that a source has, but in no block yet, or that it would not have if it were in one. */
export interface Unplaced {
  readonly txid: string
  /** URL without secrets. */
  readonly source: string
  readonly isUnconfirmed: boolean
}

/** As often as this in one run a chain may be found reorganised while its blocks are read. */
const FORKS = 8

export function createSupply(
  desk: Desk,
  chains: readonly ChainId[],
  direction: 'forward' | 'backward',
): Supply {
  /** What was asked in this run and stayed unknown: offline, or above a source's newest block. */
  const asked = new Set<string>()
  /** How often, while that was asked, something was forgotten. */
  let forgotten = 0
  const dead = new Map<ChainId, string>()
  const tidied = new Set<ChainId>()
  const tips = new Map<ChainId, number>()
  const forks = new Map<ChainId, number>()
  const unplaced: Unplaced[] = []

  /** Notes a chain of which nothing more can be asked; false for every other failure. */
  const ends = (chain: ChainId, error: unknown): boolean => {
    if (!(error instanceof NoSourceError || error instanceof OfflineError)) return false
    dead.set(chain, error.message)
    return true
  }

  /** A reorganisation met on the way, or a source that failed while another can do the same otherwise. */
  async function goesOn(line: ChainLine, error: unknown, failuresBefore: number): Promise<boolean> {
    const met = forks.get(line.chain) ?? 0
    const contradicts = error instanceof ContradictionError
    if (error instanceof ForkError || (contradicts && met < FORKS && (await line.hasTurned()))) {
      if (met === FORKS) return false
      forks.set(line.chain, met + 1)
      if (!contradicts) await line.recheck()
      return true
    }
    if (contradicts) await line.blame(error)
    return (contradicts || error instanceof NoSourceError) && troubles(line) > failuresBefore
  }

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
    if (now > forgotten) for (const known of [asked, tips, tidied]) known.clear()
    forgotten = now
  }

  /** Of a refresh, as of when each chain must be known. @returns whether a source was asked, and blocks may have been taken back */
  async function askTips(wish: Wish): Promise<boolean> {
    const before = tips.size
    for (const chain of chainsOf(wish)) {
      const line = desk.line(chain)
      if (line === null || dead.has(chain) || tips.has(chain)) continue
      try {
        tips.set(chain, (await line.tip()).height)
      } catch (error) {
        if (!ends(chain, error)) throw error
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
      await fetchTransactions(wish.lots)
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
    if (lots.length + holders.length > 0) await sweepFor(line, lots, holders)
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

  async function sweepFor(
    line: ChainLine,
    lots: readonly OpenLot[],
    holders: readonly WantedHolder[],
  ): Promise<void> {
    const { height: top } = await line.tip()
    const items: Item[] = []
    for (const lot of lots) {
      const swept = desk.book.lot(lot).sweep
      const from = swept === null ? (lot.height ?? (await startOf(line, lot.time))) : swept.height + 1
      if (from > top) asked.add(lotKey(lot))
      else items.push({ from, lot: { chain: lot.chain, txid: lot.txid, n: lot.n } })
    }
    for (const wanted of holders) {
      const { holder, height, time } = wanted
      const { sweep: swept, since } = desk.book.holder(holder)
      const start = height ?? (await startOf(line, time))
      const goesOn = swept !== null && since !== null && since <= start
      const from = goesOn ? swept.height + 1 : start
      // A watch may have entered what it had.
      if (!goesOn && desk.book.openedAt(holder) !== start - 1) await takeBackOpenings(desk, [holder])
      if (from <= top) items.push({ from, holder, since: goesOn ? since : start })
      else if (swept?.done) await finish(line, [holder])
      else asked.add(holder)
    }
    if (items.length > 0) await finish(line, await sweep(desk, line, items))
  }

  /** What is to be said of holders besides what was found in blocks. */
  async function finish(line: ChainLine, holders: readonly HolderId[]): Promise<void> {
    await enterOpenings(desk, line, holders.map(lookedFor))
    const whole = holders.filter((holder) => desk.book.holder(holder).sweep?.done === true)
    if (whole.length > 0) await takeIn(desk, '', { placed: [], assets: [], whole })
  }

  const lookedFor = (holder: HolderId): LookedFor => ({ holder, since: desk.book.holder(holder).since })

  /** Other traces, files and watches may have told since what holders did, and paid, before or after they were looked for. */
  async function mendOpenings({ holders }: Wish): Promise<boolean> {
    let changed = false
    for (const [chain, own] of Map.groupBy(holders, ({ holder }) => chainOf(holder))) {
      const line = desk.line(chain)
      if (line === null || dead.has(chain) || desk.signal.aborted) continue
      const failures = troubles(line)
      try {
        const names = own.map(({ holder }) => holder)
        changed = (await enterOpenings(desk, line, names.map(lookedFor))) || changed
      } catch (error) {
        if (await goesOn(line, error, failures)) changed = true
        else if (!ends(chain, error)) throw error
      }
    }
    return changed
  }

  /** A seed without a moment is looked for from the chain's first block on. */
  const startOf = async (line: ChainLine, time: number | null): Promise<number> =>
    time === null ? 0 : heightAt(line, time)

  async function fetchTransactions(wanted: readonly WantedTransaction[]): Promise<void> {
    for (const { txid, chain } of wanted) {
      for (const one of chain === null ? chains.filter((own) => mayHave(own, txid)) : [chain]) {
        const line = desk.line(one)
        if (line !== null) await fetchTransaction(line, txid)
      }
    }
  }

  /** From the first source that has it in a block; what the others said of it is noted. */
  async function fetchTransaction(line: ChainLine, txid: string): Promise<void> {
    const answered = new Set<Source>()
    const lacking: Unplaced[] = []
    let isDenied = false
    while (!dead.has(line.chain)) {
      const failures = troubles(line)
      try {
        const isNew = (source: Source): boolean => !answered.has(source)
        const { source, answer } = await line.ask(isNew, async (source) => ({
          source,
          answer: await source.transaction(txid),
        }))
        answered.add(source)
        if (answer?.placed.block) {
          await takeInFound(desk, line, source.shown, [answer])
          break
        }
        const said = { txid, source: source.shown, isUnconfirmed: answer !== null }
        if (answer !== null) unplaced.push(said)
        else if (source.lacksTransactions) lacking.push(said)
        else isDenied = true
      } catch (error) {
        if (error instanceof NoSourceError && answered.size > 0) break
        if (!(await goesOn(line, error, failures)) && !ends(line.chain, error)) throw error
      }
    }
    if (!isDenied) unplaced.push(...lacking)
  }

  return {
    async transactions(wanted) {
      for (let progress = false; ; progress = true) {
        askAgainWhatWasForgotten()
        const open = wanted().filter(({ txid }) => !asked.has(txid))
        if (open.length === 0) return progress
        for (const { txid } of open) asked.add(txid)
        await fetchTransactions(open)
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
        if (line === null || dead.has(chain) || desk.signal.aborted) continue
        const failures = troubles(line)
        try {
          const own = askable(unknown(wish), chain)
          if (own.lots.length + own.holders.length === 0) continue
          const turns = line.turns()
          await line.tip()
          progress = line.turns() > turns || (await askChain(line, own)) || progress
        } catch (error) {
          if (!(await goesOn(line, error, failures)) && !ends(chain, error)) throw error
          progress = true
        }
      }
      return (progress || (await mendOpenings(wish))) && !desk.signal.aborted
    },
    unplaced: () => unplaced,
    missing(wish) {
      const open = unknown(wish)
      return chainsOf(open).map((chain) => ({
        chain,
        lots: open.lots.filter((lot) => lot.chain === chain).length,
        holders: open.holders.filter(({ holder }) => chainOf(holder) === chain).length,
        why: desk.line(chain) === null ? 'the store has no source of this chain' : (dead.get(chain) ?? null),
      }))
    },
  }
}

/** Sources that were lost in this run, and those found to lie. */
const troubles = (line: ChainLine): number => line.failures().length + line.blamed()

/** In the order of what is wanted first. */
function chainsOf({ lots, holders }: Wish): ChainId[] {
  return [...new Set([...holders.map(({ holder }) => chainOf(holder)), ...lots.map(({ chain }) => chain)])]
}

/** EVM chains write transaction ids with `0x`, others without. */
function mayHave(chain: ChainId, txid: string): boolean {
  return chain.startsWith('eip155:') === txid.startsWith('0x')
}

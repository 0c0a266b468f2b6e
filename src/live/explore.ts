/**
 * Asking sources that know by themselves who spends an output and what a holder did: explorers and indexers.
 * @module
 */
import type { BlockRef, Placed, Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import { AnswerError, OfflineError } from '../net/index.ts'
import { counted } from '../units/amount.ts'
import type { Asset } from '../units/asset.ts'
import { chainOf, type HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { LotKey } from './book.ts'
import { type ChainLine, ContradictionError } from './chainLine.ts'
import { type Desk, LARGE_HISTORY, lotKey } from './desk.ts'
import type { Unplaced } from './fetchById.ts'
import { inParallel } from './inParallel.ts'
import { blameMisplaced } from './misplaced.ts'
import { placeInBlocks, takeIn } from './takeIn.ts'

/** Outputs of so many transactions are asked about before what was found is written down. */
const BATCH = 64

/** An output whose spender is wanted. */
export interface AskedLot extends LotKey {
  readonly holder: HolderId | null
}

/** What the source said about the outputs of one transaction. */
interface Spends {
  readonly source: string
  /** As of when it said so, where that was in an earlier run. */
  readonly asOf: BlockRef | null
  readonly unspent: readonly LotKey[]
  readonly spenders: readonly { readonly placed: Placed; readonly assets: readonly Asset[] }[]
}

export const canExploreLots = (source: Source): boolean => source.spends !== undefined
export const canExploreHolders = (source: Source): boolean => source.history !== undefined

/**
 * Finds the spenders of outputs, in the order given. Where the source counts transactions, each holder is counted first;
 * one found busy is left for the trace to judge.
 *
 * @returns the spenders, and holders now found busy, whose outputs were not asked about
 * @throws what the first failed question throws, after what was answered is kept
 */
export async function exploreLots(
  desk: Desk,
  line: ChainLine,
  lots: readonly AskedLot[],
): Promise<{ readonly spenders: readonly Placed[]; readonly busy: ReadonlySet<HolderId> }> {
  const all: Placed[] = []
  const busy = new Set<HolderId>()
  const uncounted = new Set(
    lots.flatMap(({ holder }) =>
      holder === null || desk.book.holder(holder).count !== null ? [] : [holder],
    ),
  )
  const follow = async ({ holder }: AskedLot): Promise<boolean> => {
    // What is open though its holder was counted is followed all the same: the trace judges, by seeds and --pass too.
    if (holder === null || !uncounted.has(holder)) return true
    if (!(await isBusy(desk, line, holder))) return true
    busy.add(holder)
    return false
  }
  const groups = [...Map.groupBy(lots, ({ txid }) => txid).values()]
  const spenders = new Map<string, ReturnType<Source['transaction']>>()
  for (let at = 0; at < groups.length && !desk.signal.aborted; at += BATCH) {
    const batch = groups.slice(at, at + BATCH)
    const { values, failure } = await inParallel(batch, desk.concurrency, desk.signal, (group) =>
      ifRemembered(() => spendsOf(desk, line, group, follow, spenders)),
    )
    const tip = await line.tip()
    const isTrusted = (source: string): boolean => desk.book.lieOf(line.chain, source) === null
    for (const [source, own] of Map.groupBy(values.filter(isThere), ({ source }) => source)) {
      if (!isTrusted(source)) continue
      const found = own.flatMap((value) => value.spenders)
      await takeInFound(desk, line, source, found)
      if (!isTrusted(source)) continue
      all.push(...found.map(({ placed }) => placed))
      desk.book.together(() => {
        for (const { unspent, asOf } of own)
          for (const key of unspent)
            desk.book.setUnspent(key, { ...(asOf ?? tip), chain: line.chain, source })
      })
    }
    if (failure !== null) throw failure.error
  }
  return { spenders: all, busy }
}

/** Keeps found transactions and gives them their places. */
export async function takeInFound(
  desk: Desk,
  line: ChainLine,
  source: string,
  found: readonly { readonly placed: Placed; readonly assets: readonly Asset[] }[],
): Promise<void> {
  const distinct = [...new Map(found.map((one) => [one.placed.transaction.txid, one])).values()]
  const placed = distinct.map((one) => one.placed)
  await takeIn(desk, source, { placed, assets: distinct.flatMap(({ assets }) => assets) })
  await placeInBlocks(desk, line, heightsOf(placed))
  await blameMisplaced(desk, line, txidsOf(placed))
}

const txidsOf = (placed: readonly Placed[]): string[] => placed.map(({ transaction }) => transaction.txid)

function heightsOf(placed: readonly Placed[]): number[] {
  return placed.flatMap(({ block }) => (block === null ? [] : [block.height]))
}

async function spendsOf(
  desk: Desk,
  line: ChainLine,
  group: readonly AskedLot[],
  follow: (lot: AskedLot) => Promise<boolean>,
  spenders: Map<string, ReturnType<Source['transaction']>>,
): Promise<Spends> {
  const wanted: AskedLot[] = []
  for (const lot of group) if (await follow(lot)) wanted.push(lot)
  return line.ask(canExploreLots, async (source): Promise<Spends> => {
    if (wanted.length === 0) return { source: source.shown, asOf: null, unspent: [], spenders: [] }
    const ask = (): Promise<Spends | Lost> => spendsBy(desk, source, wanted, spenders)
    let said = await ask()
    // What was remembered may have been wrong, and machines behind one address need not be in step.
    if ('lost' in said) said = await desk.archive.anew(ask)
    if (!('lost' in said)) return said
    throw new AnswerError(
      { expected: `the spender that it named of an output of ${group[0]!.txid}`, came: 'none' },
      { source: source.shown, question: `transaction ${said.lost}`, attempts: 1 },
    )
  })
}

/** A spender that a source named and does not have. */
interface Lost {
  readonly lost: string
}

async function spendsBy(
  desk: Desk,
  source: Source,
  wanted: readonly AskedLot[],
  spenders: Map<string, ReturnType<Source['transaction']>>,
): Promise<Spends | Lost> {
  const { txid } = wanted[0]!
  const { value: spends, asOf } = await desk.archive.dated(() => source.spends!(txid))
  const unspent: LotKey[] = []
  const found = new Map<string, Spends['spenders'][number]>()
  for (const lot of wanted) {
    const spend = spends[lot.n]
    if (spend === undefined)
      throw new ContradictionError(source.shown, `transaction ${txid} has no output ${lot.n}`)
    // What is not confirmed may yet be taken back, or replaced.
    if (spend === null || spend.block === null) {
      unspent.push(lot)
      if (spend === null) desk.unconfirmed.delete(lotKey(lot))
      else desk.unconfirmed.set(lotKey(lot), spend.txid)
      continue
    }
    // One source's word is not another's.
    const key = `${source.shown} ${spend.txid}`
    const asked = spenders.get(key) ?? source.transaction(spend.txid)
    spenders.set(key, asked)
    const spender = await asked
    if (spender === null) {
      spenders.delete(key)
      return { lost: spend.txid }
    }
    if (!spender.placed.transaction.inputs.some((input) => input.txid === txid && input.n === lot.n))
      throw new ContradictionError(
        source.shown,
        `${spend.txid} is said to spend ${txid}:${lot.n} and does not`,
      )
    found.set(spend.txid, spender)
  }
  return { source: source.shown, asOf, unspent, spenders: [...found.values()] }
}

const isThere = <T>(value: T | null): value is T => value !== null

/** Offline, what is not remembered is left open, and the rest goes on; null where it was not remembered. */
async function ifRemembered<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OfflineError) return null
    throw error
  }
}

/** Whether a holder has more transactions than are followed, by the source's count; asked once. */
async function isBusy(desk: Desk, line: ChainLine, holder: HolderId): Promise<boolean> {
  const count = desk.book.holder(holder).count ?? (await countOf(desk, line, holder))
  return count > desk.busy
}

/** The source's count, kept; 0 where no source counts. */
async function countOf(desk: Desk, line: ChainLine, holder: HolderId): Promise<number> {
  const count = await line.ask(
    (source) => canExploreLots(source) || canExploreHolders(source),
    async (source) => (await source.count?.(holder)) ?? null,
  )
  if (count === null) return 0
  desk.book.setCount(holder, count)
  return count
}

/** A holder whose whole history is wanted. */
export interface AskedHolder {
  readonly holder: HolderId
  /** What was stolen: refused where it is busy. */
  readonly isSeed?: boolean
  /** The trace goes on at it whatever its count, if that was known (`--pass`). */
  readonly isJudged?: boolean
}

/**
 * Fetches whole histories. Nothing of a history is kept before all of it is there (the archive has its pages). They are
 * kept in the order asked, whichever comes first: what a list does not place stands in the order in which it is kept.
 *
 * @returns holders now found busy, which are left for the trace to judge
 * @throws {BusySeedError} where a seed has more transactions than are followed
 * @throws what the first failed question throws, after what was answered is kept
 */
export async function exploreHolders(
  desk: Desk,
  line: ChainLine,
  holders: readonly AskedHolder[],
): Promise<ReadonlySet<HolderId>> {
  const busy = new Set<HolderId>()
  const { values, failure } = await inParallel(holders, desk.concurrency, desk.signal, (asked) =>
    ifRemembered(() => readHistory(desk, line, asked, () => busy.add(asked.holder))),
  )
  for (const history of values) if (history !== null) await keepHistory(desk, line, history)
  if (failure !== null) throw failure.error
  return busy
}

interface History extends AskedHolder {
  readonly source: string
  readonly placed: readonly Placed[]
  readonly assets: readonly Asset[]
  /** As of when it is whole. */
  readonly asOf: BlockRef
}

/** null where it is too long, or was interrupted. */
async function readHistory(
  desk: Desk,
  line: ChainLine,
  asked: AskedHolder,
  onBusy: () => void,
): Promise<History | null> {
  const { holder, isSeed, isJudged } = asked
  const stop = (count: number): null => {
    if (isSeed) throw new BusySeedError(holder, count, desk.busy)
    desk.book.setCount(holder, count)
    onBusy()
    return null
  }
  const before = desk.book.holder(holder).count
  const most = isJudged && before !== null && before > desk.busy ? Number.POSITIVE_INFINITY : desk.busy
  const count = before ?? (await countOf(desk, line, holder))
  if (count > most) return stop(count)
  if (count > LARGE_HISTORY)
    await desk.onProgress({ kind: 'large', chain: line.chain, holder, transactions: count })
  const tip = await line.tip()
  const walk = async (source: Source) => {
    const placed: Placed[] = []
    const assets: Asset[] = []
    let count = 0
    for await (const page of source.history!(holder)) {
      for (const one of page.transactions) placed.push(one)
      assets.push(...page.assets)
      // The count may have been a lower bound, or the history have no end.
      count = Math.max(placed.length, page.counted ?? 0)
      if (count > most) return { source: source.shown, placed: null, assets, count }
      if (desk.signal.aborted) return null
    }
    return { source: source.shown, placed, assets, count }
  }
  const { value: got, asOf } = await desk.archive.dated(() => line.ask(canExploreHolders, walk))
  if (got === null) return null
  const { source, placed, assets } = got
  return placed === null ? stop(got.count) : { ...asked, source, placed, assets, asOf: asOf ?? tip }
}

async function keepHistory(desk: Desk, line: ChainLine, history: History): Promise<void> {
  const { holder, isSeed, source, placed, assets, asOf } = history
  const isTrusted = (): boolean => desk.book.lieOf(line.chain, source) === null
  // Others were asked meanwhile, and it may have been caught lying.
  if (!isTrusted()) return
  if (isSeed) desk.arriving.set(holder, unconfirmedTo(holder, source, placed))
  await takeIn(desk, source, { placed, assets, whole: [holder] })
  await placeInBlocks(desk, line, heightsOf(placed))
  await blameMisplaced(desk, line, txidsOf(placed))
  if (!isTrusted()) return
  desk.book.setHistory(holder, { ...asOf, chain: chainOf(holder), source })
}

function unconfirmedTo(holder: HolderId, source: string, placed: readonly Placed[]): Unplaced[] {
  const pays = ({ outputs, transfers }: Placed['transaction']): boolean =>
    outputs.some((output) => output.holder === holder) || transfers.some(({ to }) => to === holder)
  return placed.flatMap(({ transaction, block }) =>
    block === null && pays(transaction) ? [{ txid: transaction.txid, source, isUnconfirmed: true }] : [],
  )
}

/** A seed with more transactions than are followed: a service's address, most likely. */
export class BusySeedError extends LootlineError<{
  readonly code: 'LIVE_BUSY_SEED'
  readonly holder: HolderId
  readonly transactions: number
  readonly busy: number
}> {
  override readonly name = 'BusySeedError'
  constructor(holder: HolderId, transactions: number, busy: number) {
    super(
      { code: 'LIVE_BUSY_SEED', holder, transactions, busy },
      `${printable(holder, 160)} has ${counted(transactions, 'transaction')} or more; at most ${busy} are fetched`,
      `Name the theft's transaction instead (--from TXID), or fetch them all with --busy ${transactions}.`,
    )
  }
}

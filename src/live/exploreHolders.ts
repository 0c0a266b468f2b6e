/**
 * Asking sources that know by themselves what a holder did.
 * @module
 */
import type { BlockRef, Placed, Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import { counted } from '../units/amount.ts'
import type { Asset } from '../units/asset.ts'
import { chainOf, type HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { ChainLine } from './chainLine.ts'
import { type Desk, LARGE_HISTORY } from './desk.ts'
import { canExploreHolders, countOf, heightsOf, ifRemembered, txidsOf } from './explore.ts'
import type { Unplaced } from './fetchById.ts'
import { inParallel } from './inParallel.ts'
import { blameMisplaced } from './misplaced.ts'
import { placeInBlocks, takeIn } from './takeIn.ts'

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

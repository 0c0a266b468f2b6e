/**
 * What a source tells of what is watched during one pass, asked once.
 * @module
 */
import type { BlockRef, HistoryRange, MetAssets, Placed, Source, SpentBy } from '../chain/source.ts'
import type { HolderId } from '../units/caip.ts'
import type { Mark } from './change.ts'
import type { Lookout } from './lookout.ts'
import { changedMeanwhile } from './watchError.ts'

/** What a source answered during one pass, so that it is not asked twice. */
export interface Answered {
  readonly spends: Map<string, readonly (SpentBy | null)[]>
  /** From a little below where the mark was when it was asked: it only goes up meanwhile. */
  readonly history: Map<HolderId, readonly Placed[]>
  /** Of whom more is listed than is followed, with how many transactions at least. */
  readonly busy: Map<HolderId, number>
  /** More than one where a history lists a transaction's coins and tokens apart. */
  readonly placed: Map<string, { readonly placed: readonly Placed[]; readonly assets: MetAssets } | null>
}

export function nothingAnswered(): Answered {
  return { spends: new Map(), history: new Map(), busy: new Map(), placed: new Map() }
}

/** Questions under way at once; the door's own limit is what counts. */
const AT_ONCE = 8

/** Every known spend of a watched output. */
export async function spendsOf(
  source: Source,
  lookout: Lookout,
  { spends }: Answered,
): Promise<readonly SpentBy[]> {
  if (source.spends === undefined) return []
  const txids = [...lookout.lotTxids].filter((txid) => !spends.has(txid))
  await inBatches(txids, async (txid) => spends.set(txid, await source.spends!(txid)))
  return [...lookout.lotTxids].flatMap((txid) =>
    spends.get(txid)!.filter((spent, n) => spent !== null && lookout.spends(txid, n)),
  ) as SpentBy[]
}

/** Of a chain, what is looked through next. */
export interface Span {
  /** Height of the lowest mark: nothing is looked for below. */
  readonly since: number
  readonly mark: Mark
  readonly tip: BlockRef
}

/**
 * An explorer names a block as the newest before its lists have all of it. How much later is nowhere promised: a choice of
 * ours, 13 minutes of Ethereum.
 */
const LATE_BLOCKS = 64

/** What the histories of watched accounts have from a little below the mark up to the tip; nothing of a busy one. */
export async function historiesOf(
  source: Source,
  { since, mark, tip }: Span,
  lookout: Lookout,
  answered: Answered,
): Promise<readonly SpentBy[]> {
  if (source.history === undefined) return []
  const holders = [...lookout.holders].filter((holder) => !answered.history.has(holder))
  const lowest = Math.max(since, mark.height - LATE_BLOCKS)
  if (holders.length > 0) {
    const from = await source.blockAt(lowest)
    if (from === null) throw changedMeanwhile(source)
    await inBatches(holders, (holder) =>
      readHistory(source, holder, { from, to: tip }, lookout.busy, answered),
    )
  }
  return [...lookout.holders].flatMap((holder) =>
    answered.history
      .get(holder)!
      .filter(({ block }) => block !== null && block.height >= lowest)
      .map(({ transaction: { txid }, block }) => ({ txid, block })),
  )
}

/** Nothing of a history is kept before all of it is there. */
async function readHistory(
  source: Source,
  holder: HolderId,
  within: HistoryRange,
  busy: number,
  answered: Answered,
): Promise<void> {
  const listed: { readonly placed: Placed; readonly assets: MetAssets }[] = []
  let pages = 0
  for await (const { transactions, assets, counted = 0 } of source.history!(holder, within)) {
    for (const placed of transactions) listed.push({ placed, assets })
    // It may have no end, and pages may have nothing.
    const count = Math.max(listed.length, counted, ++pages)
    if (count <= busy) continue
    answered.busy.set(holder, count)
    answered.history.set(holder, [])
    return
  }
  for (const { placed, assets } of listed) {
    const { txid } = placed.transaction
    const before = answered.placed.get(txid)
    answered.placed.set(txid, {
      placed: [...(before?.placed ?? []), placed],
      assets: before ? [...before.assets, ...assets] : assets,
    })
  }
  answered.history.set(
    holder,
    listed.map(({ placed }) => placed),
  )
}

export async function fetched(
  source: Source,
  txid: string,
  { placed }: Answered,
): Promise<{ readonly placed: readonly Placed[]; readonly assets: MetAssets } | null> {
  const known = placed.get(txid)
  if (known !== undefined) return known
  const got = await source.transaction(txid)
  const listed = got === null ? null : { placed: [got.placed], assets: got.assets }
  placed.set(txid, listed)
  return listed
}

export async function inBatches<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const done: B[] = []
  for (let i = 0; i < items.length; i += AT_ONCE)
    done.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))))
  return done
}

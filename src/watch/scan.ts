/**
 * One step along a chain: the next block and what is watched in it, by whatever the source can do.
 * @module
 */
import type { BlockRef, MetAssets, Placed, Source, SpentBy } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import type { HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { Mark } from './change.ts'
import type { Lookout } from './lookout.ts'

/**
 * `block`: looked through; null where something was found in blocks that had been looked through. `turned`: the mark is not
 * in the best chain. `end`: there is no further block.
 */
export type Step =
  | {
      readonly kind: 'block'
      readonly block: BlockRef | null
      readonly transactions: readonly Placed[]
      readonly assets: MetAssets
    }
  | { readonly kind: 'turned' }
  | { readonly kind: 'end' }

/** What a source answered during one pass, so that it is not asked twice. */
export interface Answered {
  readonly spends: Map<string, readonly (SpentBy | null)[]>
  readonly history: Map<HolderId, readonly Placed[]>
  /** More than one where a history lists a transaction's coins and tokens apart. */
  readonly placed: Map<string, { readonly placed: readonly Placed[]; readonly assets: MetAssets } | null>
}

export function nothingAnswered(): Answered {
  return { spends: new Map(), history: new Map(), placed: new Map() }
}

/** Questions under way at once; the door's own limit is what counts. */
const AT_ONCE = 8

/**
 * The next block above the mark, up to the tip. `mark.hash` is known.
 * @param taken transactions that need not be found again
 */
export async function nextStep(
  source: Source,
  mark: Mark,
  tip: BlockRef,
  lookout: Lookout,
  answered: Answered,
  taken: ReadonlySet<string>,
): Promise<Step> {
  if (source.matches === undefined) return nextFound(source, mark, tip, lookout, answered, taken)
  if (tip.height === mark.height) return tip.hash === mark.hash ? { kind: 'end' } : { kind: 'turned' }
  const block = await source.blockAt(mark.height + 1)
  if (block === null) return { kind: 'end' }
  if (block.parent === undefined) {
    if (!(await isBest(source, mark))) return { kind: 'turned' }
  } else if (block.parent !== mark.hash) return { kind: 'turned' }
  return { kind: 'block', block, ...(await matchesIn(source, block, lookout)) }
}

/** @throws {BadSourceError} where the source answers for another block */
export async function matchesIn(
  source: Source,
  block: BlockRef,
  lookout: Lookout,
): Promise<{ readonly transactions: readonly Placed[]; readonly assets: MetAssets }> {
  const { block: given, transactions, assets } = await source.matches!(block, lookout)
  if (given.hash !== block.hash || transactions.some((placed) => placed.block?.hash !== block.hash))
    throw new BadSourceError(source, `asked for block ${block.hash}, it answered for another`)
  return { transactions, assets }
}

export async function isBest(source: Source, mark: Mark): Promise<boolean> {
  return (await source.blockAt(mark.height))?.hash === mark.hash
}

/** For explorers: the lowest block in which something watched moved, or the tip where nothing did. */
async function nextFound(
  source: Source,
  mark: Mark,
  tip: BlockRef,
  lookout: Lookout,
  answered: Answered,
  taken: ReadonlySet<string>,
): Promise<Step> {
  const found = (await movesOf(source, mark.height, lookout, answered)).filter(
    ({ txid, block }) => block !== null && block.height <= tip.height && !taken.has(txid),
  ) as { txid: string; block: BlockRef }[]
  const lowest = found.reduce<BlockRef | null>(
    (low, { block }) => (low === null || block.height < low.height ? block : low),
    null,
  )
  if (lowest === null) {
    if (tip.hash === mark.hash) return { kind: 'end' }
    return (
      (await turnedSince(source, mark, tip)) ?? { kind: 'block', block: tip, transactions: [], assets: [] }
    )
  }
  const txids = new Set(found.filter(({ block }) => block.hash === lowest.hash).map(({ txid }) => txid))
  const got = await inBatches([...txids], (txid) => fetched(source, txid, answered))
  if (got.some((one) => one === null || one.placed.some(({ block }) => block?.hash !== lowest.hash)))
    throw new BadSourceError(source, `transactions that it places in block ${lowest.hash} are not in it`)
  return (
    (await turnedSince(source, mark, tip)) ?? {
      kind: 'block',
      block: lowest.height > mark.height ? lowest : null,
      transactions: got.flatMap((one) => one!.placed),
      assets: got.flatMap((one) => one!.assets),
    }
  )
}

/**
 * Asked after what was found: while the tip from before it is still in the best chain, no block below it has changed.
 * @throws {BadSourceError} where it is not
 */
async function turnedSince(source: Source, mark: Mark, tip: BlockRef): Promise<Step | null> {
  if (!(await isBest(source, mark))) return { kind: 'turned' }
  if (await isBest(source, tip)) return null
  throw changedMeanwhile(source)
}

/** Unconfirmed transactions that are looked for; null where the source cannot say. */
export async function waitingIn(
  source: Source,
  lookout: Lookout,
  answered: Answered,
): Promise<readonly Placed[] | null> {
  if (source.mempool !== undefined) return source.mempool(lookout)
  if (source.spends === undefined || source.matches !== undefined) return null
  const txids = new Set(
    (await movesOf(source, Number.POSITIVE_INFINITY, lookout, answered))
      .filter(({ block }) => block === null)
      .map(({ txid }) => txid),
  )
  const got = await inBatches([...txids], (txid) => fetched(source, txid, answered))
  // One that was confirmed between the two questions is found in its block.
  return got.flatMap((one) => one?.placed.filter(({ block }) => block === null) ?? [])
}

/** Every known spend of a watched output, and what the histories of watched accounts have from a height on. */
async function movesOf(
  source: Source,
  fromHeight: number,
  lookout: Lookout,
  answered: Answered,
): Promise<{ readonly txid: string; readonly block: BlockRef | null }[]> {
  const moves: { txid: string; block: BlockRef | null }[] = []
  if (source.spends !== undefined) {
    const txids = [...lookout.lotTxids].filter((txid) => !answered.spends.has(txid))
    await inBatches(txids, async (txid) => answered.spends.set(txid, await source.spends!(txid)))
    for (const txid of lookout.lotTxids)
      for (const [n, spent] of answered.spends.get(txid)!.entries())
        if (spent !== null && lookout.spends(txid, n)) moves.push(spent)
  }
  if (source.history !== undefined) {
    const holders = [...lookout.holders].filter((holder) => !answered.history.has(holder))
    await inBatches(holders, async (holder) => {
      const own: Placed[] = []
      for await (const { transactions, assets } of source.history!(holder))
        for (const placed of transactions) {
          own.push(placed)
          const { txid } = placed.transaction
          const before = answered.placed.get(txid)
          answered.placed.set(txid, {
            placed: [...(before?.placed ?? []), placed],
            assets: [...(before?.assets ?? []), ...assets],
          })
        }
      answered.history.set(holder, own)
    })
    for (const holder of lookout.holders)
      for (const { transaction, block } of answered.history.get(holder)!)
        if (block === null || block.height >= fromHeight) moves.push({ txid: transaction.txid, block })
  }
  return moves
}

async function fetched(
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

async function inBatches<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const done: B[] = []
  for (let i = 0; i < items.length; i += AT_ONCE)
    done.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))))
  return done
}

/** A source whose answers do not fit each other. */
export class BadSourceError extends LootlineError<{
  readonly code: 'WATCH_BAD_SOURCE'
  readonly source: string
  readonly reason: string
}> {
  override readonly name = 'BadSourceError'
  constructor({ shown }: Source, reason: string) {
    super(
      { code: 'WATCH_BAD_SOURCE', source: shown, reason },
      `${printable(shown, 200)}: ${printable(reason, 200)}.`,
      'Nothing of it was used; it is asked again. If it stays so, name another source.',
    )
  }
}

export function changedMeanwhile(source: Source): BadSourceError {
  return new BadSourceError(source, 'its chain changed while it was looked at')
}

/**
 * One step along a chain: the next block and what is watched in it, by whatever the source can do.
 * @module
 */
import type { BlockRef, MetAssets, Placed, Source } from '../chain/source.ts'
import { type Answered, fetched, historiesOf, inBatches, type Span, spendsOf } from './answered.ts'
import type { Mark } from './change.ts'
import type { Lookout } from './lookout.ts'
import { BadSourceError, changedMeanwhile } from './watchError.ts'

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

/**
 * The next block above the mark, up to the tip. The mark's hash is known.
 * @param taken transactions that need not be found again
 */
export async function nextStep(
  source: Source,
  span: Span,
  lookout: Lookout,
  answered: Answered,
  taken: ReadonlySet<string>,
): Promise<Step> {
  const { mark, tip } = span
  if (source.matches === undefined) return nextFound(source, span, lookout, answered, taken)
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
  span: Span,
  lookout: Lookout,
  answered: Answered,
  taken: ReadonlySet<string>,
): Promise<Step> {
  const { mark, tip } = span
  const moves = [
    ...(await spendsOf(source, lookout, answered)),
    ...(await historiesOf(source, span, lookout, answered)),
  ]
  const found = moves.filter(
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
    (await spendsOf(source, lookout, answered)).filter(({ block }) => block === null).map(({ txid }) => txid),
  )
  const got = await inBatches([...txids], (txid) => fetched(source, txid, answered))
  // One that was confirmed between the two questions is found in its block.
  return got.flatMap((one) => one?.placed.filter(({ block }) => block === null) ?? [])
}

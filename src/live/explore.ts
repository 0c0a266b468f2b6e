/**
 * What is common to asking explorers and indexers, which know by themselves who spends an output and what a holder did.
 * @module
 */
import type { Placed, Source } from '../chain/source.ts'
import { OfflineError } from '../net/index.ts'
import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import type { ChainLine } from './chainLine.ts'
import type { Desk } from './desk.ts'
import { blameMisplaced } from './misplaced.ts'
import { placeInBlocks, takeIn } from './takeIn.ts'

export const canExploreLots = (source: Source): boolean => source.spends !== undefined
export const canExploreHolders = (source: Source): boolean => source.history !== undefined

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

export const txidsOf = (placed: readonly Placed[]): string[] =>
  placed.map(({ transaction }) => transaction.txid)

export function heightsOf(placed: readonly Placed[]): number[] {
  return placed.flatMap(({ block }) => (block === null ? [] : [block.height]))
}

/** Offline, what is not remembered is left open, and the rest goes on; null where it was not remembered. */
export async function ifRemembered<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OfflineError) return null
    throw error
  }
}

/** Whether a holder has more transactions than are followed, by the source's count; asked once. */
export async function isBusy(desk: Desk, line: ChainLine, holder: HolderId): Promise<boolean> {
  const count = desk.book.holder(holder).count ?? (await countOf(desk, line, holder))
  return count > desk.busy
}

/** The source's count, kept; 0 where no source counts. */
export async function countOf(desk: Desk, line: ChainLine, holder: HolderId): Promise<number> {
  const count = await line.ask(
    (source) => canExploreLots(source) || canExploreHolders(source),
    async (source) => (await source.count?.(holder)) ?? null,
  )
  if (count === null) return 0
  desk.book.setCount(holder, count)
  return count
}

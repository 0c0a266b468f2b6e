/**
 * Which batches of a store stay when blocks come or go.
 * @module
 */
import { join } from 'node:path'
import { openColumn } from './columnFile.ts'
import { SEGMENT_COLUMNS } from './layout.ts'
import type { BatchRecord, SegmentHead } from './manifest.ts'
import type { BlockSource } from './source.ts'

/** Height after the last batch; `start` where there is none. */
export function endOf(batches: readonly BatchRecord[], start: number): number {
  const last = batches.at(-1)?.segments.at(-1)
  return last === undefined ? start : last.firstHeight + last.blocks
}

/**
 * The batches as far as they are in the best chain; the same array where they all are. Blocks beyond the source's tip stay
 * where the tip is one of the store's own blocks: files that are only behind say nothing against the blocks after them.
 */
export function agreeing(
  folder: string,
  batches: readonly BatchRecord[],
  source: BlockSource,
): readonly BatchRecord[] {
  const segments = batches.flatMap((batch) => batch.segments)
  if (hasBlock(folder, segments, source, source.lastHeight)) return batches
  const kept: BatchRecord[] = []
  for (const batch of batches) {
    const fork = batch.segments.findIndex((segment) => !inBestChain(segment, source))
    if (fork < 0) kept.push(batch)
    else {
      if (fork > 0) kept.push({ ...batch, segments: batch.segments.slice(0, fork), cut: true })
      return kept
    }
  }
  return batches
}

/** How many blocks of the store, from its first on, are in the source's chain: bisection, since chains part once. */
export function sharedBlocks(folder: string, batches: readonly BatchRecord[], source: BlockSource): number {
  const segments = batches.flatMap((batch) => batch.segments)
  const first = segments[0]?.firstHeight ?? source.firstHeight
  let low = Math.max(first, source.firstHeight)
  let high = Math.min(endOf(batches, first), source.lastHeight + 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hasBlock(folder, segments, source, middle)) low = middle + 1
    else high = middle
  }
  return low - first
}

/** Whether the store has the source's block of a height that the source has. */
export function hasBlock(
  folder: string,
  segments: readonly SegmentHead[],
  source: BlockSource,
  height: number,
): boolean {
  const own = hashIn(folder, segments, height)
  return own !== null && Buffer.compare(own, source.hashAt(height)) === 0
}

/** What lies before the source's first block is taken to be in its chain if that block is in the store. */
export function inBestChain({ firstHeight, blocks, lastHash }: SegmentHead, source: BlockSource): boolean {
  const last = firstHeight + blocks - 1
  if (last < source.firstHeight) return true
  return last <= source.lastHeight && Buffer.from(source.hashAt(last)).toString('hex') === lastHash
}

/**
 * Without the last batches that are less than twice what comes after them: those blocks are indexed again together with
 * the new ones, so that there are never more than log2(blocks) batches to look into. The same array where all stay.
 */
export function withoutSmall(batches: readonly BatchRecord[], source: BlockSource): readonly BatchRecord[] {
  let count = batches.length
  while (count > 0) {
    const rest = source.lastHeight + 1 - endOf(batches.slice(0, count), source.firstHeight)
    const { segments } = batches[count - 1]!
    const blocks = segments.reduce((sum, segment) => sum + segment.blocks, 0)
    // What a node has pruned stays as it is.
    const isGone = segments[0]!.firstHeight < source.firstHeight
    if (rest <= 0 || blocks >= 2 * rest || isGone) break
    count--
  }
  return count === batches.length ? batches : batches.slice(0, count)
}

/** Hash of the stored block at a height; null where there is none. */
function hashIn(folder: string, segments: readonly SegmentHead[], height: number): Uint8Array | null {
  const own = segments.find(
    (segment) => height >= segment.firstHeight && height < segment.firstHeight + segment.blocks,
  )
  if (own === undefined) return null
  const column = openColumn(join(folder, 'segments', own.name, 'blockHash'), SEGMENT_COLUMNS.blockHash)
  const hash = new Uint8Array(32)
  column.read(height - own.firstHeight, hash)
  column.close()
  return hash
}

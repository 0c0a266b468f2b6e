/**
 * First pass: blocks to segments, each as large as the memory allows.
 * @module
 */
import { join } from 'node:path'
import { BITCOIN_CASH } from '../../units/caip.ts'
import type { IndexOptions } from './indexOptions.ts'
import { inBestChain } from './keptBatches.ts'
import { readSegmentHead, type SegmentHead } from './manifest.ts'
import { createSegmentBuilder } from './segmentBuilder.ts'
import type { BlockSource } from './source.ts'

/** Bytes on disk and in tables per byte of a segment's columns while it is sorted and written. */
const SEGMENT_SHARE = 3

/**
 * Decodes the blocks `from` to `to`. Segments that an earlier, killed run has decoded are taken as they are.
 *
 * @param generation of the batch that they are to become; part of their names
 */
export async function decodeSegments(
  folder: string,
  source: BlockSource,
  from: number,
  to: number,
  generation: number,
  { chain, memory, onProgress }: IndexOptions,
): Promise<SegmentHead[]> {
  const heads: SegmentHead[] = []
  const nameAt = (height: number): string => `s${generation}-${height}`
  let next = from
  for (;;) {
    const head = readSegmentHead(join(folder, 'segments', nameAt(next)))
    if (head === undefined || next + head.blocks - 1 > to || !inBestChain(head, source)) break
    heads.push(head)
    next += head.blocks
  }
  let builder: ReturnType<typeof createSegmentBuilder> | undefined
  const budget = memory / SEGMENT_SHARE
  if (next > to) return heads
  for await (const block of source.blocks(next, to)) {
    const name = nameAt(block.height)
    builder ??= createSegmentBuilder(join(folder, 'segments', name), name, chain === BITCOIN_CASH)
    builder.add(block)
    onProgress?.('decode', block.height)
    if (builder.bytes < budget && block.height !== to) continue
    heads.push(builder.finish())
    builder = undefined
  }
  return heads
}

/**
 * First pass: blocks to segments, several ranges at once. A segment knows only itself, so it does not matter which thread
 * builds it, nor when.
 * @module
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BITCOIN_CASH } from '../../units/caip.ts'
import { type BlockRange, readRange } from './blockRange.ts'
import type { IndexOptions } from './indexOptions.ts'
import { inBestChain } from './keptBatches.ts'
import { readSegmentHead, type SegmentHead } from './manifest.ts'
import { type Job, job, type Pool } from './pool.ts'
import { createSegmentBuilder, type IndexedBlock } from './segmentBuilder.ts'
import type { BlockSource } from './source.ts'

/** Bytes on disk and in tables per byte of a segment's columns while it is sorted and written. */
const SEGMENT_SHARE = 3
/**
 * Bytes of a segment's columns for each transaction or each byte of block, whichever is more: somewhat above what Bitcoin's
 * blocks of any year need, so that a range becomes one segment. Where it needs more, it becomes two.
 */
const BYTES_PER_TRANSACTION = 200
const BYTES_PER_BYTE = 0.32
/** Bytes of columns that are worth several threads. */
const MUCH_BYTES = 2 ** 24

/**
 * Builds the segments of blocks `from` to `to`. Those that an earlier, killed run has built are taken as they are.
 *
 * @param generation of the batch that they are to become part of; part of their names
 * @returns in chain order
 */
export async function buildSegments(
  pool: Pool,
  folder: string,
  source: BlockSource,
  from: number,
  to: number,
  generation: number,
  { chain, memory, onProgress = () => {} }: IndexOptions,
): Promise<SegmentHead[]> {
  const kept: SegmentHead[] = []
  const gaps: { readonly from: number; readonly to: number }[] = []
  let next = from
  let keptBlocks = 0
  for (const head of headsIn(folder, generation)) {
    const { firstHeight, blocks } = head
    if (firstHeight < next || firstHeight + blocks - 1 > to || !inBestChain(head, source)) continue
    if (next < firstHeight) gaps.push({ from: next, to: firstHeight - 1 })
    kept.push(head)
    keptBlocks += blocks
    next = firstHeight + blocks
  }
  if (next <= to) gaps.push({ from: next, to })
  const done: number[] = []
  /** Several ranges are read at once: what counts is how many blocks there are. */
  const report = (place: number, blocks: number): void => {
    done[place] = blocks
    onProgress('decode', done.reduce((sum, of) => sum + of, from + keptBlocks) - 1)
  }
  const shared = { folder, generation, cash: chain === BITCOIN_CASH }
  const built: SegmentHead[][] = []
  if (source.range === undefined) {
    const budget = memory / SEGMENT_SHARE
    for (const [place, gap] of gaps.entries()) {
      const blocks = source.blocks(gap.from, gap.to)
      built.push(await buildAll(blocks, gap.to, { ...shared, budget }, (count) => report(place, count)))
    }
  } else {
    const budget = memory / SEGMENT_SHARE / pool.threads
    const cuts = planCuts(source.range(from, to), budget)
    const ranges = gaps.flatMap((gap) => {
      const inside = cuts.filter((height) => height > gap.from && height <= gap.to)
      const starts = [gap.from, ...inside, gap.to + 1]
      return starts.slice(1).map((end, i) => source.range!(starts[i]!, end - 1))
    })
    const tasks = ranges.map((range) => ({ ...shared, budget, range }))
    built.push(...(await pool.run(buildJob, tasks, report)))
  }
  return [...kept, ...built.flat()].toSorted((a, b) => a.firstHeight - b.firstHeight)
}

interface Target {
  readonly folder: string
  readonly generation: number
  readonly cash: boolean
  /** Bytes of columns at which a segment ends. */
  readonly budget: number
}

/**
 * Builds the segments of one range.
 * @public Threads ask for it by its name.
 */
export const buildJob: Job<Target & { readonly range: BlockRange }, SegmentHead[]> = job(
  import.meta.url,
  'buildJob',
  ({ range, ...target }, report) =>
    buildAll(readRange(range), range.firstHeight + range.sizes.length - 1, target, report),
)

async function buildAll(
  blocks: Iterable<IndexedBlock> | AsyncIterable<IndexedBlock>,
  to: number,
  { folder, generation, cash, budget }: Target,
  report: (blocks: number) => void,
): Promise<SegmentHead[]> {
  const heads: SegmentHead[] = []
  let builder: ReturnType<typeof createSegmentBuilder> | undefined
  let done = 0
  for await (const block of blocks) {
    const name = `s${generation}-${block.height}`
    builder ??= createSegmentBuilder(join(folder, 'segments', name), name, cash)
    builder.add(block)
    report(++done)
    if (builder.bytes < budget && block.height !== to) continue
    heads.push(builder.finish())
    builder = undefined
  }
  return heads
}

/**
 * Heights at which the next segment begins, so that all are about equal and within the budget. Of much there are at least
 * four, whatever the number of threads, so that the store does not depend on it.
 */
function planCuts({ firstHeight, sizes, transactions }: BlockRange, budget: number): number[] {
  const bytes = Float64Array.from(sizes, (size, row) =>
    Math.max(transactions[row]! * BYTES_PER_TRANSACTION, size * BYTES_PER_BYTE),
  )
  const total = bytes.reduce((sum, of) => sum + of, 0)
  if (total < Math.min(budget, MUCH_BYTES)) return []
  const share = total / (4 * Math.ceil(total / budget / 4))
  const cuts: number[] = []
  let filled = 0
  for (const [row, of] of bytes.entries()) {
    if (filled >= share) {
      cuts.push(firstHeight + row)
      filled = 0
    }
    filled += of
  }
  return cuts
}

/** Heads of the whole segments of a generation, by height. */
function headsIn(folder: string, generation: number): SegmentHead[] {
  let names: string[] = []
  try {
    names = readdirSync(join(folder, 'segments'))
  } catch {
    // The folder is made with its first segment.
  }
  return names
    .filter((name) => name.startsWith(`s${generation}-`))
    .map((name) => readSegmentHead(join(folder, 'segments', name)))
    .filter((head) => head !== undefined)
    .toSorted((a, b) => a.firstHeight - b.firstHeight)
}

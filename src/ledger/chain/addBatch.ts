/**
 * Makes a batch: all passes over one range of blocks, after the batches that are kept.
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { buildSegments } from './buildSegments.ts'
import type { IndexOptions } from './indexOptions.ts'
import type { BatchRecord, Manifest, SegmentHead } from './manifest.ts'
import { joinSpends, numberAll, resolveAll } from './passes.ts'
import { dropPlan, type Plan, workFolder, writePlan } from './plan.ts'
import type { Pool } from './pool.ts'
import type { BlockSource } from './source.ts'
import type { EarlierBatch, WorkSegment } from './workSegment.ts'
import { writePostings } from './writePostings.ts'

/** The manifest with the blocks `from` to `to` after what it names; not yet committed. */
export async function addBatch(
  pool: Pool,
  folder: string,
  base: number,
  manifest: Manifest,
  source: BlockSource,
  from: number,
  to: number,
  options: IndexOptions,
): Promise<Manifest> {
  const generation = manifest.generation + 1
  const segments = await buildSegments(pool, folder, source, from, to, generation, options)
  const plan = { base, manifest, batch: { name: `b${generation}-${from}`, segments } }
  writePlan(folder, plan)
  return finishBatch(pool, folder, plan, options)
}

/** All passes after the first, as far as they are not done. */
export async function finishBatch(
  pool: Pool,
  folder: string,
  plan: Omit<Plan, 'version'>,
  options: Pick<IndexOptions, 'memory' | 'onProgress'>,
): Promise<Manifest> {
  try {
    return await runPasses(pool, folder, plan, options)
  } catch (error) {
    // What fails for a reason of its own would fail again: the next run begins anew. A full disk is no such reason.
    if (error instanceof LootlineError) dropPlan(folder)
    throw error
  }
}

async function runPasses(
  pool: Pool,
  folder: string,
  { base, manifest, batch }: Omit<Plan, 'version'>,
  { memory, onProgress }: Pick<IndexOptions, 'memory' | 'onProgress'>,
): Promise<Manifest> {
  const { name, segments: heads } = batch!
  const path = join(folder, 'batches', name)
  mkdirSync(path, { recursive: true })
  // From here on the plan speaks for the segments: what their heads promise is used up step by step.
  for (const head of heads) rmSync(join(folder, 'segments', head.name, 'segment.json'), { force: true })
  const decoded = workSegments(folder, manifest, heads)
  const to = heads.at(-1)!.firstHeight + heads.at(-1)!.blocks - 1
  onProgress?.('ids', to)
  const counts = await resolveAll(pool, folder, decoded, memory / 2)
  const segments = withAddresses(decoded, counts)
  onProgress?.('addresses', to)
  await numberAll(pool, folder, segments)
  onProgress?.('spends', to)
  await joinSpends(pool, folder, segments, earlierBatches(folder, manifest), path)
  onProgress?.('postings', to)
  await writePostings(pool, segments, path, workFolder(folder), memory)
  const fresh = segments.filter((segment) => segment.fresh)
  const record: BatchRecord = {
    name,
    segments: fresh.map(({ head, addresses }) => ({ ...head, addresses })),
  }
  const next = {
    ...manifest,
    generation: manifest.generation + 1,
    batches: [...manifest.batches, record],
  }
  writePlan(folder, { base, manifest: next, batch: null })
  return next
}

function workSegments(folder: string, manifest: Manifest, heads: readonly SegmentHead[]): WorkSegment[] {
  const segments: WorkSegment[] = []
  let firstTx = 0
  let firstAddress = 0
  const add = (head: SegmentHead, batchEnd: number, addresses: number | undefined): void => {
    segments.push({
      ...{ head, folder: join(folder, 'segments', head.name), fresh: addresses === undefined },
      ...{ firstTx, batchEnd, firstAddress, addresses: addresses ?? 0 },
    })
    firstTx += head.transactions
    firstAddress += addresses ?? 0
  }
  const endAfter = (some: readonly SegmentHead[]): number =>
    some.reduce((sum, { transactions }) => sum + transactions, firstTx)
  for (const batch of manifest.batches) {
    const end = endAfter(batch.segments)
    for (const { addresses, ...head } of batch.segments) add(head, end, addresses)
  }
  const end = endAfter(heads)
  for (const head of heads) add(head, end, undefined)
  return segments
}

function withAddresses(segments: readonly WorkSegment[], counts: readonly number[]): WorkSegment[] {
  let firstAddress = 0
  return segments.map((segment, at) => {
    const known = { ...segment, firstAddress, addresses: counts[at]! }
    firstAddress += known.addresses
    return known
  })
}

function earlierBatches(folder: string, { batches }: Manifest): EarlierBatch[] {
  let end = 0
  return batches.map(({ name, segments }) => {
    end += segments.reduce((sum, { transactions }) => sum + transactions, 0)
    return { folder: join(folder, 'batches', name), end }
  })
}

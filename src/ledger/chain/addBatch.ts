/**
 * Makes a batch: all passes over one range of blocks, after the batches that are kept.
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildSegments } from './buildSegments.ts'
import type { IndexOptions } from './indexOptions.ts'
import { joinSpends } from './joinSpends.ts'
import type { Manifest, SegmentHead } from './manifest.ts'
import type { Pool } from './pool.ts'
import { numberOutputs, resolveAddresses } from './resolveAddresses.ts'
import { resolveTransactions } from './resolveTransactions.ts'
import type { BlockSource } from './source.ts'
import type { WorkSegment } from './workSegment.ts'
import { writePostings } from './writePostings.ts'

/** The manifest with the blocks `from` to `to` after what it names; not yet committed. */
export async function addBatch(
  pool: Pool,
  folder: string,
  manifest: Manifest,
  source: BlockSource,
  from: number,
  to: number,
  options: IndexOptions,
): Promise<Manifest> {
  const generation = manifest.generation + 1
  const heads = await buildSegments(pool, folder, source, from, to, generation, options)
  const segments = workSegments(folder, manifest, heads)
  const name = `b${generation}-${from}`
  const batch = join(folder, 'batches', name)
  const work = join(folder, 'work')
  for (const path of [batch, work]) {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true })
  }
  options.onProgress?.('ids', to)
  resolveTransactions(segments, options.memory)
  options.onProgress?.('addresses', to)
  resolveAddresses(segments, options.memory)
  for (const segment of segments) if (segment.fresh) numberOutputs(segments, segment)
  options.onProgress?.('spends', to)
  joinSpends(segments, batch, work)
  options.onProgress?.('postings', to)
  writePostings(segments, batch, work, options.memory)
  rmSync(work, { recursive: true })
  const fresh = segments.filter((segment) => segment.fresh)
  const record = { name, segments: fresh.map(({ head, addresses }) => ({ ...head, addresses })) }
  return { ...manifest, generation, batches: [...manifest.batches, record] }
}

function workSegments(folder: string, manifest: Manifest, heads: readonly SegmentHead[]): WorkSegment[] {
  const segments: WorkSegment[] = []
  let firstTx = 0
  const add = (head: SegmentHead, fresh: boolean, batchEnd: number): void => {
    const path = join(folder, 'segments', head.name)
    segments.push({ head, folder: path, fresh, firstTx, batchEnd, firstAddress: 0, addresses: 0 })
    firstTx += head.transactions
  }
  for (const batch of manifest.batches) {
    const end = firstTx + batch.segments.reduce((sum, { transactions }) => sum + transactions, 0)
    for (const { addresses: _, ...head } of batch.segments) add(head, false, end)
  }
  const end = firstTx + heads.reduce((sum, { transactions }) => sum + transactions, 0)
  for (const head of heads) add(head, true, end)
  return segments
}

/**
 * Builds the chain store from blocks: decode into segments, resolve ids and addresses, join spends, write postings, and
 * replace the manifest. The passes and their cost: `docs/methods/chain-index.md`.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { makeFolder, withWriteLock } from '../../store/index.ts'
import { addBatch, finishBatch } from './addBatch.ts'
import type { IndexOptions } from './indexOptions.ts'
import { agreeing, endOf, hasBlock, inBestChain, sharedBlocks, withoutSmall } from './keptBatches.ts'
import { commitManifest, emptyManifest, type Manifest, readManifest, type SegmentHead } from './manifest.ts'
import { dropPlan, type Plan, readPlan } from './plan.ts'
import { openPool, usualThreads } from './pool.ts'
import { allowSnapshots } from './snapshot.ts'
import type { BlockSource } from './source.ts'
import { tidy } from './tidy.ts'

export interface IndexResult {
  /** Of the store. What blocks before it paid is unknown, unless it is 0 or was given beside them. */
  readonly firstHeight: number
  readonly blocks: number
  readonly transactions: number
  readonly outputs: number
  readonly inputs: number
  readonly addresses: number
  /** Blocks that this run added, and blocks of the store that the best chain no longer has. */
  readonly added: number
  readonly removed: number
}

/**
 * Blocks at the tip that are kept in batches of their own, so that a reorganisation leaves the large ones alone: one day.
 * The deepest reorganisations of Bitcoin's main chain were 53 blocks (August 2010) and 24 (March 2013, BIP-50).
 */
const TIP_BLOCKS = 144
/** Bytes of blocks that are little to do: half a second. */
const FEW_BYTES = 2 ** 25

/**
 * Brings the store up to the source's best chain: adds what is missing, takes out what is no longer in it. A kill at any
 * instant leaves the store as it was; the next run goes on with the step it was in.
 *
 * @param folder made where it does not exist
 * @throws {StoreLockedError, ManifestError, ChainMismatchError, MissingBlocksError, BadChainError}
 */
export function indexBlocks(
  folder: string,
  source: BlockSource,
  options: IndexOptions,
): Promise<IndexResult> {
  makeFolder(folder)
  return withWriteLock(folder, 'index of blocks', () => bringUp(folder, source, options))
}

async function bringUp(folder: string, source: BlockSource, options: IndexOptions): Promise<IndexResult> {
  const before = readManifest(folder) ?? emptyManifest(options.chain)
  if (before.chain !== options.chain) throw new ChainMismatchError(folder, before.chain, options.chain)
  const firstHeight = before.batches[0]?.segments[0]?.firstHeight ?? source.firstHeight
  assertReaches(folder, before, firstHeight, source)
  allowSnapshots(folder)
  const plan = usablePlan(folder, before, source)
  if (plan === undefined) dropPlan(folder)
  tidy(folder, before, plan)
  const agreed = agreeing(folder, before.batches, source)
  const shown = endOf(agreed, firstHeight)
  // Blocks past the files' tip stay where the files are only behind.
  const shared =
    agreed === before.batches ? shown - firstHeight : sharedBlocks(folder, before.batches, source)
  let committed = before
  let manifest = plan?.manifest ?? { ...before, batches: withoutSmall(agreed, source) }
  const first = endOf(manifest.batches, firstHeight)
  if (first > source.lastHeight && plan === undefined) return { ...resultOf(before), added: 0, removed: 0 }
  const pool = openPool(options.threads ?? threadsFor(source, first))
  try {
    if (plan !== undefined && plan.batch !== null) manifest = await finishBatch(pool, folder, plan, options)
    for (;;) {
      const from = endOf(manifest.batches, firstHeight)
      const isWhole = from > source.lastHeight
      // A large first batch is shown as soon as that takes nothing away.
      if (isWhole || (agreed === before.batches && from > shown && manifest !== committed)) {
        commitManifest(folder, manifest)
        committed = manifest
        dropPlan(folder)
      }
      if (isWhole) break
      if (from < source.firstHeight) throw new MissingBlocksError(folder, from, source.firstHeight)
      const tip = source.lastHeight - TIP_BLOCKS
      const to = tip - from >= TIP_BLOCKS ? tip : source.lastHeight
      manifest = await addBatch(pool, folder, committed.generation, manifest, source, from, to, options)
    }
  } finally {
    await pool.close()
  }
  tidy(folder, manifest)
  const sum = (batches: Manifest['batches']): number => endOf(batches, firstHeight) - firstHeight
  const [had, has] = [sum(before.batches), sum(manifest.batches)]
  return { ...resultOf(manifest), added: has - shared, removed: had - shared }
}

/** What a killed run was making, where all of it is still in the best chain. */
function usablePlan(folder: string, before: Manifest, source: BlockSource): Plan | undefined {
  const plan = readPlan(folder)
  if (plan === undefined || plan.base !== before.generation) return undefined
  const segments = plan.manifest.batches.flatMap((batch) => batch.segments)
  const all: readonly SegmentHead[] = [...segments, ...(plan.batch?.segments ?? [])]
  return all.every((segment) => inBestChain(segment, source)) ? plan : undefined
}

/** Files that a node has pruned begin later than the store: they must still have a block of it. */
function assertReaches(
  folder: string,
  { batches }: Manifest,
  firstHeight: number,
  source: BlockSource,
): void {
  if (batches.length === 0 || firstHeight === source.firstHeight) return
  if (firstHeight > source.firstHeight)
    throw new ChainMismatchError(folder, `height ${firstHeight}`, `height ${source.firstHeight}`)
  const last = endOf(batches, firstHeight) - 1
  if (last < source.firstHeight) throw new MissingBlocksError(folder, last + 1, source.firstHeight)
  const segments = batches.flatMap((batch) => batch.segments)
  if (!hasBlock(folder, segments, source, source.firstHeight))
    throw new MissingBlocksError(folder, source.firstHeight, source.firstHeight + 1)
}

/** One where threads would take longer to start than they save. */
function threadsFor(source: BlockSource, from: number): number {
  const sizes = source.range?.(from, source.lastHeight).sizes ?? []
  let bytes = 0
  for (const size of sizes) bytes += size
  return bytes < FEW_BYTES ? 1 : usualThreads()
}

function resultOf({ batches }: Manifest): Omit<IndexResult, 'added' | 'removed'> {
  const sums = { blocks: 0, transactions: 0, outputs: 0, inputs: 0, addresses: 0 }
  const names = ['blocks', 'transactions', 'outputs', 'inputs', 'addresses'] as const
  for (const { segments } of batches)
    for (const segment of segments) for (const name of names) sums[name] += segment[name]
  return { firstHeight: batches[0]?.segments[0]?.firstHeight ?? 0, ...sums }
}

/** A store of another chain, or of another stretch of it. */
export class ChainMismatchError extends LootlineError<{
  readonly code: 'LEDGER_CHAIN_MISMATCH'
  readonly folder: string
  readonly found: string
  readonly expected: string
}> {
  override readonly name = 'ChainMismatchError'
  constructor(folder: string, found: string, expected: string) {
    super(
      { code: 'LEDGER_CHAIN_MISMATCH', folder, found, expected },
      `${folder}: the store begins with ${found}, the block files with ${expected}.`,
      'Give the folder of the blocks that were indexed, or another --store.',
    )
  }
}

/** Files that begin after the block that would be needed next. */
export class MissingBlocksError extends LootlineError<{
  readonly code: 'LEDGER_MISSING_BLOCKS'
  readonly folder: string
  readonly from: number
  readonly to: number
}> {
  override readonly name = 'MissingBlocksError'
  constructor(folder: string, from: number, first: number) {
    super(
      { code: 'LEDGER_MISSING_BLOCKS', folder, from, to: first - 1 },
      `${folder}: blocks ${from} to ${first - 1} of the best chain are needed, and are not in the files.`,
      'The node may have pruned them: fetch them again, or index a node that keeps all blocks into another --store.',
    )
  }
}

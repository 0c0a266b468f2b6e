/**
 * Builds the chain store from blocks: decode into segments, resolve ids and addresses, join spends, write postings, and
 * replace the manifest. The passes and their cost: `docs/methods/chain-index.md`.
 * @module
 */
import { mkdirSync } from 'node:fs'
import { LootlineError } from '../../errors.ts'
import { withWriteLock } from '../../store/index.ts'
import { addBatch } from './addBatch.ts'
import type { IndexOptions } from './indexOptions.ts'
import { agreeing, endOf, withoutSmall } from './keptBatches.ts'
import { commitManifest, emptyManifest, type Manifest, readManifest } from './manifest.ts'
import { openPool, usualThreads } from './pool.ts'
import type { BlockSource } from './source.ts'
import { tidy } from './tidy.ts'

export interface IndexResult {
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
 * instant leaves the store as it was; the next run takes up the segments already decoded.
 *
 * @param folder made where it does not exist
 * @throws {StoreLockedError, ManifestError, ChainMismatchError, BadChainError}
 */
export function indexBlocks(
  folder: string,
  source: BlockSource,
  options: IndexOptions,
): Promise<IndexResult> {
  mkdirSync(folder, { recursive: true })
  return withWriteLock(folder, 'index of blocks', () => bringUp(folder, source, options))
}

async function bringUp(folder: string, source: BlockSource, options: IndexOptions): Promise<IndexResult> {
  const before = readManifest(folder) ?? emptyManifest(options.chain)
  if (before.chain !== options.chain) throw new ChainMismatchError(folder, before.chain, options.chain)
  const firstKnown = before.batches[0]?.segments[0]?.firstHeight ?? source.firstHeight
  if (firstKnown !== source.firstHeight)
    throw new ChainMismatchError(folder, `height ${firstKnown}`, `height ${source.firstHeight}`)
  const agreed = agreeing(folder, before.batches, source)
  const kept = withoutSmall(agreed, source)
  tidy(folder, before)
  let manifest: Manifest = { ...before, batches: kept }
  const keptEnd = endOf(kept, source.firstHeight)
  const visibleEnd = endOf(agreed, source.firstHeight)
  const tipStart = source.lastHeight - TIP_BLOCKS + 1
  const ends = tipStart - keptEnd > TIP_BLOCKS ? [tipStart - 1, source.lastHeight] : [source.lastHeight]
  let from = keptEnd
  if (from <= source.lastHeight || agreed !== before.batches) {
    const pool = openPool(options.threads ?? threadsFor(source, from))
    try {
      for (const to of ends) {
        if (from <= to) manifest = await addBatch(pool, folder, manifest, source, from, to, options)
        else manifest = { ...manifest, generation: manifest.generation + 1 }
        from = to + 1
        // A large first batch is kept as soon as it shows no less than the store did before.
        if (from > source.lastHeight || (from > visibleEnd && kept === before.batches))
          commitManifest(folder, manifest)
      }
    } finally {
      await pool.close()
    }
    tidy(folder, manifest)
  }
  const added = Math.max(0, source.lastHeight + 1 - visibleEnd)
  const removed = endOf(before.batches, source.firstHeight) - visibleEnd
  return { ...totals(manifest), added, removed }
}

/** One where threads would take longer to start than they save. */
function threadsFor(source: BlockSource, from: number): number {
  const sizes = source.range?.(from, source.lastHeight).sizes ?? []
  let bytes = 0
  for (const size of sizes) bytes += size
  return bytes < FEW_BYTES ? 1 : usualThreads()
}

function totals({ batches }: Manifest): Omit<IndexResult, 'added' | 'removed'> {
  const sums = { blocks: 0, transactions: 0, outputs: 0, inputs: 0, addresses: 0 }
  const names = ['blocks', 'transactions', 'outputs', 'inputs', 'addresses'] as const
  for (const { segments } of batches)
    for (const segment of segments) for (const name of names) sums[name] += segment[name]
  return sums
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

/**
 * Builds the chain store from blocks: decode into segments, resolve ids and addresses, join spends, write postings, and
 * replace the manifest. The passes and their cost: `docs/methods/chain-index.md`.
 * @module
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { withWriteLock } from '../../store/index.ts'
import { BITCOIN_CASH, type ChainId } from '../../units/caip.ts'
import { openColumn } from './columnFile.ts'
import { joinSpends } from './joinSpends.ts'
import { SEGMENT_COLUMNS, WORK_COLUMNS } from './layout.ts'
import {
  type BatchRecord,
  commitManifest,
  emptyManifest,
  type Manifest,
  readManifest,
  readSegmentHead,
  type SegmentHead,
} from './manifest.ts'
import { numberOutputs, resolveAddresses } from './resolveAddresses.ts'
import { resolveTransactions } from './resolveTransactions.ts'
import { createSegmentBuilder, type IndexedBlock } from './segmentBuilder.ts'
import type { WorkSegment } from './workSegment.ts'
import { writePostings } from './writePostings.ts'

/** Where blocks come from: the best chain of a folder of block files. */
export interface BlockSource {
  readonly firstHeight: number
  /** Of the tip. */
  readonly lastHeight: number
  /** 32 bytes, internal byte order. */
  hashAt(height: number): Uint8Array
  /** In order, both ends included. A block's columns are valid until the next is asked for. */
  blocks(from: number, to: number): Iterable<IndexedBlock> | AsyncIterable<IndexedBlock>
}

export const INDEX_PASSES = ['decode', 'ids', 'addresses', 'spends', 'postings'] as const
export type IndexPass = (typeof INDEX_PASSES)[number]

export interface IndexOptions {
  readonly chain: ChainId
  /** Bytes that the columns and tables of a pass may take; the process needs about 0.3 GiB beside them. */
  readonly memory: number
  /** Called after each block of the first pass, and as each later pass begins. */
  readonly onProgress?: (pass: IndexPass, height: number) => void
}

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
/** Bytes on disk and in tables per byte of a segment's columns while it is sorted and written. */
const SEGMENT_SHARE = 3

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
  const known = before.batches.flatMap(({ segments }) => segments)
  const firstKnown = known[0]?.firstHeight ?? source.firstHeight
  if (known.length > 0 && firstKnown !== source.firstHeight)
    throw new ChainMismatchError(folder, `height ${firstKnown}`, `height ${source.firstHeight}`)
  // Files that are only behind say nothing against the blocks after them.
  const behind = hashIn(folder, known, source.lastHeight)
  const behindOnly = behind !== null && Buffer.compare(behind, source.hashAt(source.lastHeight)) === 0
  const agreed = behindOnly ? before.batches : agreeing(before.batches, source)
  const kept = merged(agreed, source)
  tidy(folder, before)
  let manifest: Manifest = { ...before, batches: kept }
  const keptEnd = endOf(kept, source.firstHeight)
  const visibleEnd = endOf(agreed, source.firstHeight)
  const tipStart = source.lastHeight - TIP_BLOCKS + 1
  const ends = tipStart - keptEnd > TIP_BLOCKS ? [tipStart - 1, source.lastHeight] : [source.lastHeight]
  let from = keptEnd
  if (from <= source.lastHeight || agreed !== before.batches) {
    for (const to of ends) {
      if (from <= to) manifest = await addBatch(folder, manifest, source, from, to, options)
      else manifest = { ...manifest, generation: manifest.generation + 1 }
      from = to + 1
      // A large first batch is kept as soon as it shows no less than the store did before.
      if (from > source.lastHeight || (from > visibleEnd && kept === before.batches))
        commitManifest(folder, manifest)
    }
    tidy(folder, manifest)
  }
  const total = manifest.batches.flatMap(({ segments }) => segments)
  const sum = (of: 'blocks' | 'transactions' | 'outputs' | 'inputs' | 'addresses'): number =>
    total.reduce((all, segment) => all + segment[of], 0)
  return {
    blocks: sum('blocks'),
    transactions: sum('transactions'),
    outputs: sum('outputs'),
    inputs: sum('inputs'),
    addresses: sum('addresses'),
    added: Math.max(0, source.lastHeight + 1 - visibleEnd),
    removed: endOf(before.batches, source.firstHeight) - visibleEnd,
  }
}

function endOf(batches: readonly BatchRecord[], start: number): number {
  const last = batches.at(-1)?.segments.at(-1)
  return last === undefined ? start : last.firstHeight + last.blocks
}

/** The segments that are in the best chain. The same array where all are. */
function agreeing(batches: readonly BatchRecord[], source: BlockSource): readonly BatchRecord[] {
  const kept: BatchRecord[] = []
  for (const batch of batches) {
    const fork = batch.segments.findIndex((segment) => !inBestChain(segment, source))
    if (fork < 0) kept.push(batch)
    else {
      if (fork > 0) kept.push({ ...batch, segments: batch.segments.slice(0, fork) })
      return kept
    }
  }
  return batches
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

function inBestChain({ firstHeight, blocks, lastHash }: SegmentHead, source: BlockSource): boolean {
  const last = firstHeight + blocks - 1
  return last <= source.lastHeight && Buffer.from(source.hashAt(last)).toString('hex') === lastHash
}

/**
 * Without the last batches that are less than twice what comes after them: those blocks are indexed again together with
 * the new ones, so that there are never more than log2(blocks) batches to look into.
 */
function merged(batches: readonly BatchRecord[], source: BlockSource): readonly BatchRecord[] {
  let count = batches.length
  while (count > 0) {
    const rest = source.lastHeight + 1 - endOf(batches.slice(0, count), source.firstHeight)
    const blocks = batches[count - 1]!.segments.reduce((sum, segment) => sum + segment.blocks, 0)
    if (rest <= 0 || blocks >= 2 * rest) break
    count--
  }
  return count === batches.length ? batches : batches.slice(0, count)
}

async function addBatch(
  folder: string,
  manifest: Manifest,
  source: BlockSource,
  from: number,
  to: number,
  options: IndexOptions,
): Promise<Manifest> {
  const generation = manifest.generation + 1
  const heads = await decode(folder, source, from, to, generation, options)
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

/** First pass. Segments that an earlier, killed run has decoded are taken as they are. */
async function decode(
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

/** Deletes what no manifest names, but for decoded segments that this or the next run can take up. */
function tidy(folder: string, manifest: Manifest): void {
  rmSync(join(folder, 'work'), { recursive: true, force: true })
  const segments = new Set(manifest.batches.flatMap((batch) => batch.segments.map(({ name }) => name)))
  const batches = new Set(manifest.batches.map(({ name }) => name))
  for (const name of list(join(folder, 'batches'))) {
    if (!batches.has(name)) rmSync(join(folder, 'batches', name), { recursive: true })
  }
  for (const name of list(join(folder, 'segments'))) {
    const path = join(folder, 'segments', name)
    if (segments.has(name)) {
      for (const column of Object.keys(WORK_COLUMNS)) rmSync(join(path, column), { force: true })
    } else if (generationOf(name) <= manifest.generation || readSegmentHead(path) === undefined)
      rmSync(path, { recursive: true })
  }
}

/** Names of segments carry the generation that they are to become part of. */
function generationOf(name: string): number {
  return Number(/^s(\d+)-\d+$/.exec(name)?.[1] ?? 0)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The folder is made with its first entry.
    return []
  }
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

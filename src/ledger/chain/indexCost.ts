/**
 * What an index will cost, before it begins.
 * @module
 */
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LootlineError } from '../../errors.ts'
import type { FolderSource } from './blockSource.ts'
import { agreeing, endOf, withoutSmall } from './keptBatches.ts'
import { readManifest } from './manifest.ts'

/**
 * Bytes of the store for each byte of block, and for each transaction, whichever is more: blocks of 2009 hold little but
 * addresses. Measured: 0.39 and 224 on a made chain of 10^6 transactions of 578 bytes; by arithmetic 0.36 and 219 for Bitcoin's
 * in 2026 (`docs/methods/chain-index.md`).
 */
const STORE_PER_BYTE = 0.4
const STORE_PER_TRANSACTION = 230
/** Of the store, what the passes need beside it at their peak: measured 0.05, 0.08 by arithmetic for 130 segments. */
const WORK_SHARE = 0.1
/** Of what is estimated, what must be free for a run to begin: estimates are not exact. */
const LEAST_ROOM = 0.7
/**
 * Bytes of blocks a second: half of the 123 MB/s measured on two cores (10^7 made transactions, from the system's cache:
 * `bench/results/index.md`), since a whole chain comes from the disk.
 */
const BYTES_PER_SECOND = 60e6

export interface IndexCost {
  /** Of the blocks that are to be read: new ones, and some of the last ones that are indexed anew with them. */
  readonly blocks: number
  readonly blockBytes: number
  readonly storeBytes: number
  /** Beside the store, until it is whole. */
  readonly workBytes: number
  readonly seconds: number
  /** What the disk has. */
  readonly freeBytes: number
  readonly fits: boolean
}

/**
 * @param folder of the store; need not exist
 * @throws {NoRoomError} where the disk has much less room than that takes
 */
export function estimateIndex(folder: string, source: FolderSource): IndexCost {
  const manifest = readManifest(folder)
  const start = manifest?.batches[0]?.segments[0]?.firstHeight ?? source.firstHeight
  const kept = manifest === undefined ? [] : withoutSmall(agreeing(folder, manifest.batches, source), source)
  const from = Math.max(source.firstHeight, endOf(kept, start))
  const { sizes, transactions } = source.range(from, Math.max(from - 1, source.lastHeight))
  const blockBytes = sizes.reduce((sum, size) => sum + size, 0)
  const count = transactions.reduce((sum, some) => sum + some, 0)
  const storeBytes = Math.max(blockBytes * STORE_PER_BYTE, count * STORE_PER_TRANSACTION)
  const workBytes = storeBytes * WORK_SHARE
  const freeBytes = freeAt(folder)
  const needed = storeBytes + workBytes - alreadyMade(folder)
  if (needed * LEAST_ROOM > freeBytes) throw new NoRoomError(folder, needed, freeBytes)
  const fits = needed <= freeBytes
  const seconds = blockBytes / BYTES_PER_SECOND
  return { blocks: sizes.length, blockBytes, storeBytes, workBytes, seconds, freeBytes, fits }
}

function freeAt(folder: string): number {
  let there = folder
  while (!existsSync(there)) there = dirname(there)
  const { bavail, bsize } = statfsSync(there)
  return bavail * bsize
}

/** Bytes that a killed run has left, and this one goes on with. */
function alreadyMade(folder: string): number {
  const named = readManifest(folder)?.batches.flatMap((batch) => batch.segments.map(({ name }) => name)) ?? []
  const segments = join(folder, 'segments')
  if (!existsSync(segments)) return 0
  return readdirSync(segments)
    .filter((name) => !named.includes(name))
    .flatMap((name) => readdirSync(join(segments, name)).map((file) => join(segments, name, file)))
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
}

/** A disk that has too little room: nothing was begun. */
export class NoRoomError extends LootlineError<{
  readonly code: 'STORE_NO_ROOM'
  readonly folder: string
  readonly neededBytes: number
  readonly freeBytes: number
}> {
  override readonly name = 'NoRoomError'
  constructor(folder: string, needed: number, free: number) {
    const [neededBytes, freeBytes] = [Math.ceil(needed), Math.floor(free)]
    super(
      { code: 'STORE_NO_ROOM', folder, neededBytes, freeBytes },
      `${folder}: the index takes about ${Math.ceil(neededBytes / 1e6)} MB and the disk has ${Math.floor(freeBytes / 1e6)} MB free.`,
      'Make room, or name a --store on another disk.',
    )
  }
}

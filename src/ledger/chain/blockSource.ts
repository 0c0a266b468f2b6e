/**
 * The best chain of a folder of block files, as what the index reads.
 * @module
 */
import { bestChain } from '../../chain/bitcoin/bestChain.ts'
import { type BlockFiles, openBlockFiles } from '../../chain/bitcoin/blockFiles.ts'
import { type BlockNetwork, networksOfMagic } from '../../chain/bitcoin/blockNetwork.ts'
import { MIN_TRANSACTION } from '../../chain/bitcoin/decodeBlock.ts'
import { statedHeight } from '../../chain/bitcoin/header.ts'
import { type HeaderScan, scanHeaders } from '../../chain/bitcoin/headerScan.ts'
import { type BlockReader, blockReader } from '../../chain/bitcoin/readBlock.ts'
import type { BlockGap } from '../../chain/bitcoin/recordScan.ts'
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import { type BlockRange, readRange } from './blockRange.ts'
import { matchSpentFiles } from './matchSpentFiles.ts'
import type { IndexedBlock } from './segmentBuilder.ts'
import type { BlockSource } from './source.ts'

/** A source over files; close it. */
export interface FolderSource extends BlockSource {
  /** Blocks that lost to the best chain, and blocks that descend from none of its blocks. */
  readonly stale: number
  readonly orphans: number
  /** Files that hold no block, or were not looked into because `blk*.dat` are there. */
  readonly others: number
  /** Blocks of the best chain without the work that the network asks for: of another network, or made up. */
  readonly unproven: number
  /** The first thousand places in the files that are neither blocks nor space that a node has reserved, and how many. */
  readonly damage: readonly (BlockGap & { readonly path: string })[]
  blocks(from: number, to: number): Iterable<IndexedBlock>
  range(from: number, to: number): BlockRange
  /** Bytes of the best chain's blocks. */
  readonly bytes: number
  /** The best chain now, after files have grown, come or gone. What it stands for is closed with this one. */
  refresh(): FolderSource
  close(): void
}

export interface SourceOptions {
  /** Files that list what one block each spends, in any order: `docs/formats/spent-outputs.md`. */
  readonly spentFiles?: readonly string[]
  /** For blocks that do not state it (before 2013). */
  readonly firstHeight?: number
}

/**
 * Scans the headers and picks the chain with most work. Reads one page a block. What blocks spend from before the first
 * block is looked for in undo data, but not where the first is genesis: then every prevout is in the blocks themselves.
 *
 * @throws {BlockFileError} where there are no files
 * @throws {NoChainError} where they hold no block of this network, or its height cannot be known
 * @throws {SpentFileError} where a file of spent outputs is of no block of the chain
 */
export function openBlockSource(
  path: string,
  network: BlockNetwork,
  options: SourceOptions = {},
): FolderSource {
  const files = openBlockFiles(path, network.magics)
  try {
    return viewOf(path, network, options, files, scanHeaders(files, network))
  } catch (error) {
    files.close()
    throw error
  }
}

function viewOf(
  path: string,
  network: BlockNetwork,
  options: SourceOptions,
  files: BlockFiles,
  scan: HeaderScan,
  before?: { readonly row: number; readonly height: number },
): FolderSource {
  const { rows, firstHeight: known, stale, orphans } = bestChain(scan)
  if (rows.length === 0)
    throw new NoChainError(path, `no block of this network is in the files${seenIn(files)}`)
  const reader = blockReader(files, { chain: network.chain })
  // Files that a node has pruned since they were scanned: only what comes after them can still be read.
  const isGone = new Map<number, boolean>()
  for (const each of rows) {
    const file = scan.files[each]!
    if (!isGone.has(file)) isGone.set(file, files.size(file) === 0)
  }
  const gone = rows.findLastIndex((each) => isGone.get(scan.files[each]!) === true) + 1
  if (gone === rows.length) throw new NoChainError(path, 'the block files are gone')
  const row = rows[0]!
  if (known !== undefined && options.firstHeight !== undefined && options.firstHeight !== known)
    throw new NoChainError(path, `the first block is at height ${known}, not ${options.firstHeight}`)
  const firstHeight =
    known ??
    (row === before?.row ? before.height : firstHeightOf(path, reader, scan, rows, options.firstHeight))
  const spent = matchSpentFiles(options.spentFiles ?? [], network.chain, rows.length, (place) => ({
    height: firstHeight + place,
    columns: reader.read(scan, rows[place]!),
  }))
  const range = (from: number, to: number): BlockRange => {
    const chosen = rows.subarray(from - firstHeight, to + 1 - firstHeight)
    const hashes = new Uint8Array(32 * chosen.length)
    for (const [i, row] of chosen.entries()) hashes.set(scan.hashes.subarray(32 * row, 32 * row + 32), 32 * i)
    const of = (column: Uint32Array): Uint32Array => chosen.map((row) => column[row]!)
    const places = new Map(scan.spares.length === 0 ? [] : Array.from(chosen, (row, place) => [row, place]))
    return {
      ...{ path, network, paths: files.paths, firstHeight: from, hashes },
      ...{ times: of(scan.times), files: of(scan.files), sizes: of(scan.sizes) },
      // A damaged count must not decide what a plan reserves.
      transactions: chosen.map((row) =>
        Math.min(scan.transactions[row]!, Math.ceil(scan.sizes[row]! / MIN_TRANSACTION)),
      ),
      offsets: Float64Array.from(chosen, (row) => scan.offsets[row]!),
      spares: scan.spares.flatMap((spare) =>
        places.has(spare.row) ? [{ ...spare, row: places.get(spare.row)! }] : [],
      ),
      spent,
      undo: known === undefined,
    }
  }
  return {
    firstHeight: firstHeight + gone,
    lastHeight: firstHeight + rows.length - 1,
    hashAt(height): Uint8Array {
      const row = rows[height - firstHeight]!
      return scan.hashes.subarray(32 * row, 32 * row + 32)
    },
    blocks: (from, to) => readRange(range(from, to)),
    range,
    stale: stale.length,
    orphans: orphans.length,
    others: files.others + scan.others,
    unproven: rows.reduce((count, each) => (scan.proven[each] === 1 ? count : count + 1), 0),
    damage: scan.gaps
      .filter(({ kind }) => kind !== 'padding')
      .map((gap) => ({ ...gap, path: files.paths[gap.file]! })),
    bytes: rows.reduce((sum, row) => sum + scan.sizes[row]!, 0),
    refresh: () =>
      viewOf(path, network, options, files, scanHeaders(files, network, scan), { row, height: firstHeight }),
    close: () => files.close(),
  }
}

/** Whose files they may be instead, by their first four bytes. */
function seenIn(files: BlockFiles): string {
  const magic = new Uint8Array(4)
  if (files.paths.length > 0) files.read(0, 0, magic)
  const names = networksOfMagic(magic)
  return names.length === 0 ? '' : `: they begin as those of ${names.join(' or ')} do`
}

/**
 * The first block's height, as it or the last block states it (BIP-34): where the chain ends after 2013 the last one does,
 * and consensus holds it to the truth.
 */
function firstHeightOf(
  path: string,
  reader: BlockReader,
  scan: HeaderScan,
  rows: Uint32Array,
  given: number | undefined,
): number {
  const first = statedHeight(reader.read(scan, rows[0]!))
  const last = statedHeight(reader.read(scan, rows.at(-1)!))
  const said = [given, first, last === undefined ? undefined : last - rows.length + 1]
  const heights = [...new Set(said.filter((height) => height !== undefined))]
  if (heights.length === 0) throw new NoChainError(path, 'the blocks do not say their height')
  if (heights.length > 1 || heights[0]! < 0)
    throw new NoChainError(path, `the first block would be at height ${heights.join(' or ')}`)
  return heights[0]!
}

/** Files that hold no chain. */
export class NoChainError extends LootlineError<{
  readonly code: 'LEDGER_NO_CHAIN'
  readonly path: string
  readonly reason: string
}> {
  override readonly name = 'NoChainError'
  constructor(folder: string, reason: string) {
    const path = printable(folder, 200)
    super(
      { code: 'LEDGER_NO_CHAIN', path, reason },
      `${path}: ${reason}.`,
      'Check the chain and --network; for blocks from before 2013 that do not begin with the first of the chain, give --first-height.',
    )
  }
}

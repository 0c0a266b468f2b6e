/**
 * The best chain of a folder of block files, as what the index reads.
 * @module
 */
import { bestChain } from '../../chain/bitcoin/bestChain.ts'
import type { BlockColumns } from '../../chain/bitcoin/block.ts'
import { openBlockFiles } from '../../chain/bitcoin/blockFiles.ts'
import { scanHeaders } from '../../chain/bitcoin/headerScan.ts'
import { blockReader } from '../../chain/bitcoin/readBlock.ts'
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import { type BlockRange, readRange } from './blockRange.ts'
import type { IndexedBlock } from './segmentBuilder.ts'
import type { BlockSource } from './source.ts'

/** A source over files; close it. */
export interface FolderSource extends BlockSource {
  /** Blocks that lie in the files and are not in the best chain. */
  readonly beside: number
  blocks(from: number, to: number): Iterable<IndexedBlock>
  range(from: number, to: number): BlockRange
  /** Bytes of the best chain's blocks. */
  readonly bytes: number
  close(): void
}

/**
 * Scans the headers and picks the chain with most work. Reads one page a block.
 *
 * @param magics of the network, see `blockNetwork`
 * @throws {BlockFileError} where there are no block files
 * @throws {NoChainError} where they hold no block of this network, or its height cannot be known
 */
export function openBlockSource(path: string, magics: readonly Uint8Array[]): FolderSource {
  const files = openBlockFiles(path, magics)
  try {
    const scan = scanHeaders(files, magics)
    const { rows, firstHeight: known, stale, orphans } = bestChain(scan)
    if (rows.length === 0) throw new NoChainError(path, 'no block of this network is in the files')
    const reader = blockReader(files)
    const firstHeight = known ?? heightOf(reader.read(scan, rows[0]!))
    if (firstHeight === undefined) throw new NoChainError(path, 'the first block does not say its height')
    const hashAt = (height: number): Uint8Array => {
      const row = rows[height - firstHeight]!
      return scan.hashes.subarray(32 * row, 32 * row + 32)
    }
    const range = (from: number, to: number): BlockRange => {
      const chosen = rows.subarray(from - firstHeight, to + 1 - firstHeight)
      const hashes = new Uint8Array(32 * chosen.length)
      for (const [i, row] of chosen.entries())
        hashes.set(scan.hashes.subarray(32 * row, 32 * row + 32), 32 * i)
      const of = (column: Uint32Array): Uint32Array => chosen.map((row) => column[row]!)
      return {
        ...{ path, magics, paths: files.paths, firstHeight: from, hashes },
        ...{ times: of(scan.times), files: of(scan.files), sizes: of(scan.sizes) },
        transactions: of(scan.transactions),
        offsets: Float64Array.from(chosen, (row) => scan.offsets[row]!),
      }
    }
    return {
      firstHeight,
      lastHeight: firstHeight + rows.length - 1,
      hashAt,
      blocks: (from, to) => readRange(range(from, to)),
      range,
      beside: stale.length + orphans.length,
      bytes: rows.reduce((sum, row) => sum + scan.sizes[row]!, 0),
      close: () => files.close(),
    }
  } catch (error) {
    files.close()
    throw error
  }
}

/** What the coinbase of a block from version 2 on begins with (BIP-34); undefined in earlier blocks. */
function heightOf({
  bytes,
  headerStart,
  inputScripts,
  inputScriptLengths,
}: BlockColumns): number | undefined {
  const version = bytes[headerStart]! | (bytes[headerStart + 1]! << 8) | (bytes[headerStart + 2]! << 16)
  const start = inputScripts[0]!
  const length = bytes[start] ?? 0
  if (version < 2 || length < 1 || length > 4 || inputScriptLengths[0]! <= length) return undefined
  let height = 0
  for (let i = length; i > 0; i--) height = height * 256 + bytes[start + i]!
  return height
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
      'Check --network; blocks from before 2013 must begin with the first block of the chain.',
    )
  }
}

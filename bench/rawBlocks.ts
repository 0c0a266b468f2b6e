/**
 * Raw blocks in memory for the decoder's benchmarks: made ones, and real ones where they are there.
 * @module
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { writeChain } from './blocks.ts'

/** Blocks in one buffer that threads share; block i is `bytes[starts[i], ends[i])`. */
export interface RawBlocks {
  readonly bytes: Uint8Array
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** What stands before each block of a `blk*.dat` file: the network's magic and the length. */
const FRAME_BYTES = 8
const MAGICS = [0xdab5bffa, 0xd9b4bef9]

/** A chain of `bench/blocks.ts`. */
export function madeBlocks(transactions: number): RawBlocks {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
  try {
    writeChain(folder, { transactions })
    return together(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The blocks of the data folder `bitcoin-blocks`, in order of name, as long as they have so many transactions or fewer. */
export function realBlocks(transactions: number): RawBlocks {
  const data = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../shared/data')
  const folder = join(data, 'bitcoin-blocks')
  if (!existsSync(folder)) return together([])
  const names = readdirSync(folder).filter((name) =>
    /^(blk\d+\.dat|block\d+\.(dat|raw)|block_\d+_raw\.zst|mainnet_block_.*\.raw)$/.test(name),
  )
  const { bytes, starts, ends } = together(
    names.map((name) => {
      const file = readFileSync(join(folder, name))
      return name.endsWith('.zst') ? zstdDecompressSync(file) : file
    }),
  )
  const columns = blockColumns()
  let left = transactions
  const taken = starts.filter((start, i) => {
    decodeBlock(columns, bytes, start, ends[i]!, { file: 'bench', offset: start })
    left -= columns.transactions
    return left >= 0
  })
  return { bytes, starts: taken, ends: ends.slice(0, taken.length) }
}

/** Files that are one block each, or many with frames. */
function together(files: readonly Buffer[]): RawBlocks {
  const bytes = new Uint8Array(new SharedArrayBuffer(files.reduce((sum, file) => sum + file.length, 0)))
  const starts: number[] = []
  const ends: number[] = []
  let at = 0
  for (const file of files) {
    bytes.set(file, at)
    const framed = MAGICS.includes(file.readUInt32LE(0))
    for (let from = 0; from < file.length; ) {
      const start = framed ? from + FRAME_BYTES : from
      from = framed ? start + file.readUInt32LE(start - 4) : file.length
      starts.push(at + start)
      ends.push(at + from)
    }
    at += file.length
  }
  return { bytes, starts, ends }
}

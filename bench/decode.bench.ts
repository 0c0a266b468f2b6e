/**
 * Blocks to columns on one core: decoded, with txids, and with the merkle root verified.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { Block } from 'bitcoinjs-lib'
import type { BlockColumns } from '../src/chain/bitcoin/block.ts'
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { verifyMerkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { makeBlocks } from './decodeBlocks.ts'
import { type Benchmark, type Measurement, premise, timed } from './harness.ts'

const SIZES = [10_000, 100_000, 1_000_000]
/** bitcoinjs-lib holds every transaction as objects. */
const LARGEST_OF_PEER = 100_000
const OPENSSL = 'openssl'
const PLACE = { file: 'bench', offset: 0 }

export const decodeBench: Benchmark = {
  name: 'decode',
  about:
    'Raw blocks in memory to columns, on one thread: seeded blocks of 3,000 transactions, and real blocks of 2013 to 2024 where they are there. "txids" adds the double SHA-256 of every transaction, "merkle" the root too. bitcoinjs-lib 7.0.5 makes objects; with "getId" it does what "txids" does. The last line is what openssl takes for the same hashes alone, one after another, by the processor\'s SHA instructions where it has them.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const size of SIZES.filter((transactions) => transactions <= largest)) {
      measurements.push(...(await measure('seeded blocks', makeBlocks(size))))
    }
    const real = realBlocks()
    if (real.length > 0) measurements.push(...(await measure('real blocks', real)))
    return measurements
  },
}

async function measure(model: string, blocks: readonly Uint8Array[]): Promise<Measurement[]> {
  const columns = blockColumns()
  const sha256 = openSha256()
  const node = openSha256({ engine: 'node' })
  let size = 0
  let bytes = 0
  let stripped = 0
  for (const block of blocks) {
    decodeBlock(columns, block, 0, block.length, PLACE)
    fillTxids(columns, sha256)
    verifyMerkleRoot(columns, sha256, PLACE)
    premise(sameTxids(columns, block), 'both ways give the same txids')
    size += columns.transactions
    bytes += block.length
    stripped += strippedBytes(columns)
  }
  const runs = size > LARGEST_OF_PEER ? 3 : 7
  const line = async (name: string, work: () => void): Promise<Measurement> => {
    const times = await timed(runs, work, () => undefined)
    const median = times.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!
    const note = `${Math.round(bytes / median / 1000).toLocaleString('en')} MB/s`
    return { name: `${model}: ${name}`, size, unit: 'transactions', runs: times, note }
  }
  const over = (hasher: typeof sha256, merkle: boolean) => () => {
    for (const block of blocks) {
      decodeBlock(columns, block, 0, block.length, PLACE)
      fillTxids(columns, hasher)
      if (merkle) verifyMerkleRoot(columns, hasher, PLACE)
    }
  }
  const lines = [
    await line('decode', () => {
      for (const block of blocks) decodeBlock(columns, block, 0, block.length, PLACE)
    }),
    await line('decode, txids', over(sha256, false)),
    await line('decode, txids, merkle', over(sha256, true)),
    await line('decode, txids, merkle, by node:crypto', over(node, true)),
  ]
  if (size <= 2 * LARGEST_OF_PEER) {
    lines.push(
      await line('bitcoinjs-lib', () => {
        for (const block of blocks) Block.fromBuffer(block)
      }),
      await line('bitcoinjs-lib, getId', () => {
        for (const block of blocks) for (const each of Block.fromBuffer(block).transactions!) each.getId()
      }),
    )
  }
  const limit = opensslLimit(Math.round(stripped / size))
  if (limit !== undefined) {
    const note = `messages of ${Math.round(stripped / size)} B, then of 32 B`
    lines.push({
      name: `${model}: openssl speed sha256`,
      size,
      unit: 'transactions',
      runs: [(size / limit) * 1000],
      note,
    })
  }
  return lines
}

function sameTxids(columns: BlockColumns, block: Uint8Array): boolean {
  const peer = Block.fromBuffer(block).transactions!
  return peer.every(
    (each, t) => Buffer.compare(each.getHash(), columns.txids.subarray(32 * t, 32 * t + 32)) === 0,
  )
}

function strippedBytes({ transactions, txStarts, witnessStarts, segwit }: BlockColumns): number {
  let sum = 0
  for (let t = 0; t < transactions; t++) sum += witnessStarts[t]! - txStarts[t]! + 4 - 2 * segwit[t]!
  return sum
}

/** Double hashes a second that openssl's own measurement allows; undefined where there is no openssl. */
function opensslLimit(length: number): number | undefined {
  const rate = (bytes: number): number => {
    const { stdout } = spawnSync(
      OPENSSL,
      ['speed', '-mr', '-seconds', '1', '-bytes', String(bytes), '-evp', 'sha256'],
      {
        encoding: 'utf8',
      },
    )
    return Number(/^\+F:\d+:sha256:([\d.]+)/m.exec(stdout ?? '')?.[1] ?? Number.NaN) / bytes
  }
  const limit = 1 / (1 / rate(length) + 1 / rate(32))
  return Number.isFinite(limit) ? limit : undefined
}

/** Every single block of the data folder that is one of mainnet, a few times. */
function realBlocks(): Uint8Array[] {
  const folder = join(
    process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../shared/data'),
    'bitcoin-blocks',
  )
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) =>
    /^(block\d+\.dat|block300025\.raw|block_.*_raw\.zst|mainnet_.*)$/.test(name),
  )
  const blocks = names.map((name) => {
    const bytes = readFileSync(join(folder, name))
    return new Uint8Array(name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes)
  })
  return [blocks, blocks, blocks, blocks].flat()
}

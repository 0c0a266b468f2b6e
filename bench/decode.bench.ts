/**
 * Raw blocks to columns, on one core and on two, against what openssl needs for the hashes alone and against decoders
 * that make objects. All must find the same txids before anything is timed.
 * @module
 */
import { join } from 'node:path'
import { Block, type Transaction } from 'bitcoinjs-lib'
import type { BlockColumns } from '../src/chain/bitcoin/block.ts'
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { verifyMerkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { openPool } from '../src/ledger/chain/pool.ts'
import { type DecodeSpan, decodeJob, STEPS } from './decodeJob.ts'
import { type Benchmark, type Measurement, median, premise, sizesUpTo, timed } from './harness.ts'
import { hashMs, opensslVersion } from './openssl.ts'
import { loadPeer, versionOf } from './peer.ts'
import { madeBlocks, type RawBlocks, realBlocks } from './rawBlocks.ts'

const SIZES = [10_000, 100_000, 1_000_000]
/** Transactions of which others make objects, in the benchmark and in the comparison before it. */
const LARGEST_OF_PEERS = 100_000
/** Portions that threads take of the blocks, so that they end together. */
const SPANS = 32
/** Some milliseconds of decoding are too few to time. */
const REPEATS_OF_REAL = 4

export const decodeBench: Benchmark = {
  name: 'decode',
  about:
    'Raw blocks in memory to columns: made ones (bench/blocks.ts) and real ones of 2009 to 2024, these four times over. "txids" adds the double SHA-256 of every transaction without its witness, "merkle" also the root, held against the header. bitcoinjs-lib and bcoin (without its C++ addon) make objects; the same blocks, the same three steps, the same txids, up to 100,000 transactions. openssl\'s lines are the time of the hashes alone on one core: SHA-256 works on blocks of 64 bytes, a transaction of n bytes without witness takes ⌈(n + 9) / 64⌉ of them and one more for the second hash, a node of the merkle tree three. "at its best rate" is that many at the rate of messages of 16 KiB; "call by call" is one call a hash, as `openssl speed` times them at the mean length, 64 and 32 bytes.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const size of sizesUpTo(largest, SIZES))
      measurements.push(...(await measure('made blocks', madeBlocks(size))))
    const real = realBlocks(largest)
    if (real.starts.length > 0) {
      const repeated = {
        bytes: real.bytes,
        starts: Array.from({ length: REPEATS_OF_REAL }, () => real.starts).flat(),
        ends: Array.from({ length: REPEATS_OF_REAL }, () => real.ends).flat(),
      }
      measurements.push(...(await measure('real blocks', repeated)))
    }
    return measurements
  },
}

interface Decoder {
  readonly name: string
  /** Txids, 32 bytes each, internal byte order. */
  txids(block: Buffer): Uint8Array[]
  readonly steps: Readonly<Record<(typeof STEPS)[number], (block: Buffer) => unknown>>
}

async function measure(model: string, blocks: RawBlocks): Promise<Measurement[]> {
  const decoders = [bitcoinjs(), await bcoin()].filter((each) => each !== null)
  const sum = survey(blocks, decoders)
  const { size } = sum
  const bytes = blocks.ends.reduce((total, end, i) => total + end - blocks.starts[i]!, 0)
  const limits = limitsOf(sum)
  const best = limits[0]?.runs[0]
  const lines: Measurement[] = []
  const add = (line: Pick<Measurement, 'name' | 'runs' | 'note'>): void => {
    lines.push({ ...line, name: `${model}: ${line.name}`, size, unit: 'transactions', bytes })
  }
  const time = async (name: string, work: () => unknown): Promise<void> => {
    const runs = await timed(size > LARGEST_OF_PEERS ? 5 : 9, work)
    const hashes = name.endsWith('merkle') && best !== undefined
    add({
      name,
      runs,
      ...(hashes && {
        note: `${Math.round((100 * best) / median(runs))} % of openssl's best rate on one core`,
      }),
    })
  }
  for (const threads of [1, 2]) {
    const pool = openPool(threads)
    const run = async (step: DecodeSpan['step'], engine: DecodeSpan['engine']): Promise<void> => {
      const done = await pool.run(decodeJob, spansOf(blocks, { step, engine }))
      premise(done.reduce((total, each) => total + each) === size, 'every transaction is decoded')
    }
    const on = threads === 1 ? 'one thread' : 'two threads'
    try {
      for (const step of STEPS) await time(`${on}, ${named(step)}`, () => run(step, 'wasm'))
      if (threads === 1) await time('one thread, hashes by node:crypto, merkle', () => run('merkle', 'node'))
    } finally {
      await pool.close()
    }
  }
  if (size <= LARGEST_OF_PEERS) {
    const buffers = blocks.starts.map((start, i) => Buffer.from(blocks.bytes.slice(start, blocks.ends[i])))
    for (const { name, steps } of decoders) {
      for (const step of STEPS)
        await time(`${name}, ${named(step)}`, () => {
          for (const buffer of buffers) steps[step](buffer)
        })
    }
    if (decoders.length < 2) add({ name: 'bcoin', runs: [], note: 'skipped: not installed' })
  }
  if (limits.length === 0) add({ name: 'openssl', runs: [], note: 'skipped: not on PATH' })
  for (const limit of limits) add(limit)
  return lines
}

/** The hashes alone, the faster way first; none without openssl. */
function limitsOf({
  size,
  compressions,
  stripped,
  nodes,
}: Survey): Pick<Measurement, 'name' | 'runs' | 'note'>[] {
  const version = opensslVersion()
  if (version === null) return []
  const each = hashMs(Math.round(stripped / size)) + hashMs(32)
  return [
    {
      name: `openssl ${version}, hashes alone, at its best rate`,
      runs: [(compressions * hashMs(BEST)) / BEST_COMPRESSIONS],
      note: `${compressions.toLocaleString('en')} blocks of 64 bytes`,
    },
    {
      name: `openssl ${version}, hashes alone, call by call`,
      runs: [size * each + nodes * (hashMs(64) + hashMs(32))],
    },
  ]
}

/** Bytes of the largest messages that `openssl speed` tries unless told, and the blocks of 64 bytes they take. */
const BEST = 16_384
const BEST_COMPRESSIONS = BEST / 64 + 1

function named(step: (typeof STEPS)[number]): string {
  return STEPS.slice(0, STEPS.indexOf(step) + 1).join(', ')
}

function spansOf({ bytes, starts, ends }: RawBlocks, how: Pick<DecodeSpan, 'step' | 'engine'>): DecodeSpan[] {
  const per = Math.ceil(starts.length / SPANS)
  return Array.from({ length: Math.ceil(starts.length / per) }, (_, i) => ({
    bytes,
    starts: starts.slice(i * per, (i + 1) * per),
    ends: ends.slice(i * per, (i + 1) * per),
    ...how,
  }))
}

interface Survey {
  /** Transactions, and their bytes without witness. */
  size: number
  stripped: number
  /** Blocks of 64 bytes through SHA-256's compression function. */
  compressions: number
  /** Nodes of merkle trees, leaves left out. */
  nodes: number
}

/** Decodes and verifies every block, holds the txids against the others', and counts what is to be hashed. */
function survey({ bytes, starts, ends }: RawBlocks, decoders: readonly Decoder[]): Survey {
  const columns = blockColumns()
  const sha256 = openSha256()
  const sum: Survey = { size: 0, stripped: 0, compressions: 0, nodes: 0 }
  for (let i = 0; i < starts.length; i++) {
    const place = { file: 'bench', offset: starts[i]! }
    decodeBlock(columns, bytes, starts[i]!, ends[i]!, place)
    fillTxids(columns, sha256)
    verifyMerkleRoot(columns, sha256, place)
    if (sum.size + columns.transactions <= LARGEST_OF_PEERS) {
      const block = Buffer.from(bytes.slice(starts[i], ends[i]))
      for (const { name, txids } of decoders)
        premise(sameTxids(columns, txids(block)), `${name} finds the same txids at byte ${starts[i]}`)
    }
    count(columns, sum)
  }
  return sum
}

function count({ transactions, txStarts, witnessStarts, segwit }: BlockColumns, sum: Survey): void {
  sum.size += transactions
  for (let t = 0; t < transactions; t++) {
    const length = witnessStarts[t]! - txStarts[t]! + 4 - 2 * segwit[t]!
    sum.stripped += length
    sum.compressions += Math.ceil((length + 9) / 64) + 1
  }
  for (let width = transactions; width > 1; ) {
    width = Math.ceil(width / 2)
    sum.nodes += width
    sum.compressions += 3 * width
  }
}

function sameTxids({ transactions, txids }: BlockColumns, others: readonly Uint8Array[]): boolean {
  return (
    others.length === transactions &&
    others.every((txid, t) => Buffer.compare(txid, txids.subarray(32 * t, 32 * t + 32)) === 0)
  )
}

function bitcoinjs(): Decoder {
  const read = (block: Buffer): Transaction[] => Block.fromBuffer(block).transactions!
  const hashes = (block: Buffer): Uint8Array[] => read(block).map((each) => each.getHash())
  return {
    name: `bitcoinjs-lib ${versionOf(join(import.meta.dirname, '..'), 'bitcoinjs-lib')}`,
    txids: hashes,
    steps: {
      decode: read,
      txids: hashes,
      merkle: (block) =>
        premise(
          Buffer.compare(Block.calculateMerkleRoot(read(block)), block.subarray(ROOT, ROOT + 32)) === 0,
          'bitcoinjs-lib finds the root',
        ),
    },
  }
}

/** Where a block's header states the merkle root. */
const ROOT = 36

/** The part of bcoin's interface used here; the package is not a dependency of the project. */
interface Bcoin {
  readonly default: {
    fromRaw(block: Buffer): {
      readonly txs: readonly { hash(): Buffer }[]
      createMerkleRoot(): Buffer
    }
  }
}

async function bcoin(): Promise<Decoder | null> {
  const peer = await loadPeer<Bcoin>('bcoin', 'bcoin/lib/primitives/block')
  if (peer === null) return null
  const { default: BcoinBlock } = peer.module
  const hashes = (block: Buffer): Uint8Array[] => BcoinBlock.fromRaw(block).txs.map((each) => each.hash())
  return {
    name: `bcoin ${peer.version}`,
    txids: hashes,
    steps: {
      decode: (block) => BcoinBlock.fromRaw(block),
      txids: hashes,
      merkle: (block) =>
        premise(
          BcoinBlock.fromRaw(block)
            .createMerkleRoot()
            .equals(block.subarray(ROOT, ROOT + 32)),
          'bcoin finds the root',
        ),
    },
  }
}

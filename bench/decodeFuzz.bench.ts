/**
 * `node bench/decodeFuzz.bench.ts [blocks] [seed]`: decodes mutated blocks, a million unless told, and ends with an error where one is
 * neither decoded nor refused with a `BlockError` inside the block, where one takes longer than a second, or where memory grows.
 * @module
 */

import { BlockError } from '../src/chain/bitcoin/blockError.ts'
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { verifyMerkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { random } from '../src/simulate/index.ts'
import { makeBlocks } from './decodeBlocks.ts'
import { premise } from './harness.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const draw = random(Number(process.argv[3] ?? 1), total)
const columns = blockColumns()
const sha256 = openSha256()
/** Bytes that counts and lengths turn on. */
const EDGES = [0, 1, 0x7f, 0xfc, 0xfd, 0xfe, 0xff]
/** The first transactions of a block: more takes time and finds nothing. */
const TRANSACTIONS = 40

const whole = makeBlocks(1)[0]!
decodeBlock(columns, whole, 0, whole.length, { file: 'made', offset: 0 })
const original = whole.slice(0, columns.txStarts[TRANSACTIONS])
original.set([TRANSACTIONS], 80)
original.copyWithin(81, 83)
const length = original.length - 2
const block = original.slice()
let decoded = 0
let slowest = 0
let settledBytes = 0
for (let i = 0; i < total; i++) {
  const changes = draw.between(1, 4)
  const touched: number[] = []
  for (let c = 0; c < changes; c++) {
    const at = draw.between(0, 3) === 0 ? draw.between(80, 120) : draw.between(0, length - 1)
    touched.push(at)
    block[at] = draw.between(0, 1) === 0 ? draw.pick(EDGES) : draw.between(0, 255)
  }
  const end = draw.between(0, 7) === 0 ? draw.between(0, length) : length
  const start = performance.now()
  try {
    decodeBlock(columns, block, 0, end, { file: 'fuzz', offset: 0 })
    decoded++
    fillTxids(columns, sha256)
    verifyMerkleRoot(columns, sha256, { file: 'fuzz', offset: 0 })
  } catch (error) {
    if (!(error instanceof BlockError)) throw error
    premise(
      error.data.byteOffset >= 0 && error.data.byteOffset <= end + 9,
      `an offset inside the block: ${error.message}`,
    )
  }
  slowest = Math.max(slowest, performance.now() - start)
  for (const at of touched) block[at] = original[at]!
  if (i === Math.floor(total / 10)) settledBytes = memory()
}
const grown = memory() - settledBytes
premise(slowest < 1000, `no block takes a second (${slowest.toFixed(0)} ms)`)
premise(grown < 32 * 2 ** 20, `memory does not grow (${(grown / 2 ** 20).toFixed(1)} MiB)`)
process.stdout.write(
  `${total.toLocaleString('en')} mutated blocks: ${decoded.toLocaleString('en')} decoded, the rest refused; slowest ${slowest.toFixed(1)} ms, buffers grew ${(grown / 2 ** 20).toFixed(1)} MiB\n`,
)

/** What the process keeps outside and inside the heap. */
function memory(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

/**
 * Mutated blocks through the decoder: it must decode or refuse each with a `BlockError` that names a byte inside the
 * block, quickly, and without keeping memory.
 * @module
 */
import { BlockError } from '../src/chain/bitcoin/blockError.ts'
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { verifyMerkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { random } from '../src/simulate/index.ts'
import { type Benchmark, type Measurement, premise } from './harness.ts'
import { madeBlocks, type RawBlocks, realBlocks } from './rawBlocks.ts'

const BLOCKS = 1_000_000
/** Bytes that counts and lengths turn on. */
const EDGES = [0, 1, 0x7f, 0xfc, 0xfd, 0xfe, 0xff]
/** The first transactions of a block: more takes time and finds nothing. */
const TRANSACTIONS = 40
const HEADER = 80
/** The longest count has so many bytes; where it is cut off, its place is named. */
const LONGEST_COUNT = 9
const SLOWEST_MS = 1000
const MOST_GROWN_MIB = 64
/** Blocks from which on time and memory tell something; before, the code is still being compiled. */
const LONG_RUN = 100_000

export const decodeFuzzBench: Benchmark = {
  name: 'decodeFuzz',
  about: `Blocks of up to ${TRANSACTIONS} transactions, made and real ones, each with one to four bytes changed and every eighth cut off, decoded with txids and merkle root. The run fails where one is neither decoded nor refused with the byte that is wrong, where one takes ${SLOWEST_MS} ms, or where the process at the end holds ${MOST_GROWN_MIB} MiB more than after the first tenth.`,
  run({ largest }): readonly Measurement[] {
    const total = Math.min(BLOCKS, largest)
    const judged = total >= LONG_RUN
    const originals = [...shortened(madeBlocks(4000)), ...shortened(realBlocks(Infinity))]
    const columns = blockColumns()
    const sha256 = openSha256()
    const draw = random(1, total)
    let decoded = 0
    let verified = 0
    let slowestMs = 0
    let settledMiB = 0
    const begun = performance.now()
    for (let i = 0; i < total; i++) {
      const block = Uint8Array.from(draw.pick(originals))
      for (let changes = draw.between(1, 4); changes > 0; changes--) {
        const early = Math.min(block.length, HEADER + 40)
        const at = draw.chance(1, 4) ? draw.between(HEADER, early - 1) : draw.below(block.length)
        block[at] = draw.chance(1, 2) ? draw.pick(EDGES) : draw.below(256)
      }
      const end = draw.chance(1, 8) ? draw.below(block.length) : block.length
      const start = performance.now()
      try {
        decodeBlock(columns, block, 0, end, { file: 'fuzz', offset: 0 })
        decoded++
        fillTxids(columns, sha256)
        verifyMerkleRoot(columns, sha256, { file: 'fuzz', offset: 0 })
        verified++
      } catch (error) {
        if (!(error instanceof BlockError)) throw error
        const { byteOffset } = error.data
        premise(
          byteOffset >= 0 &&
            byteOffset <= end + LONGEST_COUNT &&
            error.message.includes(`at byte ${byteOffset}:`),
          `an offset inside the block: ${error.message}`,
        )
      }
      slowestMs = Math.max(slowestMs, performance.now() - start)
      if (i === Math.floor(total / 10)) settledMiB = residentMiB()
    }
    const ms = performance.now() - begun
    const grownMiB = residentMiB() - settledMiB
    premise(!judged || slowestMs < SLOWEST_MS, `no block takes a second (${slowestMs.toFixed(0)} ms)`)
    premise(!judged || grownMiB < MOST_GROWN_MIB, `memory does not grow (${grownMiB.toFixed(1)} MiB)`)
    const shown = (count: number): string => count.toLocaleString('en')
    return [
      {
        ...{ name: 'mutated blocks', size: total, unit: 'blocks', runs: [ms] },
        note: [
          `no crash: ${shown(total - decoded)} refused by the decoder and ${shown(decoded - verified)} for the merkle root, all naming the byte; ${shown(verified)} as good as before`,
          `slowest ${slowestMs.toFixed(1)} ms`,
          `${settledMiB.toFixed(0)} MiB after a tenth, ${(settledMiB + grownMiB).toFixed(0)} MiB at the end`,
        ].join('; '),
      },
    ]
  },
}

/** The first transactions of each block that is not a coinbase alone; the merkle root is then wrong, which comes last. */
function shortened({ bytes, starts, ends }: RawBlocks): Uint8Array[] {
  const columns = blockColumns()
  const blocks: Uint8Array[] = []
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!
    decodeBlock(columns, bytes, start, ends[i]!, { file: 'bench', offset: start })
    const { transactions, txStarts } = columns
    if (transactions === 1) continue
    const kept = Math.min(TRANSACTIONS, transactions)
    const body = bytes.subarray(txStarts[0], txStarts[kept])
    blocks.push(Buffer.concat([bytes.subarray(start, start + HEADER), Uint8Array.of(kept), body]))
  }
  return blocks
}

function residentMiB(): number {
  return process.memoryUsage.rss() / 2 ** 20
}

/**
 * Chains of a few blocks made by hand, read from memory.
 * @module
 */
import { blockColumns, decodeBlock } from '../../chain/bitcoin/decodeBlock.ts'
import { hashOf, type MadeTransaction, makeBlock } from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import { openSha256 } from '../../chain/bitcoin/sha256.ts'
import { fillTxids } from '../../chain/bitcoin/txids.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { type IndexResult, indexBlocks } from './indexBlocks.ts'
import type { IndexedBlock } from './segmentBuilder.ts'
import type { BlockSource } from './source.ts'

const sha256 = openSha256()

export interface HandBlock {
  readonly transactions: readonly MadeTransaction[]
  readonly spent?: IndexedBlock['spent']
}

/** Pays to a key hash of twenty such bytes. */
export function toKey(byte: number): Uint8Array {
  return Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20).fill(byte), 0x88, 0xac)
}

/** A coinbase that no other height has. */
export function coinbase(height: number, sats = 50e8, byte = 200): MadeTransaction {
  return {
    inputs: [{ n: 0xffffffff, script: Uint8Array.of(2, height & 255, height >> 8) }],
    outputs: [{ sats, script: toKey(byte) }],
  }
}

/** What inputs spend, the coinbase's left out. */
export function spentOf(
  outputs: readonly { readonly sats: number; readonly script: Uint8Array }[],
): NonNullable<IndexedBlock['spent']> {
  const starts = [0]
  for (const { script } of outputs) starts.push(starts.at(-1)! + script.length)
  return {
    n: outputs.length,
    sats: Float64Array.from(outputs, ({ sats }) => sats),
    scriptStarts: Uint32Array.from(starts),
    scripts: new Uint8Array(Buffer.concat(outputs.map(({ script }) => script))),
  }
}

function memorySource(blocks: readonly HandBlock[], firstHeight = 0): BlockSource {
  const raw: Uint8Array[] = []
  for (const { transactions } of blocks) {
    const last = raw.at(-1)
    raw.push(makeBlock({ transactions, ...(last === undefined ? {} : { previous: hashOf(last) }) }))
  }
  return {
    firstHeight,
    lastHeight: firstHeight + blocks.length - 1,
    hashAt: (height: number): Uint8Array => hashOf(raw[height - firstHeight]!),
    *blocks(from: number, to: number): Iterable<IndexedBlock> {
      for (let height = from; height <= to; height++) {
        const bytes = raw[height - firstHeight]!
        const { spent } = blocks[height - firstHeight]!
        const columns = blockColumns()
        decodeBlock(columns, bytes, 0, bytes.length, { file: 'made', offset: 0 })
        fillTxids(columns, sha256)
        const known = spent === undefined ? {} : { spent }
        yield { height, hash: hashOf(bytes), time: 1_600_000_000 + height, columns, ...known }
      }
    },
  }
}

/** Indexes the first blocks, then each further one in a run of its own. */
export async function indexByHand(
  store: string,
  blocks: readonly HandBlock[],
  first: number = blocks.length,
  firstHeight = 0,
): Promise<IndexResult> {
  const options = { chain: BITCOIN_REGTEST, memory: 2 ** 24, threads: 1 }
  let result: IndexResult | undefined
  for (let count = first; count <= blocks.length; count++)
    result = await indexBlocks(store, memorySource(blocks.slice(0, count), firstHeight), options)
  return result!
}

import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { BlockColumns, SpentOutputs } from '../../chain/bitcoin/block.ts'
import { blockColumns, decodeBlock } from '../../chain/bitcoin/decodeBlock.ts'
import {
  COINBASE,
  hashOf,
  type MadeTransaction,
  makeBlock,
  txidOf,
} from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import { openSha256 } from '../../chain/bitcoin/sha256.ts'
import { fillTxids } from '../../chain/bitcoin/txids.ts'
import { NONE } from '../ledger.ts'
import { readColumn } from './columnFile.ts'
import { clean, temporary } from './made.test-suite.ts'
import { createSegmentBuilder } from './segmentBuilder.ts'
import { COLUMNS } from './workSegment.ts'

afterEach(clean)

const sha256 = openSha256()
const toKey = (byte: number): Uint8Array =>
  Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20).fill(byte), 0x88, 0xac)
const FAR = new Uint8Array(32).fill(9)

const first: MadeTransaction = {
  inputs: [{ txid: FAR, n: 0 }],
  outputs: [
    { sats: 70, script: toKey(1) },
    { sats: 20, script: toKey(2) },
  ],
}
/** Spends one output of the block and two from outside it. */
const second: MadeTransaction = {
  inputs: [
    { txid: FAR, n: 1 },
    { txid: txidOf(first), n: 1 },
    { txid: FAR, n: 2 },
  ],
  outputs: [{ sats: 25, script: toKey(3) }],
}
const block = makeBlock({ transactions: [COINBASE, first, second] })

function decoded(): BlockColumns {
  const columns = blockColumns()
  decodeBlock(columns, block, 0, block.length, { file: 'made', offset: 0 })
  fillTxids(columns, sha256)
  return columns
}

function spentOf(outputs: readonly { sats: number; script: Uint8Array }[]): SpentOutputs {
  const starts = [0]
  for (const { script } of outputs) starts.push(starts.at(-1)! + script.length)
  return {
    n: outputs.length,
    sats: Float64Array.from(outputs, ({ sats }) => sats),
    scriptStarts: Uint32Array.from(starts),
    scripts: new Uint8Array(Buffer.concat(outputs.map(({ script }) => script))),
  }
}

const GIVEN = [
  { sats: 100, script: toKey(8) },
  { sats: 2, script: Uint8Array.of(0x51) },
  { sats: 20, script: toKey(2) },
  { sats: 5, script: toKey(1) },
]

describe('what a block spends, given from outside', () => {
  test('is kept for inputs whose prevout the segment does not have', () => {
    const folder = join(temporary(), 's')
    const builder = createSegmentBuilder(folder, 's', false)
    builder.add({ height: 5, hash: hashOf(block), time: 1, columns: decoded(), spent: spentOf(GIVEN) })
    builder.finish()
    const u32 = (name: 'givenInput' | 'givenKey' | 'keyStart' | 'outKey'): Uint32Array =>
      readColumn(join(folder, name), COLUMNS[name], (n) => new Uint32Array(n))
    expect([...u32('givenInput')]).toEqual([0, 1, 3])
    expect([...readColumn(join(folder, 'givenSats'), 8, (n) => new Float64Array(n))]).toEqual([100, 2, 5])
    const bytes = readColumn(join(folder, 'keyBytes'), 1, (n) => new Uint8Array(n))
    const starts = u32('keyStart')
    const [eight, none, one] = u32('givenKey')
    expect(none).toBe(NONE)
    expect(bytes.subarray(starts[eight!], starts[eight! + 1])).toEqual(new Uint8Array(20).fill(8))
    // The key of an output of this segment is the same key.
    expect(one).toBe(u32('outKey')[1])
  })

  test.each([
    ['amount', { sats: 21, script: toKey(2) }],
    ['script', { sats: 20, script: toKey(4) }],
  ])('is refused where the segment has another %s', (_what, wrong) => {
    const builder = createSegmentBuilder(join(temporary(), 's'), 's', false)
    const given = GIVEN.with(2, wrong)
    const { columns, hash } = { columns: decoded(), hash: hashOf(block) }
    expect(() => builder.add({ height: 5, hash, time: 1, columns, spent: spentOf(given) })).toThrow(
      `:1, which pays another than the given spent outputs say`,
    )
  })
})

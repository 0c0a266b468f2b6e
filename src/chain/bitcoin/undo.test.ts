import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../units/hex.ts'
import type { SpentOutputs } from './block.ts'
import { BlockError } from './blockError.ts'
import { openBlockFiles } from './blockFiles.ts'
import { blockNetwork } from './blockNetwork.ts'
import { decompressAmount, readVarInt } from './compressed.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import { scanHeaders } from './headerScan.ts'
import { COINBASE, concat, inFile, type MadeTransaction, makeBlock } from './madeBlocks.test-suite.ts'
import { blockReader } from './readBlock.ts'
import { encodeUndo, type Spent } from './undo.test-suite.ts'
import { decodeUndo, spentOutputs } from './undo.ts'
import { undoReader } from './undoReader.ts'

const PLACE = { file: 'rev00000.dat', offset: 8 }
/** The key of the genesis coinbase: block 0 of Bitcoin. */
const KEY = `04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f`
const SCRIPTS = [
  `76a914${'11'.repeat(20)}88ac`,
  `a914${'22'.repeat(20)}87`,
  `21${'02'}${KEY.slice(2, 66)}ac`,
  `41${KEY}ac`,
  `0014${'33'.repeat(20)}`,
  `5120${'44'.repeat(32)}`,
  '',
  '6a'.repeat(300),
].map((script) => fromHex(script))

function spending(n: number): MadeTransaction {
  return { inputs: Array.from({ length: n }, () => ({})), outputs: [] }
}

function outputsOf(spent: SpentOutputs): Spent[] {
  return Array.from({ length: spent.n }, (_, i) => ({
    sats: spent.sats[i]!,
    script: spent.scripts.slice(spent.scriptStarts[i], spent.scriptStarts[i + 1]),
  }))
}

function columnsOf(counts: readonly number[]): ReturnType<typeof blockColumns> {
  const block = makeBlock({ transactions: [COINBASE, ...counts.map(spending)] })
  const columns = blockColumns()
  decodeBlock(columns, block, 0, block.length, PLACE)
  return columns
}

describe('compressed amounts', () => {
  // Bitcoin Core, src/test/compress_tests.cpp.
  it.each([
    [0x0, 0],
    [0x1, 1],
    [0x7, 1e6],
    [0x9, 1e8],
    [0x32, 50e8],
    [0x1406f40, 21e14],
  ])('%i is %i sats', (compressed, sats) => {
    expect(decompressAmount(compressed)).toBe(sats)
  })

  it('are exact up to the largest, and refused from 2^53', () => {
    // No zeros at the end: the compressed form is nine times the amount.
    expect(decompressAmount(9n * 2_100_000_000_000_000n + 1n)).toBe(2_100_000_000_000_001)
    expect(decompressAmount(2n ** 63n)).toBeNaN()
  })
})

describe('readVarInt', () => {
  // Bitcoin Core, src/serialize.h: "Thus 0 is 00, 128 is 8000, 255 is 807F, 65535 is 82FE7F, 2^32 is 8EFEFEFF00".
  it.each([
    ['00', 0],
    ['8000', 128],
    ['807f', 255],
    ['82fe7f', 65535],
    ['8efefeff00', 2 ** 32],
  ])('%s is %i', (digits, value) => {
    const bytes = fromHex(digits)
    expect(readVarInt(bytes, 0, bytes.length)).toEqual({ value, end: bytes.length })
    expect(readVarInt(bytes, 0, bytes.length - 1)).toBeUndefined()
  })

  it('ends on endless digits', () => {
    expect(readVarInt(new Uint8Array(100).fill(255), 0, 100)).toBeUndefined()
  })
})

describe('decodeUndo', () => {
  const spent = fc.record({
    sats: fc.oneof(
      fc.nat(21e14),
      fc.nat(100).map((n) => n * 1e8),
    ),
    script: fc.oneof(fc.constantFrom(...SCRIPTS), fc.uint8Array({ maxLength: 400 })),
    code: fc.nat(2_000_000),
  })

  it('gives back what a node wrote', () => {
    const into = spentOutputs()
    const transactions = fc.array(fc.array(spent, { minLength: 1, maxLength: 4 }), { maxLength: 5 })
    fc.assert(
      fc.property(transactions, (each) => {
        const bytes = encodeUndo(each)
        decodeUndo(into, columnsOf(each.map(({ length }) => length)), bytes, 0, bytes.length, PLACE)
        expect(outputsOf(into)).toEqual(each.flat().map(({ sats, script }) => ({ sats, script })))
      }),
      { seed: 300025, numRuns: 300 },
    )
  })

  it('reads or refuses any change', () => {
    const each = [SCRIPTS.map((script, i) => ({ sats: i * 1e8, script, code: 2 * i }))]
    const original = encodeUndo(each)
    const columns = columnsOf([SCRIPTS.length])
    const into = spentOutputs()
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), fc.nat(original.length), (at, byte, end) => {
        const bytes = original.slice()
        bytes[at] = byte
        for (const until of [bytes.length, end]) {
          try {
            decodeUndo(into, columns, bytes, 0, until, PLACE)
            expect(into.n).toBe(SCRIPTS.length)
          } catch (error) {
            expect(error).toBeInstanceOf(BlockError)
          }
        }
      }),
      { seed: 928848, numRuns: 3000 },
    )
  })

  it('refuses a key that is on no curve, and the data of another block', () => {
    const off = concat([fromHex('0101000004'), new Uint8Array(32).fill(0xff)])
    expect(() => decodeUndo(spentOutputs(), columnsOf([1]), off, 0, off.length, PLACE)).toThrow(
      'not on the curve',
    )
    const bytes = encodeUndo([[{ sats: 1, script: SCRIPTS[0]!, code: 2 }]])
    expect(() => decodeUndo(spentOutputs(), columnsOf([2]), bytes, 0, bytes.length, PLACE)).toThrow(
      '1 inputs where the block has 2',
    )
  })
})

describe('undoReader', () => {
  it('finds the record of a block by its checksum, whatever the order, and says where there is none', () => {
    const { magics } = blockNetwork('bitcoin', 'main')
    const folder = mkdtempSync(join(tmpdir(), 'lootline-undo-'))
    const blocks = [1, 2, 3, 4].map((i) =>
      makeBlock({ previous: new Uint8Array(32).fill(i), transactions: [COINBASE, spending(1)] }),
    )
    const undo = blocks.map((_, i) => encodeUndo([[{ sats: i, script: SCRIPTS[i]!, code: 9 }]]))
    const records = blocks.map((block, i) => {
      const checked = concat([block.subarray(4, 36), undo[i]!])
      return concat([
        inFile(magics[0]!, undo[i]!),
        hash('sha256', hash('sha256', checked, 'buffer'), 'buffer'),
      ])
    })
    writeFileSync(join(folder, 'blk00000.dat'), concat(blocks.map((block) => inFile(magics[0]!, block))))
    writeFileSync(
      join(folder, 'rev00000.dat'),
      concat([records[2]!, records[0]!, records[1]!, new Uint8Array(90)]),
    )
    const files = openBlockFiles(folder, magics)
    const scan = scanHeaders(files, { magics })
    const blocksIn = blockReader(files)
    const reader = undoReader(files, magics)
    const read = [0, 1, 2, 3].map((row) => {
      const found = reader.read(scan, row, blocksIn.read(scan, row))
      return found === undefined
        ? undefined
        : outputsOf(found).map(({ sats, script }) => [sats, toHex(script)])
    })
    expect(read).toEqual([0, 1, 2].map<unknown>((i) => [[i, toHex(SCRIPTS[i]!)]]).concat([undefined]))
    // The node goes on in the space it had reserved.
    writeFileSync(
      join(folder, 'rev00000.dat'),
      concat([records[2]!, records[0]!, records[1]!, records[3]!, new Uint8Array(9)]),
    )
    expect(reader.read(scan, 3, blocksIn.read(scan, 3))?.sats[0]).toBe(3)
    files.close()
    rmSync(folder, { recursive: true })
  })
})

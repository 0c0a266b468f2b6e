import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../units/hex.ts'
import { bestChain } from './bestChain.ts'
import { BlockError } from './blockError.ts'
import { openBlockFiles } from './blockFiles.ts'
import type { BlockNetwork } from './blockNetwork.ts'
import { hasWork } from './header.ts'
import { type HeaderScan, scanHeaders } from './headerScan.ts'
import { COINBASE, concat, hashOf, inFile, makeBlock } from './madeBlocks.test-suite.ts'
import { blockReader } from './readBlock.ts'

const MAGIC = Uint8Array.of(0xf9, 0xbe, 0xb4, 0xd9)
/** One hash in 256 is below it. */
const LIMIT = 0x2000ffff
const PROVEN: Pick<BlockNetwork, 'magics' | 'workLimit'> = { magics: [MAGIC], workLimit: LIMIT }
const UNPROVEN: Pick<BlockNetwork, 'magics' | 'workLimit'> = { magics: [MAGIC] }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-records-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Blocks with work, one after another; the script of each coinbase's output may be given. */
function chain(n: number, script: Uint8Array = Uint8Array.of(0x51)): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let i = 0; i < n; i++) {
    const previous = i === 0 ? new Uint8Array(32) : hashOf(blocks[i - 1]!)
    const transactions = [{ ...COINBASE, outputs: [{ sats: 50e8, script }], locktime: i }]
    let block = makeBlock({ previous, transactions, bits: LIMIT })
    for (let nonce = 1; !hasWork(hashOf(block), LIMIT, LIMIT); nonce++)
      block = makeBlock({ previous, transactions, bits: LIMIT, nonce })
    blocks.push(block)
  }
  return blocks
}

const record = (block: Uint8Array): Uint8Array => inFile(MAGIC, block)

/** A record's start that looks like a block of `length` bytes and has no work. */
function falseStart(length: number): Uint8Array {
  const header = new Uint8Array(81).fill(0x77)
  header[80] = 1
  return concat([MAGIC, new Uint8Array(Uint32Array.of(length).buffer), header])
}

function scan(network = PROVEN): HeaderScan {
  const files = openBlockFiles(folder, network.magics)
  const found = scanHeaders(files, network)
  files.close()
  return found
}

const write = (...parts: Uint8Array[]): void => writeFileSync(join(folder, 'blk00000.dat'), concat(parts))

function read(found: HeaderScan, row: number): Uint8Array {
  const files = openBlockFiles(folder, [MAGIC])
  try {
    const { bytes, end } = blockReader(files).read(found, row)
    return bytes.slice(0, end)
  } finally {
    files.close()
  }
}

describe('scanRecords', () => {
  it.each([
    ['by its work', PROVEN],
    ['by its merkle root', UNPROVEN],
  ])('is not led astray by a magic in garbage that claims the blocks behind it: %s', (_how, network) => {
    const [a, b, c] = chain(3).map(record) as [Uint8Array, Uint8Array, Uint8Array]
    write(a, falseStart(89 + b.length), b, c)
    const { n, gaps } = scan(network)
    expect(n).toBe(3)
    expect(gaps).toEqual([{ file: 0, offset: a.length, bytes: 89, kind: 'garbage' }])
  })

  it.each([
    ['by its work', PROVEN],
    ['by its merkle root', UNPROVEN],
  ])('finds the next block where a record is planted inside a damaged one: %s', (_how, network) => {
    const planted = concat([new Uint8Array(20), falseStart(300), new Uint8Array(50)])
    const blocks = chain(3, planted).map(record)
    const whole = concat(blocks)
    // The first record's own magic is gone, so that the search meets the planted one.
    whole[0]! ^= 0xff
    write(whole)
    const { n, gaps } = scan(network)
    expect(n).toBe(2)
    expect(gaps).toEqual([{ file: 0, offset: 0, bytes: blocks[0]!.length, kind: 'garbage' }])
    // Where all is well nothing inside a block is looked at.
    whole[0]! ^= 0xff
    write(whole)
    expect(scan(network)).toMatchObject({ n: 3, gapCount: 0 })
  })

  it.each([-3, 5])('steps over a block whose length is wrong by %i', (wrong) => {
    const blocks = chain(3).map(record)
    new DataView(blocks[1]!.buffer).setUint32(4, blocks[1]!.length - 8 + wrong, true)
    write(...blocks)
    const found = scan()
    expect(found.n).toBe(2)
    expect(found.gaps).toEqual([
      { file: 0, offset: blocks[0]!.length, bytes: blocks[1]!.length, kind: 'garbage' },
    ])
    expect(bestChain(found).rows.length).toBe(1)
  })

  it('leaves a block whose end the node has not written yet, and takes it when it has', () => {
    const [a, b] = chain(2).map(record) as [Uint8Array, Uint8Array]
    const half = concat([b.subarray(0, 100), new Uint8Array(b.length - 100)])
    write(a, half, new Uint8Array(1000))
    const files = openBlockFiles(folder, [MAGIC])
    const found = scanHeaders(files, PROVEN)
    expect(found.n).toBe(1)
    expect(found.gaps).toMatchObject([{ offset: a.length, kind: 'cut' }])
    write(a, b, new Uint8Array(1000))
    scanHeaders(files, PROVEN, found)
    expect(found.n).toBe(2)
    expect(found.gaps).toMatchObject([{ offset: a.length + b.length, bytes: 1000, kind: 'padding' }])
    files.close()
  })

  it('lets a damaged header lose to the one that was mined, though it lies first', () => {
    const blocks = chain(2)
    const damaged = blocks[1]!.slice()
    // The time: all else is in order, and the target is the same.
    damaged[70]! ^= 1
    write(record(blocks[0]!), record(damaged), record(blocks[1]!))
    const found = scan()
    expect([...found.proven.subarray(0, found.n)]).toEqual([1, 0, 1])
    const best = bestChain(found)
    expect([[...best.rows], [...best.stale]]).toEqual([[0, 2], [1]])
  })

  it('takes blocks that nobody mined only where they are in order, and says so', () => {
    const blocks = chain(3)
    write(...blocks.map(record))
    const strict = { magics: [MAGIC], workLimit: 0x1d00ffff }
    const found = scan(strict)
    expect([...found.proven.subarray(0, found.n)]).toEqual([0, 0, 0])
    expect(bestChain(found).rows.length).toBe(3)
    // The same with a body that is not what the header says.
    const damaged = blocks.map(record)
    damaged[1]![damaged[1]!.length - 1]! ^= 1
    write(...damaged)
    expect(scan(strict)).toMatchObject({ n: 2, gapCount: 1 })
  })

  it('ends on records that all are doubtful, without reading each to its end', () => {
    const starts = new Array(20_000).fill(falseStart(1_000_000))
    write(...starts, new Uint8Array(1_000_000))
    expect(scan(UNPROVEN).gapCount).toBeGreaterThan(0)
  })
})

describe('blockReader', () => {
  it('reads a second copy where the first is damaged, and names the first where both are', () => {
    const [block] = chain(1) as [Uint8Array]
    const damaged = record(block)
    damaged[damaged.length - 1]! ^= 1
    write(damaged, record(block))
    const found = scan()
    expect([found.n, found.duplicates]).toEqual([1, 1])
    expect(toHex(read(found, 0))).toBe(toHex(block))
    const both = readFileSync(join(folder, 'blk00000.dat'))
    both[both.length - 1]! ^= 1
    write(new Uint8Array(both))
    expect(() => read(found, 0)).toThrow(BlockError)
    expect(() => read(found, 0)).toThrow('the block at byte 8 ')
  })
})

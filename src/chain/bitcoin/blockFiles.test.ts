import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../units/hex.ts'
import { bestChain } from './bestChain.ts'
import { BlockError } from './blockError.ts'
import { type BlockFiles, openBlockFiles, unmask } from './blockFiles.ts'
import { blockNetwork } from './blockNetwork.ts'
import { BlockFileError } from './fileError.ts'
import { workOf } from './header.ts'
import { type HeaderScan, scanHeaders } from './headerScan.ts'
import { COINBASE, concat, hashOf, inFile, type MadeBlock, makeBlock } from './madeBlocks.test-suite.ts'
import { blockReader } from './readBlock.ts'

const { magics } = blockNetwork('bitcoin', 'main')
const MAGIC = magics[0]!
const KEY = Uint8Array.of(0x5a, 1, 2, 3, 0xff, 5, 6, 0x80)

let folder = ''
let opened: BlockFiles[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-blocks-'))
})
afterEach(() => {
  for (const files of opened) files.close()
  opened = []
  rmSync(folder, { recursive: true })
})

function write(name: string, bytes: Uint8Array, key?: Uint8Array): void {
  const stored = bytes.slice()
  if (key !== undefined) unmask(stored, stored.length, key, 0)
  writeFileSync(join(folder, name), stored)
}

function open(path = folder): { files: BlockFiles; scan: HeaderScan } {
  const files = openBlockFiles(path, magics)
  opened.push(files)
  return { files, scan: scanHeaders(files, { magics }) }
}

/** Blocks one after another from a parent, or from genesis. */
function chain(
  n: number,
  previous: Uint8Array = new Uint8Array(32),
  nonce = 0,
  bits = 0x207fffff,
): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let i = 0, parent = previous; i < n; i++, parent = hashOf(blocks.at(-1)!)) {
    const made: MadeBlock = {
      previous: parent,
      nonce,
      bits,
      transactions: [{ ...COINBASE, locktime: nonce + i }],
    }
    blocks.push(makeBlock(made))
  }
  return blocks
}

const record = (block: Uint8Array): Uint8Array => inFile(MAGIC, block)
const rowsOf = (scan: HeaderScan, blocks: readonly Uint8Array[]): (number | undefined)[] =>
  blocks.map((block) => scan.index.find(scan.hashes, hashOf(block), 0))

describe('scanHeaders and bestChain', () => {
  it.each([undefined, KEY])('find blocks out of order, over several files, with key %s', (key) => {
    const blocks = chain(7)
    const [a, b, c, d, e, f, g] = blocks.map(record)
    write('blk00000.dat', concat([a!, c!, b!]), key)
    write('blk00001.dat', concat([g!, d!]), key)
    write('blk100000.dat', concat([f!, e!]), key)
    if (key !== undefined) writeFileSync(join(folder, 'xor.dat'), key)
    const { files, scan } = open()
    expect(scan.n).toBe(7)
    const { rows, firstHeight, stale, orphans } = bestChain(scan)
    expect([...rows]).toEqual(rowsOf(scan, blocks))
    expect([firstHeight, stale.length, orphans.length]).toEqual([0, 0, 0])
    const reader = blockReader(files)
    for (const [height, row] of rows.entries()) {
      const columns = reader.read(scan, row)
      expect(columns.bytes.slice(columns.headerStart, columns.end)).toEqual(blocks[height])
    }
  })

  it('pass over garbage, padding and a false start; report a cut block; keep the first of duplicates', () => {
    const [a, b, c] = chain(3).map(record) as [Uint8Array, Uint8Array, Uint8Array]
    const garbage = concat([
      Uint8Array.of(1, 2, 0xf9, 0xbe),
      MAGIC,
      Uint8Array.of(255, 255, 255, 255),
      new Uint8Array(70),
    ])
    write('blk00000.dat', concat([a, garbage, b, a, new Uint8Array(300_000)]))
    write('blk00001.dat', concat([b, c.subarray(0, c.length - 5)]))
    const { files, scan } = open()
    expect(scan.n).toBe(2)
    expect(scan.duplicates).toBe(2)
    expect(scan.gaps).toEqual([
      { file: 0, offset: a.length, bytes: garbage.length, kind: 'garbage' },
      { file: 0, offset: 2 * a.length + garbage.length + b.length, bytes: 300_000, kind: 'padding' },
      { file: 1, offset: b.length, bytes: c.length - 5, kind: 'cut' },
    ])
    // The node writes the rest, and another block into the reserved space.
    appendFileSync(join(folder, 'blk00001.dat'), c.subarray(c.length - 5))
    scanHeaders(files, { magics }, scan)
    expect([scan.n, scan.gapCount]).toEqual([3, 2])
    expect(bestChain(scan).rows.length).toBe(3)
  })

  it('keep the numbers of files that a node prunes', () => {
    const blocks = chain(3)
    for (const [i, block] of blocks.entries()) write(`blk0000${i}.dat`, record(block))
    const { files, scan } = open()
    rmSync(join(folder, 'blk00000.dat'))
    write('blk00003.dat', record(chain(1, hashOf(blocks[2]!))[0]!))
    scanHeaders(files, { magics }, scan)
    expect([...scan.files.subarray(0, scan.n)]).toEqual([0, 1, 2, 3])
    expect(blockReader(files).read(scan, 3).transactions).toBe(1)
  })

  it('see padding through a key', () => {
    write('blk00000.dat', record(chain(1)[0]!), KEY)
    appendFileSync(join(folder, 'blk00000.dat'), new Uint8Array(1000))
    writeFileSync(join(folder, 'xor.dat'), KEY)
    expect(open().scan.gaps).toMatchObject([{ bytes: 1000, kind: 'padding' }])
  })

  it('let work decide, not length; then the order in the files', () => {
    const trunk = chain(3)
    const tip = hashOf(trunk[2]!)
    const long = chain(5, tip, 100)
    const heavy = chain(2, tip, 200, 0x1f00ffff)
    const twin = chain(2, tip, 300, 0x1f00ffff)
    write('blk00000.dat', concat([...long, ...heavy, ...twin, ...trunk].map(record)))
    const { scan } = open()
    const best = bestChain(scan)
    expect([...best.rows]).toEqual(rowsOf(scan, [...trunk, ...heavy]))
    expect([...best.stale]).toEqual(rowsOf(scan, [...long, ...twin]))
  })

  it('follow genesis where it is there, and else the most work, without a height', () => {
    const near = chain(2)
    const far = chain(9, new Uint8Array(32).fill(1), 50)
    write('blk00000.dat', concat(far.map(record)))
    const alone = bestChain(open().scan)
    expect([alone.rows.length, alone.firstHeight]).toEqual([9, undefined])
    write('blk00001.dat', concat(near.map(record)))
    const { scan } = open()
    const both = bestChain(scan)
    expect([...both.rows]).toEqual(rowsOf(scan, near))
    expect([both.firstHeight, both.stale.length, both.orphans.length]).toEqual([0, 0, 9])
  })

  it('take offsets beyond 4 GiB', () => {
    const blocks = chain(2)
    const path = join(folder, 'blk00000.dat')
    const at = 2 ** 32 + 7
    writeFileSync(path, record(blocks[0]!))
    const fd = openSync(path, 'r+')
    ftruncateSync(fd, at)
    writeSync(fd, record(blocks[1]!), 0, record(blocks[1]!).length, at)
    closeSync(fd)
    const files = openBlockFiles(folder, magics)
    opened.push(files)
    // 4 GiB of zeros are looked through only once, elsewhere: go on from just before the block.
    const { scan } = open(singleOf(blocks[0]!))
    scan.resumeAt[0] = at - 3
    scanHeaders(files, { magics }, scan)
    expect(scan.offsets[1]).toBe(at + 8)
    expect(toHex(blockReader(files).read(scan, 1).bytes.slice(0, blocks[1]!.length))).toBe(toHex(blocks[1]!))
  })

  it('end on files full of false starts', () => {
    const starts = concat(new Array(50_000).fill(concat([MAGIC, Uint8Array.of(200, 0, 0, 0)])))
    write('blk00000.dat', concat([starts, record(chain(1)[0]!)]))
    expect(open().scan.n).toBeGreaterThan(0)
  })

  function singleOf(block: Uint8Array): string {
    write('one.raw', block)
    return join(folder, 'one.raw')
  }

  it('read single blocks, raw and hex', () => {
    const [block] = chain(1) as [Uint8Array]
    write('block.hex', Buffer.from(`${toHex(block)}\n`))
    for (const path of [singleOf(block), join(folder, 'block.hex')]) {
      const { files, scan } = open(path)
      expect([files.kind(0), scan.n]).toEqual(['block', 1])
      expect(blockReader(files).read(scan, 0).end).toBe(block.length)
    }
  })

  it('take blocks from whatever files lie in a folder without blk*.dat, and count the rest', () => {
    const [a, b, c, d] = chain(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    write('b.raw', b)
    write('a.hex', Buffer.from(toHex(a)))
    write('c.zst', zstdCompressSync(c))
    write('records.dat', concat([record(d), record(a)]))
    write('readme.txt', Buffer.from('no block'))
    write('empty', new Uint8Array(0))
    write('damaged.raw', concat([a, Uint8Array.of(0)]))
    write('broken.zst', zstdCompressSync(a).subarray(0, 40))
    write('bomb.zst', zstdCompressSync(Buffer.alloc(2 ** 27 + 1)))
    write('odd.hex', Buffer.from(`${toHex(a)}0`))
    mkdirSync(join(folder, 'index'))
    const { files, scan } = open()
    expect([scan.n, scan.duplicates, scan.others, files.others]).toEqual([4, 1, 6, 0])
    const { rows } = bestChain(scan)
    expect([...rows]).toEqual(rowsOf(scan, [a, b, c, d]))
    const reader = blockReader(files)
    for (const [height, row] of rows.entries()) {
      const { bytes, end } = reader.read(scan, row)
      expect(toHex(bytes.slice(0, end))).toBe(toHex([a, b, c, d][height]!))
    }
    write('e.raw', chain(1, hashOf(d))[0]!)
    scanHeaders(files, { magics }, scan)
    expect([scan.n, scan.others]).toEqual([5, 6])
    // With a node's own file only that is read.
    write('blk00000.dat', record(a))
    const own = open()
    expect([own.scan.n, own.scan.others, own.files.others]).toEqual([1, 0, 11])
  })

  it.each([
    ['bomb.zst', () => zstdCompressSync(Buffer.alloc(2 ** 27 + 1)), 'is too long: more than 134217728 bytes'],
    ['broken.zst', () => zstdCompressSync(Buffer.alloc(500)).subarray(0, 12), 'is no whole zstd file'],
    ['odd.hex', () => Buffer.from(`${'0'.repeat(200)}xyz`), 'is not hex from byte 200 on'],
  ])('refuse %s where it is all they are given', (name, content, words) => {
    write(name, content())
    expect(() => open(join(folder, name))).toThrow(words)
  })

  it('name the file of a block that is not what its header says', () => {
    const bytes = record(chain(1)[0]!)
    bytes[bytes.length - 1]! ^= 1
    write('blk00003.dat', bytes)
    const { files, scan } = open()
    expect(() => blockReader(files).read(scan, 0)).toThrow(BlockError)
    expect(() => blockReader(files).read(scan, 0)).toThrow('blk00003.dat: the block at byte 8')
  })

  it('refuse what holds no blocks', () => {
    expect(() => open()).toThrow('holds no blk*.dat and no other file')
    expect(() => open(join(folder, 'absent'))).toThrow(BlockFileError)
    write('blk00000.dat', record(chain(1)[0]!))
    writeFileSync(join(folder, 'xor.dat'), 'short')
    expect(() => open()).toThrow('xor.dat is not a key of 8 bytes but 5 long')
  })
})

describe('blockNetwork', () => {
  it('knows the magics', () => {
    const magicsOf = (chainName: string, network: string): string =>
      blockNetwork(chainName, network).magics.map(toHex).join(' ')
    expect(magicsOf('bitcoin', 'main')).toBe('f9beb4d9')
    expect(magicsOf('bitcoin', 'testnet4')).toBe('1c163f28')
    expect(magicsOf('litecoin', 'main')).toBe('fbc0b6db')
    expect(magicsOf('litecoin', 'regtest')).toBe('fabfb5da')
    expect(magicsOf('bitcoin-cash', 'main')).toBe('f9beb4d9 e3e1f3e8')
    expect(() => blockNetwork('zcash', 'main')).toThrow('Block files of zcash main cannot be read.')
  })

  it('derives the magic of a signet: the default challenge gives the default magic', () => {
    // Bitcoin Core, src/kernel/chainparams.cpp, SigNetParams.
    const signetChallenge =
      '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae'
    const made = blockNetwork('bitcoin', 'signet', { signetChallenge })
    expect(made).toEqual(blockNetwork('bitcoin', 'signet'))
    expect(made.magics).toEqual([fromHex('0a03cf40')])
  })
})

describe('workOf', () => {
  it('is what the target takes', () => {
    expect(workOf(0x1d00ffff)).toBe(0x100010001n)
    expect(workOf(0x207fffff)).toBe(2n)
    expect([0, 0x1d000000, 0x1d80ffff, 0xff00ffff].map(workOf)).toEqual([0n, 0n, 0n, 0n])
  })
})

describe('unmask', () => {
  it('undoes itself at any offset, length and alignment', () => {
    const backing = new Uint8Array(80)
    for (let shift = 0; shift < 5; shift++) {
      for (let offset = 0; offset < 9; offset++) {
        const bytes = backing.subarray(shift, shift + 37)
        bytes.fill(0)
        unmask(bytes, 37, KEY, offset)
        expect(bytes.every((byte, i) => byte === KEY[(offset + i) % 8])).toBe(true)
      }
    }
  })
})

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import {
  COINBASE,
  concat,
  hashOf,
  inFile,
  type MadeTransaction,
  makeBlock,
  txidOf,
} from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import { encodeUndo } from '../../chain/bitcoin/undo.test-suite.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { openBlockSource, type SourceOptions } from './blockSource.ts'
import { indexBlocks } from './indexBlocks.ts'
import { clean, temporary } from './made.test-suite.ts'
import { countPrevoutsOutside, readStoredBlock } from './storedBlock.ts'

afterEach(clean)

const NETWORK = blockNetwork('bitcoin', 'regtest')
const record = (block: Uint8Array): Uint8Array => inFile(NETWORK.magics[0]!, block)
const toKey = (byte: number): Uint8Array =>
  Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20).fill(byte), 0x88, 0xac)
const BEFORE = new Uint8Array(32).fill(3)

/** A coinbase that states a height of two bytes. */
const coinbase = (height: number, sats: number): MadeTransaction => ({
  inputs: [{ n: 0xffffffff, script: Uint8Array.of(2, height & 255, height >> 8, 0) }],
  outputs: [{ sats, script: toKey(1) }],
})
const spends = (txid: Uint8Array, sats: number): MadeTransaction => ({
  inputs: [{ txid, n: 0 }],
  outputs: [{ sats, script: toKey(2) }],
})

/** Blocks 500 to 502: each spends from before the first, the last also from the second. */
const early = [500, 501, 502].map((height) => spends(new Uint8Array(32).fill(height - 400), 90))
const late = spends(txidOf(early[1]!), 80)
const blocks: Uint8Array[] = []
for (const [i, own] of early.entries())
  blocks.push(
    makeBlock({
      previous: i === 0 ? BEFORE : hashOf(blocks[i - 1]!),
      transactions: [coinbase(500 + i, 50), own, ...(i === 2 ? [late] : [])],
    }),
  )

const spent = (sats: number) => ({ sats, script: toKey(7), code: 9 })
/** Undo records of the blocks, as they lie in a rev file. */
const records = [
  [[spent(100)]],
  [[spent(101)]],
  [[spent(102)], [{ sats: 90, script: toKey(2), code: 9 }]],
].map((undo, i) => {
  const bytes = encodeUndo(undo)
  const checked = concat([blocks[i]!.subarray(4, 36), bytes])
  const once = createHash('sha256').update(checked).digest()
  return concat([record(bytes), new Uint8Array(createHash('sha256').update(once).digest())])
})

function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(temporary(), 'blocks')
  mkdirSync(folder)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return folder
}

async function store(folder: string, options: SourceOptions = {}): Promise<string> {
  const source = openBlockSource(folder, NETWORK, options)
  const path = temporary()
  try {
    await indexBlocks(path, source, { chain: BITCOIN_REGTEST, memory: 2 ** 20 })
  } finally {
    source.close()
  }
  return path
}

const feesIn = (path: string): (bigint | null)[] =>
  [500, 501, 502].flatMap((height) =>
    readStoredBlock(path, height)!
      .transactions.slice(1)
      .map(({ fee }) => fee),
  )

describe('openBlockSource', () => {
  test('takes what blocks spend from undo data where the chain does not begin at genesis', async () => {
    const whole = folderOf({
      'blk00000.dat': concat(blocks.map(record)),
      'rev00000.dat': concat(records),
    })
    const path = await store(whole)
    expect(feesIn(path)).toEqual([10n, 11n, 12n, 10n])
    expect(countPrevoutsOutside(path)).toEqual({ outside: 3, unknown: 0 })
    const part = folderOf({ 'blk00000.dat': concat(blocks.map(record)), 'rev00000.dat': records[1]! })
    const partly = await store(part)
    expect(feesIn(partly)).toEqual([null, 11n, null, 10n])
    expect(countPrevoutsOutside(partly)).toEqual({ outside: 3, unknown: 2 })
  })

  test('ends where undo data and the blocks themselves disagree', async () => {
    const wrong = encodeUndo([[spent(102)], [{ sats: 91, script: toKey(2), code: 9 }]])
    const once = createHash('sha256')
      .update(concat([blocks[2]!.subarray(4, 36), wrong]))
      .digest()
    const rev = concat([record(wrong), new Uint8Array(createHash('sha256').update(once).digest())])
    const folder = folderOf({ 'blk00000.dat': concat(blocks.map(record)), 'rev00000.dat': rev })
    await expect(store(folder)).rejects.toMatchObject({ data: { code: 'LEDGER_BAD_CHAIN' } })
  })

  test('reads a second copy of a damaged block', async () => {
    const damaged = record(blocks[1]!)
    damaged[damaged.length - 1]! ^= 1
    const [a, b, c] = blocks.map(record) as [Uint8Array, Uint8Array, Uint8Array]
    const folder = folderOf({ 'blk00000.dat': concat([a, damaged, c]), 'blk00001.dat': b })
    expect(feesIn(await store(folder))).toEqual([null, null, null, 10n])
    const alone = folderOf({ 'blk00000.dat': concat([a, damaged, c]) })
    await expect(store(alone)).rejects.toThrow(`blk00000.dat: the block at byte ${a.length + 8} `)
  })

  test('tells of what lies beside the chain', () => {
    const stray = makeBlock({ previous: new Uint8Array(32).fill(9), nonce: 5 })
    const stale = makeBlock({ previous: hashOf(blocks[0]!), nonce: 6 })
    const folder = folderOf({
      'blk00000.dat': concat([...blocks, stray, stale].map(record)),
      'blk00001.dat': record(blocks[2]!).subarray(0, 120),
      'notes.txt': new Uint8Array(3),
    })
    const source = openBlockSource(folder, NETWORK)
    expect(source).toMatchObject({ firstHeight: 500, lastHeight: 502, stale: 1, orphans: 1, others: 1 })
    expect(source.damage).toMatchObject([{ path: join(folder, 'blk00001.dat'), bytes: 120, kind: 'cut' }])
    source.close()
  })

  test('reads loose blocks, whatever lies beside them', async () => {
    const [a, b, c] = blocks as [Uint8Array, Uint8Array, Uint8Array]
    const broken = zstdCompressSync(a).subarray(0, 50)
    const folder = folderOf({ 'x.raw': c, 'y.zst': zstdCompressSync(a), 'z.raw': b, 'broken.zst': broken })
    const source = openBlockSource(folder, NETWORK)
    expect(source).toMatchObject({ firstHeight: 500, lastHeight: 502, others: 1, unproven: 0 })
    source.close()
    expect(feesIn(await store(folder))).toEqual([null, null, null, 10n])
    // On a network whose headers prove their work these are made up, and that is said.
    const made = openBlockSource(folder, blockNetwork('bitcoin-cash', 'main'))
    expect(made).toMatchObject({ firstHeight: 500, lastHeight: 502, unproven: 3 })
    made.close()
  })

  test('reads Bitcoin Cash past the tokens of outputs, spent ones too', () => {
    const tokens = Uint8Array.of(0xef, ...new Uint8Array(32).fill(0xbb), 0x10, 1)
    const pays = toKey(6)
    const spender: MadeTransaction = {
      inputs: [{ txid: new Uint8Array(32).fill(5), n: 0 }],
      outputs: [{ sats: 1, script: concat([tokens, pays]) }],
    }
    const block = makeBlock({ previous: BEFORE, transactions: [coinbase(900, 50), spender] })
    const folder = folderOf({ 'a.raw': block })
    const list = join(temporary(), 'spent')
    const script = Buffer.from(concat([tokens, pays])).toString('hex')
    writeFileSync(list, JSON.stringify([{ value: 3, script_pubkey: script }]))
    const source = openBlockSource(folder, blockNetwork('bitcoin-cash', 'main'), { spentFiles: [list] })
    for (const { columns, spent: given } of source.blocks(900, 900)) {
      const { bytes, outputScripts: starts, outputScriptLengths: lengths } = columns
      expect(bytes.slice(starts[1], starts[1]! + lengths[1]!)).toEqual(pays)
      expect(given!.scripts.slice(0, given!.scriptStarts[1])).toEqual(pays)
    }
    source.close()
  })

  test('knows the height by the first or the last block, and refuses what contradicts', () => {
    const open = (made: readonly Uint8Array[], firstHeight?: number): number => {
      const folder = folderOf({ 'blk00000.dat': concat(made.map(record)) })
      const source = openBlockSource(folder, NETWORK, firstHeight === undefined ? {} : { firstHeight })
      source.close()
      return source.firstHeight
    }
    const mute = makeBlock({ previous: BEFORE, transactions: [{ ...COINBASE, inputs: [{ n: 0xffffffff }] }] })
    const wrong = makeBlock({ previous: hashOf(blocks[2]!), transactions: [coinbase(600, 50)] })
    // Version 1 states nothing.
    mute[0] = 1
    const after = makeBlock({ previous: hashOf(mute), transactions: [coinbase(701, 50)] })
    expect(open([mute, after])).toBe(700)
    expect(open([mute], 123)).toBe(123)
    expect(() => open([mute])).toThrow('the blocks do not say their height')
    expect(() => open([...blocks, wrong])).toThrow('would be at height 500 or 597')
    expect(() => open(blocks, 7)).toThrow('would be at height 7 or 500')
  })
})

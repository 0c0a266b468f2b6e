import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { Block } from 'bitcoinjs-lib'
import { describe, expect, it } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { BITCOIN, BITCOIN_TESTNET } from '../../units/caip.ts'
import { fromHex, toHex } from '../../units/hex.ts'
import { bestChain } from './bestChain.ts'
import type { BlockColumns } from './block.ts'
import { openBlockFiles } from './blockFiles.ts'
import { blockNetwork } from './blockNetwork.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import { doubleSha256, readHeader, statedHeight } from './header.ts'
import { scanHeaders } from './headerScan.ts'
import { transactionAt } from './live/rawTransaction.ts'
import { contradicts, shownScripts } from './live/shownScripts.ts'
import { verifyMerkleRoot } from './merkle.ts'
import { blockReader } from './readBlock.ts'
import { openSha256 } from './sha256.ts'
import { fillTxids } from './txids.ts'
import { encodeUndo, type Spent } from './undo.test-suite.ts'
import { decodeUndo, spentOutputs } from './undo.ts'
import { undoReader } from './undoReader.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data')
const BLOCKS = path.join(DATA, 'bitcoin-blocks')
const absent = !existsSync(BLOCKS)
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

const sha256 = openSha256()
const MAIN_702861 = 'mainnet_block_000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae.raw'

function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  const bytes = readFileSync(path.join(BLOCKS, name))
  return new Uint8Array(name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes)
}

function read(name: string): BlockColumns {
  const columns = blockColumns()
  const bytes = bytesOf(name)
  decodeBlock(columns, bytes, 0, bytes.length, { file: name, offset: 0 })
  fillTxids(columns, sha256)
  verifyMerkleRoot(columns, sha256, { file: name, offset: 0 })
  return columns
}

function txidsOf({ txids, transactions }: BlockColumns): string[] {
  return Array.from({ length: transactions }, (_, t) => toHex(txids.slice(32 * t, 32 * t + 32).reverse()))
}

/** JSON of a block's spent outputs, in input order. */
function spentOfJson(name: string): Spent[] {
  const rows: { txout: { value: number; script_pubkey: string } }[] = JSON.parse(
    Buffer.from(bytesOf(name)).toString(),
  )
  return rows.map(({ txout }) => ({ sats: txout.value, script: fromHex(txout.script_pubkey) }))
}

/** `-undo.raw` files: plain outputs in input order (8 bytes of sats, script), without counts. */
function spentOfRaw(name: string): Spent[] {
  const bytes = bytesOf(name)
  const view = new DataView(bytes.buffer)
  const spent: Spent[] = []
  for (let at = 0; at < bytes.length; ) {
    const wide = bytes[at + 8] === 0xfd
    const length = wide ? view.getUint16(at + 9, true) : bytes[at + 8]!
    const script = at + (wide ? 11 : 9)
    spent.push({ sats: Number(view.getBigUint64(at, true)), script: bytes.slice(script, script + length) })
    at = script + length
  }
  return spent
}

/** Fee of every transaction but the coinbase. */
function feesOf(c: BlockColumns, spent: ArrayLike<number>): number[] {
  return Array.from({ length: c.transactions - 1 }, (_, k) => {
    let fee = 0
    for (let i = c.inputStarts[k + 1]!; i < c.inputStarts[k + 2]!; i++) fee += spent[i - c.inputStarts[1]!]!
    for (let o = c.outputStarts[k + 1]!; o < c.outputStarts[k + 2]!; o++) fee -= c.sats[o]!
    return fee
  })
}

function paidByCoinbase(c: BlockColumns): number {
  return c.sats.subarray(0, c.outputStarts[1]).reduce((sum, sats) => sum + sats, 0)
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

describe.skipIf(absent)('real blocks', () => {
  it.each([
    ['block227835.dat', undefined, 122],
    ['block227836.dat', 227836, 100],
    ['block300025.raw', 300025, 461],
    ['block_367891_raw.zst', 367891, 420],
    ['block370661.dat', 370661, 708],
    ['block481829.dat', 481829, 2020],
    [MAIN_702861, 702861, 2500],
    ['block_866342_raw.zst', 866342, 4864],
    ['block928848.raw', 928848, 676],
    ['block928849.raw', 928849, 993],
  ])('%s: as bitcoinjs-lib has it', (name, height, transactions) => {
    const c = read(name)
    expect([statedHeight(c), c.transactions]).toEqual([height, transactions])
    const oracle = Block.fromBuffer(bytesOf(name))
    expect(toHex(readHeader(c.bytes, 0).hash)).toBe(toHex(oracle.getHash()))
    expect(txidsOf(c)).toEqual(oracle.transactions!.map((each) => each.getId()))
    for (const [t, each] of oracle.transactions!.entries()) {
      const inputs = each.ins.map(({ hash, index, sequence, script }) => [
        toHex(hash),
        index,
        sequence,
        toHex(script),
      ])
      const ours = inputs.map((_, k) => {
        const i = c.inputStarts[t]! + k
        const txid = c.bytes.slice(c.prevTxids[i]!, c.prevTxids[i]! + 32)
        const script = c.bytes.slice(c.inputScripts[i]!, c.inputScripts[i]! + c.inputScriptLengths[i]!)
        return [toHex(txid), c.prevNs[i], c.sequences[i], toHex(script)]
      })
      const pays = each.outs.map(({ value, script }) => [Number(value), toHex(script)])
      const oursPay = pays.map((_, k) => {
        const o = c.outputStarts[t]! + k
        return [
          c.sats[o],
          toHex(c.bytes.slice(c.outputScripts[o]!, c.outputScripts[o]! + c.outputScriptLengths[o]!)),
        ]
      })
      // One comparison a transaction: an expectation a field takes seconds.
      expect([ours, oursPay, c.versions[t], c.locktimes[t], c.segwit[t]]).toEqual([
        inputs,
        pays,
        each.version >>> 0,
        each.locktime,
        each.hasWitnesses() ? 1 : 0,
      ])
      expect(c.inputStarts[t + 1]! - c.inputStarts[t]! + c.outputStarts[t + 1]! - c.outputStarts[t]!).toBe(
        inputs.length + pays.length,
      )
    }
  })

  // The coinbases claim subsidy (BIP-42's halving) and fees to the last satoshi.
  it.each([
    ['block_367891_raw.zst', spentOfJson, 'block_367891_spent_utxos.zst', 25e8],
    ['block_866342_raw.zst', spentOfJson, 'block_866342_spent_utxos.zst', 3.125e8],
    ['block300025.raw', spentOfRaw, 'block300025-undo.raw', 25e8],
  ] as const)(
    '%s: its fees are what the coinbase takes beyond the subsidy',
    (name, reader, spentName, subsidy) => {
      const c = read(name)
      const spent = reader(spentName)
      expect(spent.length).toBe(c.inputStarts[c.transactions]! - c.inputStarts[1]!)
      const fees = feesOf(
        c,
        spent.map(({ sats }) => sats),
      )
      expect(Math.min(...fees)).toBeGreaterThanOrEqual(0)
      expect(sum(fees)).toBe(paidByCoinbase(c) - subsidy)
    },
  )

  it('testnet 928848 and 928849 link, and no transaction spends more than it has', () => {
    const blocks = ['928848', '928849'].map((height) => {
      const c = read(`block${height}.raw`)
      const spent = spentOfRaw(`block${height}-undo.raw`)
      expect(spent.length).toBe(c.inputStarts[c.transactions]! - c.inputStarts[1]!)
      expect(
        Math.min(
          ...feesOf(
            c,
            spent.map(({ sats }) => sats),
          ),
        ),
      ).toBeGreaterThanOrEqual(0)
      return c
    })
    expect(readHeader(blocks[1]!.bytes, 0).previous).toEqual(readHeader(blocks[0]!.bytes, 0).hash)
    const o = blocks[0]!.outputStarts[1]!
    const script = blocks[0]!.bytes.slice(
      blocks[0]!.outputScripts[o],
      blocks[0]!.outputScripts[o]! + blocks[0]!.outputScriptLengths[o]!,
    )
    expect(fromScript(script, BITCOIN_TESTNET)).toMatch(/^(tb1|2|m|n)/)
  })

  it('spent outputs of real blocks go through undo data and back', () => {
    for (const [name, spent] of [
      ['block_367891_raw.zst', spentOfJson('block_367891_spent_utxos.zst')],
      ['block_866342_raw.zst', spentOfJson('block_866342_spent_utxos.zst')],
      ['block928848.raw', spentOfRaw('block928848-undo.raw')],
    ] as const) {
      const c = read(name)
      const each = Array.from({ length: c.transactions - 1 }, (_, t) =>
        spent
          .slice(c.inputStarts[t + 1]! - c.inputStarts[1]!, c.inputStarts[t + 2]! - c.inputStarts[1]!)
          .map((one) => ({ ...one, code: 2 * t })),
      )
      const bytes = encodeUndo(each)
      const into = spentOutputs()
      decodeUndo(into, c, bytes, 0, bytes.length, { file: name, offset: 0 })
      expect(into.n).toBe(spent.length)
      expect(Array.from(into.sats.subarray(0, into.n))).toEqual(spent.map(({ sats }) => sats))
      expect(
        Buffer.from(into.scripts.subarray(0, into.scriptStarts[into.n])).equals(
          Buffer.concat(spent.map(({ script }) => script)),
        ),
      ).toBe(true)
    }
  })

  it('scripts of 866342 are addresses, or say that they are none', () => {
    const c = read('block_866342_raw.zst')
    const forms = new Map<string, number>()
    for (let o = 0; o < c.outputStarts[c.transactions]!; o++) {
      const at = c.outputScripts[o]!
      const address = fromScript(c.bytes.subarray(at, at + c.outputScriptLengths[o]!), BITCOIN)
      const form =
        address === null
          ? c.bytes[at] === 0x6a
            ? 'OP_RETURN'
            : 'other'
          : address.slice(0, address.startsWith('bc1') ? 4 : 1)
      forms.set(form, (forms.get(form) ?? 0) + 1)
    }
    expect(Object.fromEntries(forms)).toMatchInlineSnapshot(`
      {
        "1": 204,
        "3": 210,
        "OP_RETURN": 3971,
        "bc1p": 2757,
        "bc1q": 3185,
      }
    `)
  })

  it('the 600 blocks of January 2009 link from genesis, and undo data of the first checks', () => {
    const network = blockNetwork('bitcoin', 'main')
    const { magics } = network
    const files = openBlockFiles(BLOCKS, magics)
    const scan = scanHeaders(files, network)
    expect([scan.n, scan.duplicates, scan.gapCount]).toEqual([600, 0, 0])
    const { rows, firstHeight, stale, orphans } = bestChain(scan)
    expect([rows.length, firstHeight, stale.length, orphans.length]).toEqual([600, 0, 0, 0])
    const reader = blockReader(files)
    const undo = undoReader(files, magics)
    let transactions = 0
    let paid = 0
    let single = 0
    let known = 0
    for (const row of rows) {
      const columns = reader.read(scan, row)
      transactions += columns.transactions
      if (columns.transactions === 1) single++
      paid += paidByCoinbase(columns)
      if (undo.read(scan, row, columns) !== undefined) known++
    }
    expect([transactions, paid]).toEqual([616, 600 * 50e8])
    // The rev file ends before the first block that spends, 170; blocks of one transaction need none.
    expect([single, known]).toEqual([587, 587])
    const rev = bytesOf('rev00000.dat')
    const record = 8 + 1 + 32
    for (let k = 0; k < rev.length / record; k++) {
      const row = rows[k + 1]!
      const checked = Uint8Array.of(...scan.previous.subarray(32 * row, 32 * row + 32), rev[k * record + 8]!)
      expect(toHex(rev.slice(k * record + 9, (k + 1) * record)), `record ${k}`).toBe(
        toHex(doubleSha256(checked)),
      )
    }
    // Block 1 by its known hash.
    expect(toHex(scan.hashes.slice(32 * rows[1]!, 32 * rows[1]! + 32).reverse())).toBe(
      '00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048',
    )
    files.close()
  })

  it('a folder with a key reads as one without', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lootline-xor-'))
    const key = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    writeFileSync(path.join(folder, 'xor.dat'), key)
    for (const name of ['blk00000.dat', 'blk00001.dat']) {
      writeFileSync(
        path.join(folder, name),
        bytesOf(name).map((byte, i) => byte ^ key[i % 8]!),
      )
    }
    const network = blockNetwork('bitcoin', 'main')
    const { magics } = network
    const plain = openBlockFiles(BLOCKS, magics)
    const masked = openBlockFiles(folder, magics)
    expect(scanHeaders(masked, network).hashes).toEqual(scanHeaders(plain, network).hashes)
    plain.close()
    masked.close()
    rmSync(folder, { recursive: true })
  })

  it('regtest: 202 blocks, and zeros after them', () => {
    const network = blockNetwork('bitcoin', 'regtest')
    const { magics } = network
    const files = openBlockFiles(path.join(DATA, 'bitcoin-regtest'), magics)
    const scan = scanHeaders(files, network)
    const { rows } = bestChain(scan)
    const reader = blockReader(files)
    const counts = Array.from(rows, (row) => reader.read(scan, row).transactions)
    expect([rows.length, sum(counts), scan.gaps]).toEqual([
      202,
      356,
      [{ file: 0, offset: 90662, bytes: 266, kind: 'padding' }],
    ])
    files.close()
  })
})

describe.skipIf(absent)('what inputs show of what they spend', () => {
  it.each([
    ['block_367891_raw.zst', spentOfJson, 'block_367891_spent_utxos.zst', 20_817, 817],
    ['block_866342_raw.zst', spentOfJson, 'block_866342_spent_utxos.zst', 7972, 5599],
    ['block300025.raw', spentOfRaw, 'block300025-undo.raw', 1427, 1424],
    ['block928849.raw', spentOfRaw, 'block928849-undo.raw', 8594, 8594],
  ])('%s: never another key or script', (name, spentOf, spentName, inputs, shown) => {
    const columns = read(name)
    const spent = spentOf(spentName)
    let at = 0
    let found = 0
    for (let t = 1; t < columns.transactions; t++) {
      for (const input of transactionAt(columns, t).inputs) {
        const { script } = spent[at++]!
        if (contradicts(input, script)) throw new Error(`${input.txid}:${input.n} is contradicted`)
        if (shownScripts(input).some((each) => Buffer.compare(each, script) === 0)) found++
      }
    }
    expect([at, found]).toEqual([inputs, shown])
  })
})

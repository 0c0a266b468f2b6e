import { describe, expect, it } from 'vitest'
import { toHex } from '../../units/hex.ts'
import type { BlockColumns } from './block.ts'
import { BlockError } from './blockError.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import {
  COINBASE,
  concat,
  type MadeTransaction,
  makeBlock,
  makeTransaction,
  txidOf,
} from './madeBlocks.test-suite.ts'
import { verifyMerkleRoot } from './merkle.ts'
import { openSha256 } from './sha256.ts'
import { fillTxids } from './txids.ts'

const PLACE = { file: 'blk00000.dat', offset: 1000 }
const TAPROOT = Uint8Array.of(0x51, 32, ...new Uint8Array(32).fill(7))
/** Witness version 16: unknown, and nothing to the decoder. */
const UNKNOWN = Uint8Array.of(0x60, 2, 1, 2)
const SEGWIT: MadeTransaction = {
  inputs: [
    { txid: new Uint8Array(32).fill(9), n: 3, witness: [new Uint8Array(300), new Uint8Array(0)] },
    { txid: new Uint8Array(32).fill(8), n: 4, script: new Uint8Array(260).fill(1) },
  ],
  outputs: [
    { sats: 21e14, script: TAPROOT },
    { sats: 0, script: UNKNOWN },
    { sats: 1, script: new Uint8Array(0) },
  ],
  flag: 1,
  locktime: 0xfffffffe,
}

function decode(block: Uint8Array, pad = 0): BlockColumns {
  const columns = blockColumns()
  decodeBlock(
    columns,
    concat([new Uint8Array(pad), block, new Uint8Array(pad)]),
    pad,
    pad + block.length,
    PLACE,
  )
  return columns
}

function faultOf(block: Uint8Array): BlockError {
  try {
    decode(block, 5)
  } catch (error) {
    if (error instanceof BlockError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('decodeBlock', () => {
  it('says where each part of a transaction is', () => {
    const c = decode(makeBlock({ transactions: [COINBASE, SEGWIT, COINBASE] }), 11)
    expect(c.transactions).toBe(3)
    expect([...c.segwit.subarray(0, 3)]).toEqual([0, 1, 0])
    expect([...c.inputStarts.subarray(0, 4)]).toEqual([0, 1, 3, 4])
    expect([...c.outputStarts.subarray(0, 4)]).toEqual([0, 1, 4, 5])
    expect([...c.sats.subarray(0, 5)]).toEqual([50e8, 21e14, 0, 1, 50e8])
    expect([...c.prevNs.subarray(0, 4)]).toEqual([0xffffffff, 3, 4, 0xffffffff])
    expect([...c.sequences.subarray(0, 4)]).toEqual(new Array(4).fill(0xfffffffd))
    expect([...c.locktimes.subarray(0, 3)]).toEqual([7, 0xfffffffe, 7])
    expect([...c.inputScriptLengths.subarray(0, 4)]).toEqual([4, 0, 260, 4])
    expect(c.bytes[c.prevTxids[1]!]).toBe(9)
    expect(c.bytes.subarray(c.outputScripts[1], c.outputScripts[1]! + c.outputScriptLengths[1]!)).toEqual(
      TAPROOT,
    )
    expect(c.bytes.subarray(c.outputScripts[2], c.outputScripts[2]! + c.outputScriptLengths[2]!)).toEqual(
      UNKNOWN,
    )
    expect(c.end).toBe(
      11 + 80 + 1 + [COINBASE, SEGWIT, COINBASE].reduce((sum, t) => sum + makeTransaction(t).bytes.length, 0),
    )
  })

  it('keeps nothing of an earlier, larger block', () => {
    const columns = blockColumns()
    const many = new Array<MadeTransaction>(3000).fill(SEGWIT)
    const large = makeBlock({ transactions: [COINBASE, ...many] })
    const small = makeBlock({ transactions: [COINBASE, SEGWIT] })
    decodeBlock(columns, large, 0, large.length, PLACE)
    expect(columns.transactions).toBe(3001)
    expect(columns.outputStarts[3001]).toBe(9001)
    decodeBlock(columns, small, 0, small.length, PLACE)
    expect(columns.transactions).toBe(2)
    expect(columns.txStarts[2]).toBe(small.length)
    expect(columns.inputStarts[2]).toBe(3)
  })

  it('hashes without witness: txids are those of the stripped bytes', () => {
    const transactions = [COINBASE, SEGWIT, { ...SEGWIT, locktime: 1 }]
    const c = decode(makeBlock({ transactions }), 3)
    const sha256 = openSha256()
    fillTxids(c, sha256)
    expect([0, 1, 2].map((t) => toHex(c.txids.subarray(32 * t, 32 * t + 32)))).toEqual(
      transactions.map((made) => toHex(txidOf(made))),
    )
    expect(() => verifyMerkleRoot(c, sha256, PLACE)).not.toThrow()
  })

  it.each([8, 9])('reads Litecoin: HogEx with flag %i, and leaves the MWEB block after it', (flag) => {
    const hogEx: MadeTransaction = { ...SEGWIT, flag }
    const block = concat([makeBlock({ transactions: [COINBASE, hogEx] }), Uint8Array.of(1, 2, 3, 4)])
    const c = decode(block, 2)
    expect(c.end).toBe(2 + block.length - 4)
    const sha256 = openSha256()
    fillTxids(c, sha256)
    expect(toHex(c.txids.subarray(32, 64))).toBe(toHex(txidOf(hogEx)))
    expect(() => verifyMerkleRoot(c, sha256, PLACE)).not.toThrow()
  })

  it('takes transactions without outputs', () => {
    const c = decode(makeBlock({ transactions: [COINBASE, { inputs: [{}], outputs: [] }] }))
    expect([...c.outputStarts.subarray(0, 3)]).toEqual([0, 1, 1])
  })

  it.each<[string, Uint8Array]>([
    ['the block is cut off: 80 bytes', new Uint8Array(80)],
    ['no transactions', new Uint8Array(200)],
    [
      'a transaction without inputs',
      makeBlock({ transactions: [{ inputs: [], outputs: [] }, SEGWIT, COINBASE] }),
    ],
    ['unknown transaction flags 3', makeBlock({ transactions: [{ ...SEGWIT, flag: 3 }] })],
    ['a witness form without a witness', makeBlock({ transactions: [{ ...COINBASE, flag: 1 }] })],
    ['a MWEB part in a transaction', makeBlock({ transactions: [{ ...SEGWIT, flag: 8 }, COINBASE] })],
    ['2 bytes after the last transaction', concat([makeBlock(), Uint8Array.of(0, 0)])],
    [
      'an amount of 2^53 or more',
      makeBlock({ transactions: [{ ...COINBASE, outputs: [{ sats: 2 ** 53, script: TAPROOT }] }] }),
    ],
    [
      'the count of transactions is longer than it need be',
      concat([makeBlock().subarray(0, 80), Uint8Array.of(0xfd, 1, 0), makeBlock().subarray(81)]),
    ],
    ['too few for more than 2^53 transactions', concat([new Uint8Array(80), new Uint8Array(60).fill(255)])],
  ])('refuses: %s', (reason, block) => {
    const fault = faultOf(block)
    expect(fault.message).toContain(reason)
    expect(fault.data).toMatchObject({ code: 'BITCOIN_BAD_BLOCK', file: 'blk00000.dat', blockOffset: 1000 })
    expect(fault.data.byteOffset).toBeGreaterThanOrEqual(1000)
    expect(fault.data.byteOffset).toBeLessThanOrEqual(1000 + block.length + 9)
  })

  it('names the byte of a script that is longer than the block', () => {
    const block = makeBlock({ transactions: [COINBASE] })
    const lengthAt = 80 + 1 + 4 + 1 + 36
    block[lengthAt] = 200
    expect(faultOf(block).data).toMatchObject({
      byteOffset: 1000 + lengthAt,
      reason: `${block.length - lengthAt} bytes are left, too few for 200 bytes of script`,
    })
  })

  it('refuses every shorter block, and never looks behind its end', () => {
    const block = makeBlock({ transactions: [COINBASE, SEGWIT] })
    const columns = blockColumns()
    for (let end = 0; end < block.length; end++) {
      expect(() => decodeBlock(columns, block, 0, end, PLACE), String(end)).toThrow(BlockError)
      expect(columns.transactions).toBe(0)
    }
  })
})

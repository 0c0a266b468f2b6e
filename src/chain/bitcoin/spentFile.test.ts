import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { toHex } from '../../units/hex.ts'
import type { BlockColumns, SpentOutputs } from './block.ts'
import { skipSpentTokens } from './cashTokens.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import {
  COINBASE,
  compactSize,
  concat,
  type MadeTransaction,
  makeBlock,
  txidOf,
} from './madeBlocks.test-suite.ts'
import { openSha256 } from './sha256.ts'
import { readSpentFile, spentMismatch } from './spentFile.ts'
import { fillTxids } from './txids.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-spent-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Output {
  readonly sats: number
  readonly script: Uint8Array
}

const script = (length: number, byte = 7): Uint8Array => new Uint8Array(length).fill(byte)

function raw(outputs: readonly Output[]): Uint8Array {
  return concat(
    outputs.flatMap(({ sats, script: pays }) => [
      new Uint8Array(BigUint64Array.of(BigInt(sats)).buffer),
      compactSize(pays.length),
      pays,
    ]),
  )
}

const json = (outputs: readonly Output[]): Uint8Array =>
  Buffer.from(
    JSON.stringify(
      outputs.map(({ sats, script: pays }) => ({
        txout: { value: sats, script_pubkey: toHex(pays) },
        creation_height: 1,
      })),
    ),
  )

function read(bytes: Uint8Array, name = 'spent'): SpentOutputs {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return readSpentFile(path)
}

const outputsOf = ({ n, sats, scripts, scriptStarts }: SpentOutputs): Output[] =>
  Array.from({ length: n }, (_, i) => ({
    sats: sats[i]!,
    script: scripts.slice(scriptStarts[i], scriptStarts[i + 1]),
  }))

const output = fc.record({
  sats: fc.maxSafeNat(),
  script: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(script(300), script(70_000))),
})

describe('readSpentFile', () => {
  it('reads every form to the same outputs', () => {
    fc.assert(
      fc.property(fc.array(output, { maxLength: 5 }), (outputs) => {
        for (const bytes of [raw(outputs), json(outputs)]) {
          expect(outputsOf(read(bytes))).toEqual(outputs)
          expect(outputsOf(read(zstdCompressSync(bytes)))).toEqual(outputs)
        }
      }),
      { seed: 866342, numRuns: 60 },
    )
  })

  it('ends well on anything, or says what is wrong', () => {
    const some = fc.array(output, { minLength: 1, maxLength: 3 })
    const mutated = fc
      .tuple(
        some,
        fc.constantFrom(raw, json),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
      )
      .map(([outputs, write, changes, cut]) => {
        const bytes = new Uint8Array(write(outputs))
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes.subarray(0, cut % (bytes.length + 1))
      })
    let refused = 0
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          try {
            read(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(LootlineError)
            refused++
          }
        },
      ),
      { seed: 367891, numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(300)
  })

  it.each([
    ['a cut amount', raw([{ sats: 1, script: script(3) }]).subarray(0, 8), 'byte 0: 8 bytes are left'],
    ['a cut script', raw([{ sats: 1, script: script(9) }]).subarray(0, 12), 'byte 8: the script goes on'],
    ['too much money', concat([script(6, 0), Uint8Array.of(32, 0, 0)]), 'byte 0: an amount of 2^53'],
    ['text', Buffer.from('not a list'), 'the file: is neither a list of outputs nor JSON'],
    ['an object', Buffer.from('{"txout": 1}'), 'is JSON, but no array'],
    ['no output', Buffer.from('[{"txout": 7}]'), 'entry 0: is no output'],
    ['a float', Buffer.from('[{"txout":{"value":1.5,"script_pubkey":""}}]'), 'entry 0: has the value 1.5'],
    ['no hex', Buffer.from('[{"txout":{"value":1,"script_pubkey":"0g"}}]'), 'that is not hex: 0g'],
    ['deep JSON', Buffer.from('['.repeat(1e6)), 'is nested deeper than 4'],
    ['broken zstd', zstdCompressSync(script(5000)).subarray(0, 12), 'is no whole zstd file'],
  ])('refuses %s', (_what, bytes, words) => {
    expect(() => read(bytes)).toThrow(words)
  })

  it('does not unpack more than 64 MiB', () => {
    expect(() => read(zstdCompressSync(Buffer.alloc(2 ** 26 + 1)))).toThrow('more than 67108864 bytes')
  })
})

describe('spentMismatch', () => {
  const far = script(32, 9)
  const first: MadeTransaction = { inputs: [{ txid: far }], outputs: [{ sats: 90, script: script(4) }] }
  const second: MadeTransaction = {
    inputs: [{ txid: far }, { txid: txidOf(first), n: 0 }],
    outputs: [{ sats: 100, script: script(4) }],
  }
  const good = [
    { sats: 90, script: script(2) },
    { sats: 10, script: script(3) },
    { sats: 90, script: script(4) },
  ]
  const check = (outputs: readonly Output[]): string | undefined => {
    const block = makeBlock({ transactions: [COINBASE, first, second] })
    const columns: BlockColumns = blockColumns()
    decodeBlock(columns, block, 0, block.length, { file: 'made', offset: 0 })
    fillTxids(columns, openSha256())
    return spentMismatch(columns, read(raw(outputs)))
  }

  it.each([
    ['nothing where all fits', good, undefined],
    ['the counts', good.slice(1), 'lists 2 outputs, the block spends 3'],
    ['an amount of its own', good.with(2, { sats: 91, script: script(4) }), 'has as entry 2 another output'],
    ['a script of its own', good.with(2, { sats: 90, script: script(5) }), 'has as entry 2 another output'],
    [
      'money from nothing',
      good.with(0, { sats: 88, script: script(2) }),
      'gives transaction 1 of the block 2 satoshis less',
    ],
  ])('says %s', (_what, outputs, said) => {
    if (said === undefined) expect(check(outputs)).toBeUndefined()
    else expect(check(outputs)).toContain(said)
  })
})

it('scripts of spent outputs begin after tokens (Bitcoin Cash)', () => {
  const pays = script(25, 0x76)
  const tokens = concat([Uint8Array.of(0xef), script(32, 0xbb), Uint8Array.of(0x10, 1)])
  const spent = read(
    raw([
      { sats: 1, script: concat([tokens, pays]) },
      { sats: 2, script: script(0) },
      { sats: 3, script: pays },
      { sats: 4, script: concat([tokens, pays]) },
    ]),
  )
  skipSpentTokens(spent)
  expect(outputsOf(spent).map((each) => toHex(each.script))).toEqual([pays, script(0), pays, pays].map(toHex))
})

import { script as scripts } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnswerError } from '../../../net/index.ts'
import { BITCOIN, BITCOIN_CASH, LITECOIN } from '../../../units/caip.ts'
import { fromHex, toHex } from '../../../units/hex.ts'
import { COINBASE, makeTransaction, txidOf } from '../madeBlocks.test-suite.ts'
import { testKey } from '../regtestChain.test-suite.ts'
import { placedOf } from './placed.ts'
import { readTransaction } from './rawTransaction.ts'
import { holderOfScript, isUnspendable, memoOf, pushesOf } from './scripts.ts'

const { p2pkh, p2wpkh } = testKey(1)

describe('memoOf', () => {
  const text = (hex: string): string | null => {
    const memo = memoOf(fromHex(hex))
    return memo === null ? null : Buffer.from(memo).toString()
  }
  test.each([
    ['one push', '6a03414243', 'ABC'],
    ['two pushes', '6a0141024243', 'ABC'],
    ['a push of a stated length', '6a4c03414243', 'ABC'],
    ['a push of two bytes of length', '6a4d0300414243', 'ABC'],
    ['nothing', '6a', ''],
    ['a push that is cut off', '6a01410542', 'A'],
    ['no OP_RETURN', '0341424387', null],
  ])('%s', (_, hex, memo) => expect(text(hex)).toBe(memo))

  test('never fails, and reads pushes as bitcoinjs-lib does', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 2, maxLength: 600 }), { maxLength: 5 }), (data) => {
        expect(pushesOf(scripts.compile(data)).pushes.map(toHex)).toEqual(data.map(toHex))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(memoOf(Uint8Array.of(0x6a, ...bytes))!.length).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })
})

test('what starts with OP_RETURN, or is too long to run, is never spent', () => {
  expect([fromHex('6a'), new Uint8Array(10_001), new Uint8Array(10_000), p2pkh].map(isUnspendable)).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('on Bitcoin Cash the holder stands behind the tokens, and witness programs are nobody', () => {
  // CHIP-2022-02-CashTokens: prefix, category, an amount of 1.
  const tokens = Uint8Array.of(0xef, ...new Uint8Array(32), 0x10, 1, ...p2pkh)
  expect(holderOfScript(tokens, BITCOIN_CASH)).toBe(holderOfScript(p2pkh, BITCOIN_CASH))
  expect(holderOfScript(tokens, BITCOIN)).toBeNull()
  expect(holderOfScript(p2wpkh, BITCOIN_CASH)).toBeNull()
  expect(holderOfScript(p2wpkh, BITCOIN)).toContain(':bc1q')
})

test("Litecoin's HogEx is read, and a transaction into MWEB is left alone", () => {
  const made = { inputs: [{ n: 0 }], outputs: [{ sats: 1, script: p2pkh }], flag: 8 }
  const txid = toHex(txidOf(made).reverse())
  const { bytes } = makeTransaction(made)
  expect(readTransaction(toHex(bytes), txid)).toMatchObject({ txid, outputs: [{ sats: 1 }] })
  // Where HogEx has a zero, others have their MWEB part.
  const other = Uint8Array.from(bytes)
  other[other.length - 5] = 1
  expect(readTransaction(toHex(other), txid)).toBeNull()
})

describe('placedOf', () => {
  const raw = readTransaction(toHex(makeTransaction(COINBASE).bytes), toHex(txidOf(COINBASE).reverse()))!
  const reading = { chain: BITCOIN, memoLinks: () => [] }
  const input = { txid: 'ab'.repeat(32), n: 1, script: new Uint8Array(0), witness: [] }
  const place = { block: null }

  test('a coinbase spends nothing', () => {
    expect(raw.isCoinbase).toBe(true)
    expect(placedOf(raw, [], place, reading).transaction.inputs).toEqual([])
  })

  test.each([
    [
      'an output spent twice',
      { ...raw, isCoinbase: false, inputs: [input, input] },
      'every output spent once',
    ],
    [
      'more than there is',
      { ...raw, outputs: [{ sats: 21e14 + 1, script: p2pkh }] },
      '0 to 2100000000000000 sats',
    ],
    [
      'more than there is in all',
      { ...raw, outputs: [raw.outputs[0]!, { sats: 21e14, script: p2pkh }] },
      '0 to 21',
    ],
  ])('%s is refused', (_, wrong, message) => {
    const place_ = (): unknown => placedOf(wrong, [null, null], place, reading)
    expect(place_).toThrow(AnswerError)
    expect(place_).toThrow(message)
  })

  test('Litecoin has four times as many coins', () => {
    const many = { ...raw, outputs: [{ sats: 84e14, script: p2pkh }] }
    const { transaction } = placedOf(many, [], place, { ...reading, chain: LITECOIN })
    expect(transaction.outputs[0]!.amount).toBe(84n * 10n ** 14n)
  })

  test('what OP_RETURN says is handed to who reads memos', () => {
    const memos: string[] = []
    const says = { ...raw, outputs: [{ sats: 0, script: fromHex('6a03414243') }, ...raw.outputs] }
    const memoLinks = (_chain: string, _tx: unknown, all: readonly Uint8Array[]): [] => {
      memos.push(...all.map((memo) => Buffer.from(memo).toString()))
      return []
    }
    placedOf(says, [], place, { chain: BITCOIN, memoLinks })
    placedOf(raw, [], place, { chain: BITCOIN, memoLinks })
    expect(memos).toEqual(['ABC'])
  })
})

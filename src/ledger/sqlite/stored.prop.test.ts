import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { storedTxid, txidOf } from './stored.ts'

const digit = fc.constantFrom(...'0123456789abcdefxXAFg ')
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(digit).map((digits) => digits.join('')),
  fc.array(digit).map((digits) => `0x${digits.join('')}`),
)

describe('storedTxid', () => {
  test('any text comes back, and different texts are kept differently', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(txidOf(storedTxid(a))).toBe(a)
        expect(String(storedTxid(a)) === String(storedTxid(b))).toBe(a === b)
      }),
      { seed: 20260504, numRuns: 1000 },
    )
  })

  test.each([
    ['0x00ff', [1, 0, 255]],
    ['00ff', [0, 0, 255]],
    ['00FF', '00FF'],
    ['0x', '0x'],
    ['0x0', '0x0'],
    ['', ''],
    ['\u0130ff', '\u0130ff'],
  ])('%j', (txid, stored) => {
    const kept = storedTxid(txid)
    expect(typeof kept === 'string' ? kept : [...kept]).toEqual(stored)
  })
})

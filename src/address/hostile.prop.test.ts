import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LootlineError } from '../errors.ts'
import { addressOf, chainOf } from '../units/caip.ts'
import { parseHolder } from './holder.ts'
import { lookAlike } from './lookAlike.ts'
import { NETWORKS } from './network.ts'
import { canonicalEvm, parseAddress, recognise } from './parseAddress.ts'
import { fromScript, toScript } from './script.ts'

const RUNS = { seed: 31337, numRuns: 3000 }
const prefix = fc.constantFrom(
  '',
  '0x',
  '1',
  '3',
  'T',
  'bc1',
  'tb1q',
  'ltc1',
  'bitcoincash:',
  'q',
  'p2pk-',
  '41',
  'tron:0x2b6653dc:',
)
const alphabets = fc.constantFrom(
  '0123456789abcdefABCDEF',
  '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  '123456789abcdefghijklmnopqrstuvwxyz',
  'qpzry9x8gf2tvdw0s3jn54khce6mua7l',
)
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .tuple(prefix, alphabets)
    .chain(([start, alphabet]) =>
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 140 }).map((rest) => start + rest),
    ),
)
const chain = fc.constantFrom(
  ...NETWORKS.map((network) => network.chain),
  'eip155:1',
  'tron:728126428',
  'x',
  '',
  '\u001b\u202e'.repeat(1000),
)

function onlyOurs(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(LootlineError)
    expect((error as Error).message.length).toBeLessThan(600)
    expect((error as Error).message).not.toMatch(/[\p{Cc}\u202e]/u)
  }
}

describe('hostile text', () => {
  it('is refused with an error of ours, or read to a canonical form that reads back the same', () => {
    fc.assert(
      fc.property(text, chain, (value, hint) => {
        for (const found of recognise(value)) {
          const again = parseAddress(found.address, found.chain)
          expect(again.address).toBe(found.address)
          expect(again.form).toBe(found.form)
        }
        onlyOurs(() => parseAddress(value))
        onlyOurs(() => parseAddress(value, hint))
        onlyOurs(() => toScript(value, hint))
        onlyOurs(() => canonicalEvm(value))
        onlyOurs(() => {
          const holder = parseHolder(value)
          expect(parseHolder(holder)).toBe(holder)
          expect(`${chainOf(holder)}:${addressOf(holder)}`).toBe(holder)
        })
        expect(lookAlike(value, value).suspicious).toBe(false)
      }),
      RUNS,
    )
  })

  it('is refused unread when long', () => {
    for (const huge of [
      '1'.repeat(1e7),
      `0x${'a'.repeat(1e7)}`,
      `bc1${'q'.repeat(1e7)}`,
      `${':'.repeat(1e6)}`,
    ]) {
      expect(recognise(huge)).toEqual([])
      onlyOurs(() => parseAddress(huge, 'eip155:1'))
      onlyOurs(() => parseHolder(huge))
      onlyOurs(() => toScript(huge, NETWORKS[0]!.chain))
    }
  })
})

describe('hostile scripts', () => {
  /** Random bytes are hardly ever a script; half of these have its outline. */
  const script = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(0, 0x50, 0x51, 0x60, 0x61, 0xff), fc.uint8Array({ maxLength: 45 }))
      .map(([first, rest]) => Uint8Array.of(first, rest.length, ...rest)),
    fc
      .tuple(fc.constantFrom(33, 65), fc.uint8Array({ minLength: 65, maxLength: 65 }))
      .map(([length, key]) => Uint8Array.of(length, ...key.subarray(0, length), 0xac)),
  )

  it('have an address that leads back to them, or none', () => {
    let read = 0
    fc.assert(
      fc.property(script, chain, (bytes, id) => {
        const address = fromScript(bytes, id)
        if (address === null) return
        read++
        expect(address).toMatch(/^[-.%a-zA-Z0-9]{1,128}$/)
        expect(toScript(address, id)).toEqual(bytes)
      }),
      RUNS,
    )
    expect(read).toBeGreaterThan(100)
  })
})

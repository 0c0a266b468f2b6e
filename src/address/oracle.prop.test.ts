import { decodeBase58Address, decodeCashAddress, lockingBytecodeToCashAddress } from '@bitauth/libauth'
import * as bitcoinjs from 'bitcoinjs-lib'
import fc from 'fast-check'
import { TronWeb } from 'tronweb'
import { checksumAddress, isAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  BITCOIN,
  BITCOIN_CASH,
  BITCOIN_REGTEST,
  BITCOIN_TESTNET,
  type ChainId,
  LITECOIN,
  TRON,
} from '../units/caip.ts'
import { toHex } from '../units/hex.ts'
import { canonicalEvm, parseAddress, recognise } from './parseAddress.ts'
import { fromScript, toScript } from './script.ts'

const { networks } = bitcoinjs
const RUNS = { seed: 173, numRuns: 300 }

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const NETWORKS: readonly (readonly [ChainId, bitcoinjs.Network])[] = [
  [BITCOIN, networks.bitcoin],
  [BITCOIN_TESTNET, networks.testnet],
  [BITCOIN_REGTEST, networks.regtest],
  [LITECOIN, { ...networks.bitcoin, pubKeyHash: 0x30, scriptHash: 0x32, bech32: 'ltc' }],
]

// bitcoinjs-lib warns at each witness version without meaning yet.
beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterAll(() => void vi.restoreAllMocks())

/** Scripts that bitcoinjs-lib gives addresses too; version 1 it leaves to another library. */
const script: fc.Arbitrary<Uint8Array> = fc.oneof(
  bytes(20).map((hash) => Uint8Array.of(0x76, 0xa9, 20, ...hash, 0x88, 0xac)),
  bytes(20).map((hash) => Uint8Array.of(0xa9, 20, ...hash, 0x87)),
  bytes(20).map((hash) => Uint8Array.of(0, 20, ...hash)),
  bytes(32).map((hash) => Uint8Array.of(0, 32, ...hash)),
  fc
    .tuple(fc.integer({ min: 2, max: 16 }), fc.uint8Array({ minLength: 2, maxLength: 40 }))
    .map(([version, program]) => Uint8Array.of(0x50 + version, program.length, ...program)),
)

/** One character replaced, dropped, doubled or swapped with its neighbour. */
function mutations(text: fc.Arbitrary<string>, alphabet: string): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.nat(), fc.constantFrom(...alphabet), fc.constantFrom('replace', 'drop', 'double', 'swap'))
    .map(([from, where, char, how]) => {
      const i = where % from.length
      const rest = from.slice(i + 1)
      if (how === 'replace') return [from, from.slice(0, i) + char + rest]
      if (how === 'drop') return [from, from.slice(0, i) + rest]
      if (how === 'double') return [from, from.slice(0, i + 1) + from.slice(i)]
      return [from, from.slice(0, i) + rest.slice(0, 1) + from.charAt(i) + rest.slice(1)]
    })
    .filter(([from, to]) => from !== to)
    .map(([, to]) => to!)
}

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function accepts(text: string, chain: ChainId): boolean {
  return recognise(text).some((found) => found.chain === chain && !found.caseless)
}

describe('Bitcoin', () => {
  it('agrees with bitcoinjs-lib and libauth on the address of any script, and back', () => {
    fc.assert(
      fc.property(script, fc.constantFrom(...NETWORKS), (output, [chain, network]) => {
        const address = fromScript(output, chain)!
        expect(address).toBe(bitcoinjs.address.fromOutputScript(output, network))
        expect(toHex(toScript(address, chain))).toBe(
          toHex(bitcoinjs.address.toOutputScript(address, network)),
        )
        const hash = decodeBase58Address(address)
        if (typeof hash !== 'string') expect(toHex(output)).toContain(toHex(hash.payload))
        expect(parseAddress(address, chain)).toMatchObject({ chain, address })
      }),
      RUNS,
    )
  })

  it('agrees with bitcoinjs-lib on version 1', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), (program) => {
        const output = Uint8Array.of(0x51, program.length, ...program)
        expect(fromScript(output, BITCOIN)).toBe(bitcoinjs.address.toBech32(program, 1, 'bc'))
        expect(toScript(bitcoinjs.address.toBech32(program, 1, 'bc').toUpperCase(), BITCOIN)).toEqual(output)
      }),
      RUNS,
    )
  })

  it('refuses what bitcoinjs-lib refuses', () => {
    const mutated = mutations(
      script.map((output) => fromScript(output, BITCOIN)!),
      ALPHANUMERIC,
    )
    fc.assert(
      fc.property(mutated, (text) => {
        let theirs = true
        try {
          bitcoinjs.address.toOutputScript(text, networks.bitcoin)
        } catch {
          theirs = false
        }
        expect(accepts(text, BITCOIN), text).toBe(theirs)
      }),
      { ...RUNS, numRuns: 2000 },
    )
  })
})

describe('Bitcoin Cash', () => {
  const output = fc.oneof(
    bytes(20).map((hash) => Uint8Array.of(0x76, 0xa9, 20, ...hash, 0x88, 0xac)),
    bytes(20).map((hash) => Uint8Array.of(0xa9, 20, ...hash, 0x87)),
    bytes(32).map((hash) => Uint8Array.of(0xaa, 32, ...hash, 0x87)),
  )

  it('agrees with libauth, tokens or not', () => {
    fc.assert(
      fc.property(output, (bytecode) => {
        const plain = lockingBytecodeToCashAddress({ bytecode })
        const tokens = lockingBytecodeToCashAddress({ bytecode, tokenSupport: true })
        if (typeof plain === 'string' || typeof tokens === 'string')
          throw new Error('libauth gives no address')
        const address = fromScript(bytecode, BITCOIN_CASH)!
        expect(`bitcoincash:${address}`).toBe(plain.address)
        for (const text of [plain.address, tokens.address, tokens.address.replace('bitcoincash:', '')]) {
          expect(parseAddress(text, BITCOIN_CASH).address, text).toBe(address)
          expect(toScript(text, BITCOIN_CASH), text).toEqual(bytecode)
        }
      }),
      RUNS,
    )
  })

  it('refuses what libauth refuses', () => {
    const mutated = mutations(
      output.map((bytecode) => fromScript(bytecode, BITCOIN_CASH)!),
      'qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1Q',
    )
    fc.assert(
      fc.property(mutated, (text) => {
        const theirs = typeof decodeCashAddress(`bitcoincash:${text}`) !== 'string'
        expect(accepts(`bitcoincash:${text}`, BITCOIN_CASH), text).toBe(theirs)
      }),
      { ...RUNS, numRuns: 2000 },
    )
  })
})

describe('EVM', () => {
  it('agrees with viem', () => {
    fc.assert(
      fc.property(bytes(20), (account) => {
        const lower: `0x${string}` = `0x${toHex(account)}`
        const address = canonicalEvm(lower)
        expect(address).toBe(checksumAddress(lower))
        expect(canonicalEvm(address)).toBe(address)
        expect(canonicalEvm(`0x${toHex(account).toUpperCase()}`)).toBe(address)
      }),
      RUNS,
    )
  })

  it('refuses what viem refuses', () => {
    const mutated = mutations(
      bytes(20).map((account) => canonicalEvm(`0x${toHex(account)}`)),
      `${ALPHANUMERIC}abcdefABCDEF`,
    )
    fc.assert(
      fc.property(mutated, (text) => {
        const read = recognise(text).length > 0
        // viem takes all small letters but not all capitals, which EIP-55 leaves unchecked as well.
        const capitals = text === `0x${text.slice(2).toUpperCase()}`
        expect(read, text).toBe(isAddress(text) || (capitals && isAddress(text.toLowerCase())))
      }),
      { ...RUNS, numRuns: 2000 },
    )
  })
})

describe('Tron', () => {
  const hex = bytes(20).map((account) => `41${toHex(account)}`)

  it('agrees with tronweb', () => {
    fc.assert(
      fc.property(hex, (account) => {
        const address = TronWeb.address.fromHex(account)
        expect(parseAddress(account, TRON).address).toBe(address)
        expect(parseAddress(address)).toEqual({ chain: TRON, address, form: 'tron' })
      }),
      RUNS,
    )
  })

  it('refuses what tronweb refuses', () => {
    const mutated = mutations(
      hex.map((account) => parseAddress(account, TRON).address),
      ALPHANUMERIC,
    )
    fc.assert(
      fc.property(mutated, (text) => {
        expect(accepts(text, TRON), text).toBe(TronWeb.isAddress(text))
      }),
      { ...RUNS, numRuns: 1000 },
    )
  })
})

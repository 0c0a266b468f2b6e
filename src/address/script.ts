/**
 * Output scripts to addresses and back.
 * @module
 */
import type { ChainId } from '../units/caip.ts'
import { isPublicKey } from './codec/publicKey.ts'
import { isWitnessProgram } from './codec/segwit.ts'
import { addressFor, type Destination } from './destination.ts'
import { BadAddressError } from './error.ts'
import { networkOf } from './network.ts'
import { destinationOf } from './parseAddress.ts'

const OP_0 = 0x00
const OP_1 = 0x51
const OP_16 = 0x60
const OP_DUP = 0x76
const OP_EQUAL = 0x87
const OP_EQUALVERIFY = 0x88
const OP_HASH160 = 0xa9
const OP_HASH256 = 0xaa
const OP_CHECKSIG = 0xac

/**
 * Canonical address of an output script: P2PK (form `p2pk-…`), P2PKH, P2SH, witness versions 0 to 16.
 * Null for everything else (OP_RETURN, bare multisig, non-standard) and for chains without scripts. Never throws.
 * Patterns are those of Bitcoin Core's `Solver` (`src/script/solver.cpp`), BIP-16 and BIP-141.
 */
export function fromScript(script: Uint8Array, chain: ChainId): string | null {
  const network = networkOf(chain)
  const destination = network === undefined ? null : readScript(script)
  return network === undefined || destination === null ? null : addressFor(destination, network)
}

/**
 * Output script that pays to an address of a Bitcoin-family chain, in any spelling that `parseAddress` reads.
 * @throws BadAddressError for anything else, lower-cased base58 included.
 */
export function toScript(address: string, chain: ChainId): Uint8Array {
  const network = networkOf(chain)
  if (network === undefined) throw new BadAddressError(address, `chain ${chain} has no output scripts`)
  return writeScript(destinationOf(address, network))
}

function readScript(script: Uint8Array): Destination | null {
  const n = script.length
  if (
    n === 25 &&
    at(script, OP_DUP, OP_HASH160, 20) &&
    script[23] === OP_EQUALVERIFY &&
    script[24] === OP_CHECKSIG
  ) {
    return { kind: 'p2pkh', hash: script.subarray(3, 23) }
  }
  if (n === 23 && at(script, OP_HASH160, 20) && script[22] === OP_EQUAL) {
    return { kind: 'p2sh', hash: script.subarray(2, 22) }
  }
  if (n === 35 && at(script, OP_HASH256, 32) && script[34] === OP_EQUAL) {
    return { kind: 'p2sh', hash: script.subarray(2, 34) }
  }
  if (n >= 4 && n <= 42 && script[1] === n - 2) {
    const code = script[0]!
    const version = code === OP_0 ? 0 : code - OP_1 + 1
    if ((code === OP_0 || (code >= OP_1 && code <= OP_16)) && isWitnessProgram(version, n - 2)) {
      return { kind: 'witness', version, program: script.subarray(2) }
    }
  }
  if ((n === 35 || n === 67) && script[0] === n - 2 && script[n - 1] === OP_CHECKSIG) {
    const key = script.subarray(1, n - 1)
    if (isPublicKey(key)) return { kind: 'p2pk', key }
  }
  return null
}

function writeScript(destination: Destination): Uint8Array {
  switch (destination.kind) {
    case 'p2pk':
      return Uint8Array.of(destination.key.length, ...destination.key, OP_CHECKSIG)
    case 'p2pkh':
      return Uint8Array.of(OP_DUP, OP_HASH160, 20, ...destination.hash, OP_EQUALVERIFY, OP_CHECKSIG)
    case 'p2sh': {
      const { hash } = destination
      return Uint8Array.of(hash.length === 32 ? OP_HASH256 : OP_HASH160, hash.length, ...hash, OP_EQUAL)
    }
    case 'witness': {
      const { version, program } = destination
      return Uint8Array.of(version === 0 ? OP_0 : OP_1 + version - 1, program.length, ...program)
    }
  }
}

function at(script: Uint8Array, ...start: number[]): boolean {
  return start.every((byte, i) => script[i] === byte)
}

/**
 * Made-up addresses with true checksums. Nobody holds a key to them.
 * @module
 */
import { encodeSegwit } from '../address/codec/segwit.ts'
import { canonicalEvm } from '../address/index.ts'

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex, no prefix. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]!
  return hex
}

/** Twenty bytes with the checksum of EIP-55. */
export function evmAddress(bytes: Uint8Array): string {
  return canonicalEvm(`0x${toHex(bytes)}`)
}

/** P2WPKH (BIP-141, BIP-173) on regtest: witness version 0 and twenty bytes. */
export function regtestAddress(bytes: Uint8Array): string {
  return encodeSegwit('bcrt', { version: 0, program: bytes })
}

/**
 * Witness addresses: bech32 for version 0 (BIP-173), bech32m from version 1 on (BIP-350).
 * @module
 */
import { bech32, bech32m } from '@scure/base'

/** A witness program, BIP-141. */
export interface WitnessProgram {
  /** 0 to 16. */
  readonly version: number
  /** 2 to 40 bytes; 20 or 32 for version 0. */
  readonly program: Uint8Array
}

export interface SegwitAddress extends WitnessProgram {
  /** Human-readable part, lower-case: `bc`. */
  readonly hrp: string
}

/** The parts of a witness address, or in words what is wrong with it. */
export function decodeSegwit(text: string): SegwitAddress | string {
  if (text !== text.toLowerCase() && text !== text.toUpperCase())
    return 'capitals and small letters are mixed'
  const v0 = bech32.decodeUnsafe(text)
  const decoded = v0 ?? bech32m.decodeUnsafe(text)
  if (decoded === undefined) return 'the checksum fails'
  const version = decoded.words[0]
  if (version === undefined || version > 16) return 'the witness version is not 0 to 16'
  if ((version === 0) !== (v0 !== undefined)) {
    return version === 0
      ? 'bech32m where version 0 needs bech32'
      : 'bech32 where versions from 1 need bech32m'
  }
  const program = bech32.fromWordsUnsafe(decoded.words.slice(1))
  if (program === undefined) return 'the padding is wrong'
  if (!isWitnessProgram(version, program.length)) {
    return `a witness program of ${program.length} bytes cannot be of version ${version}`
  }
  return { hrp: decoded.prefix, version, program }
}

export function encodeSegwit(hrp: string, { version, program }: WitnessProgram): string {
  const code = version === 0 ? bech32 : bech32m
  return code.encode(hrp, [version, ...code.toWords(program)])
}

/** BIP-141: 2 to 40 bytes, and for version 0 only 20 (P2WPKH) or 32 (P2WSH). */
export function isWitnessProgram(version: number, bytes: number): boolean {
  return version === 0 ? bytes === 20 || bytes === 32 : version <= 16 && bytes >= 2 && bytes <= 40
}

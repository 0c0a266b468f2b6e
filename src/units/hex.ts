/**
 * Hexadecimal text and bytes, bounded.
 * @module
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { LootlineError } from '../errors.ts'
import { printable } from './text.ts'

/** No serialised Bitcoin block, hence no script or transaction in it, is larger: 4,000,000 weight units (BIP-141). */
const MAX_BYTES = 4_000_000

/**
 * Bytes from hex digits of either case, with or without `0x`.
 * @throws BadHexError where a character is not a hex digit, the count is odd, or there are more than `maxBytes` bytes.
 *
 * @example
 * fromHex('0x00ff') // Uint8Array [0, 255]
 */
export function fromHex(text: string, maxBytes: number = MAX_BYTES): Uint8Array {
  const digits = text.startsWith('0x') || text.startsWith('0X') ? text.slice(2) : text
  if (digits.length > 2 * maxBytes) throw new BadHexError(text, `longer than ${maxBytes} bytes`)
  if (digits.length % 2 !== 0) throw new BadHexError(text, 'an odd number of digits')
  if (!/^[0-9a-fA-F]*$/.test(digits)) throw new BadHexError(text, 'not all characters are hex digits')
  return hexToBytes(digits)
}

/** Lower-case hex digits, without `0x`. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes)
}

/** Text that should have been hex. */
export class BadHexError extends LootlineError<{
  readonly code: 'UNITS_BAD_HEX'
  readonly value: string
  readonly reason: string
}> {
  override readonly name = 'BadHexError'
  constructor(text: string, reason: string) {
    const value = printable(text)
    super(
      { code: 'UNITS_BAD_HEX', value, reason },
      `"${value}" is not hex: ${reason}.`,
      'Give pairs of the digits 0-9 and a-f.',
    )
  }
}

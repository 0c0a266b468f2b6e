/**
 * Addresses of EVM chains: 20 bytes in hex, whose capitals are a checksum (EIP-55).
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'

const LENGTH = 42

/**
 * The EIP-55 form; or what is wrong. Capitals are verified where they are mixed: all small and all capital letters carry
 * no checksum. Cost: one Keccak-256 of 40 bytes; callers with many rows intern their addresses first.
 */
export function checksummedEvm(text: string): { readonly address: string } | { readonly reason: string } {
  if (text.length !== LENGTH || !looksEvm(text)) return { reason: 'not 40 hex digits after 0x' }
  const digits = new Uint8Array(40)
  let small = 0
  let capital = 0
  for (let i = 0; i < 40; i++) {
    const code = text.charCodeAt(i + 2)
    if (code >= 48 && code <= 57) digits[i] = code
    else if (code >= 97 && code <= 102) {
      digits[i] = code
      small++
    } else if (code >= 65 && code <= 70) {
      digits[i] = code + 32
      capital++
    } else return { reason: 'not 40 hex digits after 0x' }
  }
  const hash = keccak_256(digits)
  for (let i = 0; i < 40; i++) {
    const nibble = (hash[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15
    if (digits[i]! >= 97 && nibble > 7) digits[i]! -= 32
  }
  const address = `0x${String.fromCharCode(...digits)}`
  if (small > 0 && capital > 0 && address.slice(2) !== text.slice(2))
    return { reason: capitalsReason(text, address) }
  return { address }
}

/** True where the text begins as an EVM address does, right or wrong. */
export function looksEvm(text: string): boolean {
  return text.startsWith('0x') || text.startsWith('0X')
}

function capitalsReason(text: string, address: string): string {
  let off = 0
  for (let i = 2; i < LENGTH; i++) if (text[i] !== address[i]) off++
  return off === 1
    ? `one letter has the wrong case, and the EIP-55 checksum fails; ${address} would pass`
    : `${off} letters have the wrong case, and the EIP-55 checksum fails: a digit may be wrong`
}

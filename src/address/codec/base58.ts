/**
 * Base58Check: base 58 with the first four bytes of a double SHA-256 as checksum.
 * Source: Bitcoin Core `src/base58.cpp`; used by BIP-13 addresses and by Tron.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { base58 } from '@scure/base'

const CHECKSUM = 4

/** Payload (version bytes and hash) without its checksum; null where a character is foreign or the checksum fails. */
export function decodeBase58Check(text: string): Uint8Array | null {
  if (!isBase58(text)) return null
  const bytes = base58.decode(text)
  if (bytes.length <= CHECKSUM) return null
  const payload = bytes.subarray(0, -CHECKSUM)
  const sum = checksum(payload)
  for (let i = 0; i < CHECKSUM; i++) if (sum[i] !== bytes[payload.length + i]) return null
  return payload
}

export function encodeBase58Check(payload: Uint8Array): string {
  const bytes = new Uint8Array(payload.length + CHECKSUM)
  bytes.set(payload)
  bytes.set(checksum(payload).subarray(0, CHECKSUM), payload.length)
  return base58.encode(bytes)
}

/** True where every character is of the alphabet, which lacks 0, O, I and l. */
export function isBase58(text: string): boolean {
  return /^[1-9A-HJ-NP-Za-km-z]+$/.test(text)
}

/**
 * The one spelling with a valid checksum that differs from `text` in the case of a single letter; null where there is
 * none, or more than one. Cost: one decoding a letter, so only for making an error message.
 */
export function oneCaseAway(text: string): string | null {
  let found: string | null = null
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const other = char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()
    if (other === char) continue
    const variant = text.slice(0, i) + other + text.slice(i + 1)
    if (decodeBase58Check(variant) === null) continue
    if (found !== null) return null
    found = variant
  }
  return found
}

function checksum(payload: Uint8Array): Uint8Array {
  return sha256(sha256(payload))
}

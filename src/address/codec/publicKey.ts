/**
 * A bare public key as holder. A P2PK output has no address of its own; naming it by the hash of its key would merge it
 * with the P2PKH address of that key, which is a finding of clustering and not a fact of the ledger.
 *
 * The form is ours: `p2pk-` and the Base58Check of the key as it stands in the script. Hex would not do: 130 digits of an
 * uncompressed key are more than the 128 characters of CAIP-10.
 * @module
 */
import { decodeBase58Check, encodeBase58Check } from './base58.ts'

const PREFIX = 'p2pk-'

export function encodePublicKey(key: Uint8Array): string {
  return PREFIX + encodeBase58Check(key)
}

/** The key; null where the text is not of this form. */
export function decodePublicKey(text: string): Uint8Array | null {
  if (!text.startsWith(PREFIX)) return null
  const key = decodeBase58Check(text.slice(PREFIX.length))
  return key !== null && isPublicKey(key) ? key : null
}

/** Length and first byte fit, as Bitcoin Core's `CPubKey::ValidSize` (`src/pubkey.h`) has it; hybrid keys 6 and 7 too. */
export function isPublicKey(key: Uint8Array): boolean {
  const first = key[0]
  if (key.length === 33) return first === 2 || first === 3
  return key.length === 65 && (first === 4 || first === 6 || first === 7)
}

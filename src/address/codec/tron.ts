/**
 * Tron addresses: the byte 0x41 and 20 bytes, as Base58Check (`T…`) or as 42 hex digits.
 * Source: CASA namespaces `tron/caip10.md`; tronprotocol documentation, "Account".
 * @module
 */
import { fromHex } from '../../units/hex.ts'
import { decodeBase58Check, encodeBase58Check } from './base58.ts'

const VERSION = 0x41
const PAYLOAD = 21

/** The Base58Check form of an address in either form; null where it is none. */
export function decodeTron(text: string): string | null {
  if (/^41[0-9a-fA-F]{40}$/.test(text)) return encodeBase58Check(fromHex(text))
  if (!text.startsWith('T') || text.length !== 34) return null
  const payload = decodeBase58Check(text)
  return payload !== null && payload.length === PAYLOAD && payload[0] === VERSION ? text : null
}

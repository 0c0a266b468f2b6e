/**
 * What an output script pays to, as a small number and the place of its payload: no object, no copy.
 * The patterns are those of `fromScript` (Bitcoin Core's `Solver`, BIP-16, BIP-141); a property test holds the two equal.
 * @module
 */

import { addressFor, type Destination } from '../../address/destination.ts'
import { toScript } from '../../address/index.ts'
import { networkOf } from '../../address/network.ts'
import { addressOf, BITCOIN_CASH, type ChainId } from '../../units/caip.ts'

/** Kinds below this have no address. */
export const FIRST_ADDRESS = 16
const NONSTANDARD = 0
const DATA = 1
const MULTISIG = 2
const P2PK = 16
const P2PKH = 17
const P2SH = 18
const P2SH32 = 19
/** Plus the witness version. */
const WITNESS = 32

/** Where {@link scriptKind} leaves the payload of the script it read last. */
export interface Payload {
  start: number
  length: number
}

/**
 * @param cash Bitcoin Cash: no witness programs, but P2SH of 32 bytes (CHIP-2022-05)
 * @param payload is set for kinds from {@link FIRST_ADDRESS} on
 */
export function scriptKind(
  bytes: Uint8Array,
  start: number,
  n: number,
  cash: boolean,
  payload: Payload,
): number {
  const first = bytes[start]!
  const last = bytes[start + n - 1]!
  if (n === 25 && first === 0x76 && bytes[start + 1] === 0xa9 && bytes[start + 2] === 20) {
    if (bytes[start + 23] !== 0x88 || last !== 0xac) return NONSTANDARD
    return found(payload, P2PKH, start + 3, 20)
  }
  if (n === 23 && first === 0xa9 && bytes[start + 1] === 20 && last === 0x87)
    return found(payload, P2SH, start + 2, 20)
  if (n === 35 && first === 0xaa && bytes[start + 1] === 32 && last === 0x87)
    return cash ? found(payload, P2SH32, start + 2, 32) : NONSTANDARD
  if (n >= 4 && n <= 42 && bytes[start + 1] === n - 2 && (first === 0 || (first >= 0x51 && first <= 0x60))) {
    const version = first === 0 ? 0 : first - 0x50
    if (version === 0 && n !== 22 && n !== 34) return NONSTANDARD
    return cash ? NONSTANDARD : found(payload, WITNESS + version, start + 2, n - 2)
  }
  if ((n === 35 || n === 67) && first === n - 2 && last === 0xac) {
    const sign = bytes[start + 1]!
    const fits = n === 35 ? sign === 2 || sign === 3 : sign === 4 || sign === 6 || sign === 7
    return fits ? found(payload, P2PK, start + 1, n - 2) : NONSTANDARD
  }
  if (n > 0 && first === 0x6a) return DATA
  if (n >= 37 && first >= 0x51 && first <= 0x60 && last === 0xae) return MULTISIG
  return NONSTANDARD
}

function found(payload: Payload, kind: number, start: number, length: number): number {
  payload.start = start
  payload.length = length
  return kind
}

/** CAIP-10 holder of a kind and payload that {@link scriptKind} gave. */
export function holderOfKey(chain: ChainId, kind: number, payload: Uint8Array): string {
  return `${chain}:${addressFor(destinationOfKey(kind, payload), networkOf(chain)!)}`
}

function destinationOfKey(kind: number, payload: Uint8Array): Destination {
  if (kind === P2PKH) return { kind: 'p2pkh', hash: payload }
  if (kind === P2SH || kind === P2SH32) return { kind: 'p2sh', hash: payload }
  if (kind === P2PK) return { kind: 'p2pk', key: payload }
  return { kind: 'witness', version: kind - WITNESS, program: payload }
}

/** Kind and payload of a holder of this chain; null for anything else. */
export function keyOfHolder(chain: ChainId, holder: string): { kind: number; payload: Uint8Array } | null {
  if (!holder.startsWith(`${chain}:`)) return null
  const payload: Payload = { start: 0, length: 0 }
  try {
    const script = toScript(addressOf(holder), chain)
    const kind = scriptKind(script, 0, script.length, chain === BITCOIN_CASH, payload)
    if (kind < FIRST_ADDRESS) return null
    const own = script.subarray(payload.start, payload.start + payload.length)
    return holderOfKey(chain, kind, own) === holder ? { kind, payload: own } : null
  } catch {
    // Not an address: a name that is in no chain store.
    return null
  }
}

/**
 * 32 bits that spread payloads evenly: the order of address dictionaries. MurmurHash3's 32-bit rounds and finalizer
 * (Appleby, public domain) over little-endian words, the kind as seed.
 */
export function keyHash(kind: number, bytes: Uint8Array, start: number, length: number): number {
  let h = Math.imul(kind + 1, 0x9e3779b1)
  let at = start
  const end = start + length
  for (; at + 4 <= end; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    k = Math.imul(k, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  for (; at < end; at++) h = Math.imul(h ^ bytes[at]!, 0x01000193)
  h ^= length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

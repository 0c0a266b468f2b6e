/**
 * CashAddr, the address format of Bitcoin Cash. Source: bitcoincash.org `spec/cashaddr.md`, version 1.1.
 * @module
 */
import { bech32 } from '@scure/base'

const PREFIX = 'bitcoincash'
/** The alphabet is that of bech32. */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM = 8
/** The five generators of the 40-bit BCH code, each in two halves of 20 bits. */
const GENERATORS: readonly (readonly [high: number, low: number])[] = [
  [0x98f2b, 0xc8e61],
  [0x79b76, 0xd99e2],
  [0xf33e5, 0xfb3c4],
  [0xae2ea, 0xbe2a8],
  [0x1e4f4, 0x3e470],
]
const PREFIX_WORDS: readonly number[] = [...Array.from(PREFIX, (char) => char.charCodeAt(0) & 31), 0]

export interface CashAddress {
  readonly kind: 'p2pkh' | 'p2sh'
  /** 20 bytes, or 32 for a P2SH of the longer hash (CHIP-2022-05 P2SH32). */
  readonly hash: Uint8Array
}

/** The parts of an address of the main network, with or without `bitcoincash:`; or what is wrong with it. */
export function decodeCashAddress(text: string): CashAddress | string {
  if (text !== text.toLowerCase() && text !== text.toUpperCase())
    return 'capitals and small letters are mixed'
  const lower = text.toLowerCase()
  const body = lower.startsWith(`${PREFIX}:`) ? lower.slice(PREFIX.length + 1) : lower
  const words = Array.from(body, (char) => ALPHABET.indexOf(char))
  if (words.includes(-1)) return 'a character is foreign to the format'
  if (words.length <= CHECKSUM || !hasZeroRemainder(polymod([...PREFIX_WORDS, ...words])))
    return 'the checksum fails'
  const bytes = bech32.fromWordsUnsafe(words.slice(0, -CHECKSUM))
  const type = bytes?.[0]
  if (bytes === undefined || type === undefined) return 'the padding is wrong'
  const hash = bytes.subarray(1)
  // Types 2 and 3 are 0 and 1 for wallets that know tokens (CHIP-2022-02 CashTokens): the same script, so the same holder.
  const kind = (['p2pkh', 'p2sh', 'p2pkh', 'p2sh'] as const)[type >> 3]
  if (kind === undefined) return 'the type is not known'
  const bits = type & 7
  if (!(hash.length === 20 && bits === 0) && !(hash.length === 32 && bits === 3 && kind === 'p2sh')) {
    return 'the length is wrong for its type'
  }
  return { kind, hash }
}

/** Lower-case, without the prefix, because CAIP-10 allows no colon in an address. */
export function encodeCashAddress({ kind, hash }: CashAddress): string {
  const type = (kind === 'p2sh' ? 8 : 0) | (hash.length === 32 ? 3 : 0)
  const words = bech32.toWords(Uint8Array.of(type, ...hash))
  const [high, low] = polymod([...PREFIX_WORDS, ...words, 0, 0, 0, 0, 0, 0, 0, 0])
  const sum = [high >> 15, high >> 10, high >> 5, high, low >> 15, low >> 10, low >> 5, low]
  return [...words, ...sum].map((word) => ALPHABET.charAt(word & 31)).join('')
}

/** The remainder in two halves of 20 bits, since shifts of numbers act on 32. */
function polymod(words: readonly number[]): [high: number, low: number] {
  let high = 0
  let low = 1
  for (const word of words) {
    const top = high >> 15
    high = ((high & 0x7fff) << 5) | (low >> 15)
    low = ((low & 0x7fff) << 5) ^ word
    for (let bit = 0; bit < 5; bit++) {
      if (((top >> bit) & 1) === 0) continue
      high ^= GENERATORS[bit]![0]
      low ^= GENERATORS[bit]![1]
    }
  }
  return [high, low ^ 1]
}

function hasZeroRemainder([high, low]: [number, number]): boolean {
  return high === 0 && low === 0
}

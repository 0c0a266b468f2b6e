/**
 * CompactSize, Bitcoin's count of what follows: 1, 3, 5 or 9 bytes (developer.bitcoin.org, "CompactSize unsigned integers").
 * @module
 */

/**
 * The count that begins at `at`, whose first byte is 253 or more; NaN where it is longer than needed. Bitcoin Core refuses
 * those (`ReadCompactSize`, src/serialize.h), since another writer of the same block would give another txid.
 * May read past the end: the caller compares the result with what is left, so that a wrong count never passes.
 */
export function wideCompactSize(bytes: Uint8Array, at: number): number {
  const low = bytes[at + 1]! | (bytes[at + 2]! << 8)
  if (bytes[at] === 0xfd) return low < 0xfd ? Number.NaN : low
  const middle = (low | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24)) >>> 0
  if (bytes[at] === 0xfe) return middle < 0x10000 ? Number.NaN : middle
  const high =
    (bytes[at + 5]! | (bytes[at + 6]! << 8) | (bytes[at + 7]! << 16) | (bytes[at + 8]! << 24)) >>> 0
  return high === 0 ? Number.NaN : high * 2 ** 32 + middle
}

/** Bytes that a count takes. */
export function compactSizeLength(count: number): number {
  return count < 0xfd ? 1 : count < 0x10000 ? 3 : count < 2 ** 32 ? 5 : 9
}

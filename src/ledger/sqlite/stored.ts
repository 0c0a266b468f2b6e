/** SQLite keeps what fits a number as INTEGER, wider amounts as TEXT. */
export function storedAmount(amount: bigint): number | string {
  return amount <= Number.MAX_SAFE_INTEGER ? Number(amount) : String(amount)
}

/** Value of each lower-case hex digit by its character code, 16 for every other character. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return digit < 0 ? 16 : digit
})

/**
 * A transaction id as it is kept: hex as a byte that says whether `0x` stood before it (1) or not (0), and then the bytes;
 * any other text as it is.
 */
export function storedTxid(txid: string): Uint8Array | string {
  const prefixed = txid.startsWith('0x')
  const from = prefixed ? 2 : 0
  if (txid.length % 2 === 1 || txid.length === from) return txid
  const bytes = new Uint8Array((txid.length - from) / 2 + 1)
  bytes[0] = prefixed ? 1 : 0
  for (let at = from, i = 1; at < txid.length; at += 2, i++) {
    const high = DIGITS[txid.charCodeAt(at)] ?? 16
    const low = DIGITS[txid.charCodeAt(at + 1)] ?? 16
    if (high === 16 || low === 16) return txid
    bytes[i] = high * 16 + low
  }
  return bytes
}

/** The transaction id that {@link storedTxid} was given. */
export function txidOf(stored: unknown): string {
  if (!(stored instanceof Uint8Array)) return String(stored)
  const hex = Buffer.from(stored.buffer, stored.byteOffset + 1, stored.byteLength - 1).toString('hex')
  return stored[0] === 1 ? `0x${hex}` : hex
}

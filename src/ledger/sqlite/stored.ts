/** SQLite keeps what fits a number as INTEGER, wider amounts as TEXT. */
export function storedAmount(amount: bigint): number | string {
  return amount <= Number.MAX_SAFE_INTEGER ? Number(amount) : String(amount)
}

/** Hex of whole bytes, with or without `0x`. */
const HEX = /^(?:0x)?(?:[0-9a-f]{2})+$/

/**
 * A transaction id as it is kept: hex as a byte that says whether `0x` stood before it (1) or not (0), and then the bytes;
 * any other text as it is.
 */
export function storedTxid(txid: string): Uint8Array | string {
  if (!HEX.test(txid)) return txid
  const prefixed = txid.charCodeAt(1) === 0x78
  const bytes = Buffer.allocUnsafe(prefixed ? txid.length / 2 : txid.length / 2 + 1)
  bytes[0] = prefixed ? 1 : 0
  bytes.write(prefixed ? txid.slice(2) : txid, 1, 'hex')
  return bytes
}

/** The transaction id that {@link storedTxid} was given. */
export function txidOf(stored: unknown): string {
  if (!(stored instanceof Uint8Array)) return String(stored)
  const hex = Buffer.from(stored.buffer, stored.byteOffset + 1, stored.byteLength - 1).toString('hex')
  return stored[0] === 1 ? `0x${hex}` : hex
}

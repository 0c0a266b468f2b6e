/**
 * Bitcoin Core's compressed numbers, amounts and scripts, as undo data has them (src/serialize.h, `VarInt`; src/compressor.h
 * and src/compressor.cpp). The forms are on disk only: no other program writes them.
 * @module
 */

/** Field prime of secp256k1 (SEC 2, 2.4.1); the curve is y^2 = x^3 + 7. */
const P = 2n ** 256n - 2n ** 32n - 977n

/**
 * Base 128, most significant digit first, every digit but the last marked and one too low; the bytes end before `end`.
 * Returns the number (a bigint from 2^53) and where it ends; undefined where it is cut off or wider than 64 bits.
 */
export function readVarInt(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly value: number | bigint; readonly end: number } | undefined {
  let value = 0
  let at = start
  // Seven digits stay below 2^50.
  for (; at < end && at < start + 7; at++) {
    const byte = bytes[at]!
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, end: at + 1 }
    value++
  }
  let wide = BigInt(value)
  for (; at < end && wide < 2n ** 57n; at++) {
    const byte = bytes[at]!
    wide = wide * 128n + BigInt(byte & 0x7f)
    if (byte < 0x80) return { value: wide < 2n ** 53n ? Number(wide) : wide, end: at + 1 }
    wide++
  }
  return undefined
}

/** Sats from their compressed form (`DecompressAmount`); NaN where they would be 2^53 or more. */
export function decompressAmount(compressed: number | bigint): number {
  if (typeof compressed === 'bigint' || compressed >= 2 ** 49) {
    const sats = decompressWide(BigInt(compressed))
    return sats < 2n ** 53n ? Number(sats) : Number.NaN
  }
  if (compressed === 0) return 0
  const zeros = (compressed - 1) % 10
  const rest = Math.floor((compressed - 1) / 10)
  const digits = zeros < 9 ? Math.floor(rest / 9) * 10 + (rest % 9) + 1 : rest + 1
  const sats = digits * 10 ** zeros
  // Above 2^53 the product is not exact, but not below it either.
  return sats < 2 ** 53 ? sats : Number.NaN
}

function decompressWide(compressed: bigint): bigint {
  const zeros = (compressed - 1n) % 10n
  const rest = (compressed - 1n) / 10n
  const digits = zeros < 9n ? (rest / 9n) * 10n + (rest % 9n) + 1n : rest + 1n
  return digits * 10n ** zeros
}

/** Bytes that a special script (kind 0 to 5) takes: a hash, or the x of a key. */
export function specialBytes(kind: number): number {
  return kind < 2 ? 20 : 32
}

/**
 * Writes the script of a kind to `out` at `to`: 0 pays to the key hash, 1 to the script hash, 2 and 3 to a compressed key, 4
 * and 5 to a key whose y is even or odd. Returns its length; 0 where x is on no point of the curve.
 */
export function decompressScript(
  kind: number,
  bytes: Uint8Array,
  at: number,
  out: Uint8Array,
  to: number,
): number {
  const payload = bytes.subarray(at, at + specialBytes(kind))
  if (kind === 0) {
    out.set([0x76, 0xa9, 20], to)
    out.set(payload, to + 3)
    out.set([0x88, 0xac], to + 23)
    return 25
  }
  if (kind === 1) {
    out.set([0xa9, 20], to)
    out.set(payload, to + 2)
    out[to + 22] = 0x87
    return 23
  }
  if (kind < 4) {
    out.set([33, kind], to)
    out.set(payload, to + 2)
    out[to + 34] = 0xac
    return 35
  }
  const y = yOf(BigInt(`0x${Buffer.from(payload).toString('hex')}`), kind === 5)
  if (y === undefined) return 0
  out.set([65, 4], to)
  out.set(payload, to + 2)
  out.set(Buffer.from(y.toString(16).padStart(64, '0'), 'hex'), to + 34)
  out[to + 66] = 0xac
  return 67
}

/** The y of a point by its x (SEC 1, 2.3.4): P is 3 modulo 4, so a root is the power (P + 1) / 4. Cost: some 0.1 ms. */
function yOf(x: bigint, odd: boolean): bigint | undefined {
  if (x >= P) return undefined
  const square = (x * x * x + 7n) % P
  let y = 1n
  for (let bit = 255n; bit >= 0n; bit--) {
    y = (y * y) % P
    if ((((P + 1n) / 4n) >> bit) & 1n) y = (y * square) % P
  }
  if ((y * y) % P !== square) return undefined
  return (y & 1n) === (odd ? 1n : 0n) ? y : P - y
}

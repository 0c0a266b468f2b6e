/**
 * Undo data as a node writes it: the reverse of `decodeUndo`, for tests. Follows Bitcoin Core's `CompressAmount` and
 * `CompressScript` (src/compressor.cpp).
 * @module
 */
import { compactSize, concat } from './madeBlocks.test-suite.ts'

export interface Spent {
  readonly sats: number
  readonly script: Uint8Array
}

export function encodeUndo(
  transactions: readonly (readonly (Spent & { readonly code: number })[])[],
): Uint8Array {
  const inputs = transactions.map((spents) =>
    concat([
      compactSize(spents.length),
      ...spents.map(({ sats, script, code }) =>
        concat([
          varInt(BigInt(code)),
          code > 1 ? Uint8Array.of(0) : new Uint8Array(0),
          varInt(compressAmount(BigInt(sats))),
          compressScript(script),
        ]),
      ),
    ]),
  )
  return concat([compactSize(transactions.length), ...inputs])
}

function varInt(value: bigint): Uint8Array {
  const digits = [Number(value & 127n)]
  for (let rest = (value >> 7n) - 1n; rest >= 0n; rest = (rest >> 7n) - 1n)
    digits.push(Number(rest & 127n) | 128)
  return Uint8Array.from(digits.reverse())
}

function compressAmount(sats: bigint): bigint {
  if (sats === 0n) return 0n
  let zeros = 0n
  let rest = sats
  for (; rest % 10n === 0n && zeros < 9n; zeros++) rest /= 10n
  if (zeros === 9n) return 1n + (rest - 1n) * 10n + 9n
  return 1n + ((rest / 10n) * 9n + (rest % 10n) - 1n) * 10n + zeros
}

function compressScript(script: Uint8Array): Uint8Array {
  const n = script.length
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => script[i] === byte)
  if (n === 25 && starts(0x76, 0xa9, 20) && script[23] === 0x88 && script[24] === 0xac) {
    return concat([Uint8Array.of(0), script.subarray(3, 23)])
  }
  if (n === 23 && starts(0xa9, 20) && script[22] === 0x87)
    return concat([Uint8Array.of(1), script.subarray(2, 22)])
  if (n === 35 && (starts(33, 2) || starts(33, 3)) && script[34] === 0xac) return script.subarray(1, 34)
  if (n === 67 && starts(65, 4) && script[66] === 0xac) {
    return concat([Uint8Array.of(4 + (script[65]! & 1)), script.subarray(2, 34)])
  }
  return concat([varInt(BigInt(n + 6)), script])
}

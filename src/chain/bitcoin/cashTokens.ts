/**
 * Bitcoin Cash outputs that carry tokens have them before the script, in the script's own field (CHIP-2022-02-CashTokens,
 * "Token Encoding"). Who is paid is said by what follows; the tokens themselves are not read.
 * @module
 */
import type { BlockColumns, SpentOutputs } from './block.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'

const PREFIX = 0xef
/** Prefix, category, bitfield. */
const LEAST = 1 + 32 + 1
const RESERVED = 0x80
const HAS_COMMITMENT = 0x40
const HAS_NFT = 0x20
const HAS_AMOUNT = 0x10

/** Moves the scripts of a decoded block past their tokens. What is no valid prefix is left as the script it then is. */
export function skipTokens(columns: BlockColumns): void {
  const { bytes, transactions, outputStarts, outputScripts, outputScriptLengths } = columns
  for (let o = 0; o < outputStarts[transactions]!; o++) {
    const at = outputScripts[o]!
    if (bytes[at] !== PREFIX) continue
    const tokens = tokenBytes(bytes, at, outputScriptLengths[o]!)
    outputScripts[o] = at + tokens
    outputScriptLengths[o]! -= tokens
  }
}

/** The same for spent outputs, whose scripts move together. */
export function skipSpentTokens(spent: SpentOutputs): void {
  const { n, scriptStarts, scripts } = spent
  let to = 0
  for (let i = 0, start = 0; i < n; i++) {
    const end = scriptStarts[i + 1]!
    const tokens = scripts[start] === PREFIX ? tokenBytes(scripts, start, end - start) : 0
    scripts.copyWithin(to, start + tokens, end)
    to += end - start - tokens
    scriptStarts[i + 1] = to
    start = end
  }
}

/** Length of the token prefix of a script field; 0 where it has none that is valid. */
function tokenBytes(bytes: Uint8Array, start: number, length: number): number {
  if (length < LEAST) return 0
  const field = bytes[start + LEAST - 1]!
  const capability = field & 0x0f
  const nft = (field & HAS_NFT) !== 0
  if ((field & RESERVED) !== 0 || (field & (HAS_NFT | HAS_AMOUNT)) === 0 || capability > 2) return 0
  if (!nft && (capability !== 0 || (field & HAS_COMMITMENT) !== 0)) return 0
  const end = start + length
  let at = start + LEAST
  for (const [flag, content] of [
    [HAS_COMMITMENT, true],
    [HAS_AMOUNT, false],
  ] as const) {
    if ((field & flag) === 0) continue
    const first = bytes[at]!
    const count = first < 0xfd ? first : wideCompactSize(bytes, at)
    at += compactSizeLength(count) + (content ? count : 0)
    if (!(count > 0 && at <= end)) return 0
  }
  return at - start
}

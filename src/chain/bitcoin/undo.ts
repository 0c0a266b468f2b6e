/**
 * Undo data of a block: what its inputs spent, as a node keeps it to take the block back (Bitcoin Core, `CBlockUndo` in
 * src/undo.h). Litecoin's and Bitcoin Cash's are the same; what Litecoin adds for MWEB follows and is left unread.
 * @module
 */
import type { BlockColumns, SpentOutputs } from './block.ts'
import { BlockError, type BlockPlace } from './blockError.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'
import { decompressAmount, decompressScript, readVarInt, specialBytes } from './compressed.ts'

/** Kinds of script with a form of their own; any other has 6 more than its length before it. */
const SPECIAL_KINDS = 6
/** The longest script made of a special kind: a key of 65 bytes, its length, OP_CHECKSIG. */
const MAX_SPECIAL = 67

/** Spent outputs that grow with the blocks they are given. */
export function spentOutputs(): SpentOutputs {
  return {
    n: 0,
    sats: new Float64Array(0),
    scriptStarts: new Uint32Array(1),
    scripts: new Uint8Array(0),
  }
}

/**
 * Reads undo data in `[start, end)` of `bytes` for a decoded block: an output for every input but the coinbase's.
 * Where the outputs were made (their heights) is skipped.
 *
 * @throws {BlockError} where it is cut off, or has other counts than the block: it is then another block's
 */
export function decodeUndo(
  spent: SpentOutputs,
  { transactions, inputStarts }: BlockColumns,
  bytes: Uint8Array,
  start: number,
  end: number,
  place: BlockPlace,
): void {
  const fail = (reason: string): BlockError => new BlockError(place, at - start, `undo data: ${reason}`)
  let at = start
  const said = (count: number): string => (count < 2 ** 53 ? `${count}` : 'more than 2^53')
  const count = (expected: number, what: string): void => {
    const first = bytes[at]!
    const stated = first < 0xfd ? first : wideCompactSize(bytes, at)
    if (at >= end || stated !== expected)
      throw fail(`${said(stated)} ${what} where the block has ${expected}`)
    at += compactSizeLength(stated)
  }
  const number = (what: string): number | bigint => {
    const read = readVarInt(bytes, at, end)
    if (read === undefined) throw fail(`${what} is cut off`)
    at = read.end
    return read.value
  }
  const first = inputStarts[1]!
  const n = inputStarts[transactions]! - first
  reserve(spent, n, 2 * (end - start) + MAX_SPECIAL)
  const { sats, scriptStarts, scripts } = spent
  spent.n = 0
  let to = 0
  count(transactions - 1, 'transactions')
  for (let t = 1; t < transactions; t++) {
    count(inputStarts[t + 1]! - inputStarts[t]!, 'inputs')
    for (let i = inputStarts[t]!; i < inputStarts[t + 1]!; i++) {
      // Twice the height, and 1 for a coinbase. Where it is not 0 the version once stood; now a 0.
      if (number('a height') > 1) number('a version')
      const amount = decompressAmount(number('an amount'))
      if (Number.isNaN(amount)) throw fail('an amount of 2^53 or more')
      sats[i - first] = amount
      scriptStarts[i - first] = to
      const kind = number('a script')
      const length = kind < SPECIAL_KINDS ? specialBytes(Number(kind)) : Number(kind) - SPECIAL_KINDS
      if (length > end - at)
        throw fail(`${end - at} bytes are left, too few for ${said(length)} bytes of script`)
      if (kind < SPECIAL_KINDS) {
        const made = decompressScript(Number(kind), bytes, at, scripts, to)
        if (made === 0) throw fail('a key that is not on the curve')
        to += made
      } else {
        scripts.set(bytes.subarray(at, at + length), to)
        to += length
      }
      at += length
    }
  }
  scriptStarts[n] = to
  spent.n = n
}

/** No script is more than twice as long as its spent output in undo data: see {@link MAX_SPECIAL}. */
function reserve(spent: SpentOutputs, n: number, scriptBytes: number): void {
  if (spent.sats.length < n) {
    spent.sats = new Float64Array(2 * n)
    spent.scriptStarts = new Uint32Array(2 * n + 1)
  }
  if (spent.scripts.length < scriptBytes) spent.scripts = new Uint8Array(2 * scriptBytes)
}

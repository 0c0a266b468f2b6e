/**
 * What an output script says: whom it pays, as the index of a whole chain names holders, and what it writes.
 * @module
 */
import { fromScript } from '../../../address/index.ts'
import { BITCOIN_CASH, type ChainId, type HolderId, holderOf } from '../../../units/caip.ts'
import { skipSpentTokens } from '../cashTokens.ts'

const OP_RETURN = 0x6a
const OP_PUSHDATA1 = 0x4c
const OP_PUSHDATA4 = 0x4e
/** First byte of the tokens before a script (CHIP-2022-02-CashTokens). */
const TOKENS = 0xef
/** Longest script that can be run (Bitcoin Core, `MAX_SCRIPT_SIZE`, src/script/script.h). */
const MAX_SCRIPT = 10_000

/** Null for a script without address. On Bitcoin Cash the tokens before the script are skipped. */
export function holderOfScript(script: Uint8Array, chain: ChainId): HolderId | null {
  const address = fromScript(chain === BITCOIN_CASH ? withoutTokens(script) : script, chain)
  return address === null ? null : holderOf(chain, address)
}

function withoutTokens(script: Uint8Array): Uint8Array {
  if (script[0] !== TOKENS) return script
  const spent = { n: 1, sats: new Float64Array(1), scriptStarts: Uint32Array.of(0, script.length) }
  const scripts = Uint8Array.from(script)
  skipSpentTokens({ ...spent, scripts })
  return scripts.subarray(0, spent.scriptStarts[1])
}

/** Whether no input can ever spend it (Bitcoin Core, `CScript::IsUnspendable`). */
export function isUnspendable(script: Uint8Array): boolean {
  return script[0] === OP_RETURN || script.length > MAX_SCRIPT
}

/** What OP_RETURN is followed by, its pushes joined; null for other scripts. */
export function memoOf(script: Uint8Array): Uint8Array | null {
  return script[0] === OP_RETURN ? Buffer.concat(pushesOf(script.subarray(1)).pushes) : null
}

/** The data that a script pushes, up to its first other opcode or to its end; `whole` where there is none. */
export function pushesOf(script: Uint8Array): { readonly pushes: Uint8Array[]; readonly whole: boolean } {
  const pushes: Uint8Array[] = []
  for (let at = 0; at < script.length; ) {
    const code = script[at]!
    if (code > OP_PUSHDATA4) return { pushes, whole: false }
    // OP_PUSHDATA1, 2 and 4 have the length in so many bytes after them, least significant first.
    const width = code < OP_PUSHDATA1 ? 0 : 1 << (code - OP_PUSHDATA1)
    let length = width === 0 ? code : 0
    for (let i = width; i > 0; i--) length = length * 256 + (script[at + i] ?? 0)
    at += 1 + width
    if (length > script.length - at) return { pushes, whole: false }
    pushes.push(script.subarray(at, at + length))
    at += length
  }
  return { pushes, whole: true }
}

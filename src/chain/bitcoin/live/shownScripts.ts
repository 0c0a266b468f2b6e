/**
 * What an input shows of the output it spends: a key or script whose hash that output must have. A transaction's id
 * covers scriptSig, so that a source cannot make up who paid where the input shows it. Taproot, bare keys and bare multisig
 * show nothing of the kind.
 *
 * Sources: P2PKH and P2SH as in Bitcoin Core's `Solver` (src/script/solver.cpp) and BIP-16; P2WPKH and P2WSH in BIP-141.
 * @module
 */
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { RawInput } from './rawTransaction.ts'
import { pushesOf } from './scripts.ts'

/** RIPEMD-160 of SHA-256: what P2PKH, P2SH and P2WPKH pay to. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes))
}

/** Output scripts that an input may spend, going by what it shows. Some may be wrong; of these kinds one is right. */
export function shownScripts({ script, witness }: Pick<RawInput, 'script' | 'witness'>): Uint8Array[] {
  const scripts: Uint8Array[] = []
  const { pushes, whole } = pushesOf(script)
  const shown = pushes.at(-1)
  if (whole && shown !== undefined) {
    const hash = hash160(shown)
    scripts.push(Uint8Array.of(0xa9, 20, ...hash, 0x87))
    if (pushes.length > 1) scripts.push(Uint8Array.of(0x76, 0xa9, 20, ...hash, 0x88, 0xac))
  }
  const last = witness.at(-1)
  if (last !== undefined && script.length === 0) {
    const hash = sha256(last)
    scripts.push(Uint8Array.of(0, 32, ...hash))
    if (witness.length === 2) scripts.push(Uint8Array.of(0, 20, ...ripemd160(hash)))
  }
  return scripts
}

/**
 * Whether an input cannot spend an output of this script. False where it does not show enough: before witnesses were
 * rules (block 481,824) their outputs could be spent without one, and very old inputs compute what they show. A witness
 * spends a witness program alone, with nothing in scriptSig, or P2SH (BIP-141, "Witness program").
 */
export function contradicts(input: Pick<RawInput, 'script' | 'witness'>, script: Uint8Array): boolean {
  const n = script.length
  const byKey = n === 25 && script[0] === 0x76 && script[1] === 0xa9 && script[24] === 0xac
  const byScript = n === 23 && script[0] === 0xa9 && script[22] === 0x87
  if (input.witness.length > 0 && !byScript) {
    const isProgram = n >= 4 && n <= 42 && script[1] === n - 2 && input.script.length === 0
    if (!isProgram || (script[0] !== 0 && (script[0]! < 0x51 || script[0]! > 0x60))) return true
  }
  const byWitness = script[0] === 0 && (n === 22 || n === 34) && input.witness.length > 0
  const shows = byWitness || ((byKey || byScript) && pushesOf(input.script).whole)
  return shows && !shownScripts(input).some((shown) => Buffer.compare(shown, script) === 0)
}

/**
 * Whether a transaction is one that is looked for.
 * @module
 */
import type { ChainId } from '../../../units/caip.ts'
import type { Interest } from '../../source.ts'
import type { RawInput, RawOutput, RawTransaction } from './rawTransaction.ts'
import { holderOfScript } from './scripts.ts'
import { shownScripts } from './shownScripts.ts'

/** A transaction in a block or a mempool. */
export interface Found {
  readonly raw: RawTransaction
  /** Place in the block; undefined while unconfirmed. */
  readonly index?: number
  /** One an input, null where it is not known; undefined where nothing was asked yet. */
  readonly prevouts?: readonly (RawOutput | null)[]
}

/**
 * Without prevouts, payers are told by what inputs show, so that some transactions pass that turn out not to be wanted
 * once their prevouts are known. With them the answer is final.
 */
export function isWanted({ raw, prevouts }: Found, interest: Interest, chain: ChainId): boolean {
  if (!raw.isCoinbase && raw.inputs.some(({ txid, n }) => interest.spends(txid, n))) return true
  if (interest.lotsOnly === true) return false
  const touches = (script: Uint8Array): boolean => {
    const holder = holderOfScript(script, chain)
    return holder !== null && interest.touches(holder)
  }
  if (raw.outputs.some(({ script }) => touches(script))) return true
  const payers = (input: RawInput, i: number): readonly Uint8Array[] => {
    const prevout = prevouts?.[i] ?? null
    return prevout === null ? shownScripts(input) : [prevout.script]
  }
  return !raw.isCoinbase && raw.inputs.some((input, i) => payers(input, i).some(touches))
}

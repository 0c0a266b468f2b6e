/**
 * What clustering reads: transactions of a UTXO chain as columns, in chain order. A case's ledger and a whole-chain
 * store both give them; the rules know neither.
 * @module
 */
import type { AddressForm } from '../address/index.ts'

/**
 * Kinds of output script, by number. `unknown`: the source does not say; `none`: a script without address; `data`:
 * OP_RETURN, or what a ledger of addresses shows of it (no address and no value).
 */
export const SCRIPT_KINDS = [
  'unknown',
  'none',
  'data',
  'multisig',
  'p2pk',
  'p2pkh',
  'p2sh',
  'p2wpkh',
  'p2wsh',
  'p2tr',
  'witness',
] as const
export type ScriptKind = (typeof SCRIPT_KINDS)[number]

/** Number of a kind. */
export function scriptKind(kind: ScriptKind): number {
  return SCRIPT_KINDS.indexOf(kind)
}

/** Number of the kind of script that an address stands for. */
export function kindOfForm(form: AddressForm): number {
  const name = form === 'p2sh32' ? 'p2sh' : form
  return Math.max(0, (SCRIPT_KINDS as readonly string[]).indexOf(name))
}

/** Fields of transactions that only a decoder of blocks knows. */
export interface WalletMarks {
  /** u32[n], to be compared only: a chain store keeps the lowest six bits. */
  readonly version: Uint32Array
  /** u32[n] above 0 where there is one: a chain store says no more. */
  readonly locktime: Uint32Array
  /** u8[n] 1 where an input's sequence signals replacement (BIP-125: below 0xfffffffe). */
  readonly replaceable: Uint8Array
  /** u32[n] virtual bytes (BIP-141). */
  readonly virtualBytes: Uint32Array
}

/**
 * Transactions in chain order, CSR: inputs of row t are `inputStarts[t] .. inputStarts[t + 1]`. Addresses are numbers of
 * the source's dictionary, dense from 0. A coinbase has no inputs.
 */
export interface ClusterColumns {
  readonly n: number
  /** u32[n] the source's own number of each transaction. */
  readonly txs: Uint32Array
  /** u32[n + 1] */
  readonly inputStarts: Uint32Array
  /** u32[m] NONE where the prevout is not known, or its script has no address. */
  readonly inputAddress: Uint32Array
  /** f64[m] sats, NaN where unknown. */
  readonly inputSats: Float64Array
  /** u8[m] see {@link SCRIPT_KINDS} */
  readonly inputKind: Uint8Array
  /** u32[n + 1] */
  readonly outputStarts: Uint32Array
  readonly outputAddress: Uint32Array
  readonly outputSats: Float64Array
  readonly outputKind: Uint8Array
  /** Null where the source does not state them: then no sign is drawn from them. */
  readonly marks: WalletMarks | null
}

/** Which rows of the same columns made and spend what: NONE where outside of them, unspent or unknown. */
export interface SpendLinks {
  /** u32[inputs] row that made the output spent. */
  readonly inputMaker: Uint32Array
  /** u32[outputs] row that spends it. */
  readonly outputSpender: Uint32Array
}

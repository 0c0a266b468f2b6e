/**
 * A transaction before it has a block: addresses and assets by number.
 * @module
 */
import type { Transfer } from '../chain/transaction.ts'

/** Absent address: issuance where it pays, a fee where it is paid. */
export const NOBODY = -1

/** One transfer of an account transaction. */
export interface Leg {
  readonly from: number
  readonly to: number
  readonly asset: number
  readonly amount: bigint
  readonly kind: Transfer['kind']
}

export interface Pay {
  readonly to: number
  readonly amount: bigint
}

/** An unspent output. */
export interface Utxo extends Pay {
  readonly txid: string
  readonly n: number
}

/** What an innocent or a thief was doing, for measuring errors; it is never in the ledger. */
export const ACTIVITIES = [
  'issue',
  'payment',
  'deposit',
  'gas',
  'sweep',
  'withdrawal',
  'swap',
  'mixer-deposit',
  'mixer-withdrawal',
  'bridge',
  'coinjoin',
  'consolidation',
  'theft',
  'laundering',
  'poisoning',
] as const
export type Activity = (typeof ACTIVITIES)[number]

export interface Draft {
  readonly txid: string
  /** Unix seconds. */
  readonly time: number
  readonly activity: Activity
  readonly legs: readonly Leg[]
  readonly inputs: readonly Utxo[]
  readonly outputs: readonly Pay[]
  /** UTXO: a service's address whose coins pay for this when its time comes, change last; NOBODY where `inputs` are final. */
  readonly payer: number
  /** UTXO: which output is change. */
  readonly change: number | null
}

/** A draft of an account chain. */
export function accountDraft(txid: string, time: number, activity: Activity, legs: readonly Leg[]): Draft {
  return { txid, time, activity, legs, inputs: [], outputs: [], payer: NOBODY, change: null }
}

/** Gas of the three shapes of transaction. 21,000 is G_transaction of Ethereum's Yellow Paper; the others are typical. */
export const GAS = { native: 21_000n, token: 65_000n, swap: 150_000n } as const

/** Fee in wei at 5 to 80 gwei for each unit of gas, a choice. `spice` is any u32. */
export function gasFee(gas: bigint, spice: number): bigint {
  return gas * (5_000_000_000n + (BigInt(spice) * 75_000_000_000n) / 0x100000000n)
}

/** Virtual bytes of a P2WPKH transaction: 11 + 68 an input + 31 an output, rounded up (BIP-141 weights). */
export function virtualBytes(inputs: number, outputs: number): bigint {
  return BigInt(11 + 68 * inputs + 31 * outputs)
}

/** Satoshis at or below which a P2WPKH output is not relayed: Bitcoin Core's GetDustThreshold at 3 sat/vB. */
export const DUST_SATS = 294n

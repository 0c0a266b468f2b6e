/**
 * What every reader yields: one atomic movement on one chain, with every amount an integer of base units.
 * Account chains fill `transfers`; UTXO chains fill `inputs` and `outputs`.
 * @module
 */
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

/** One credit of one account, drawn from another (or from nowhere). */
export interface Transfer {
  /** Payer; null for issuance (coinbase, mint). */
  readonly from: HolderId | null
  /** Payee; null for a fee that the ledger does not follow, or a burn. */
  readonly to: HolderId | null
  readonly asset: AssetId
  /** Base units, >= 0n. */
  readonly amount: bigint
  readonly kind: 'native' | 'internal' | 'token' | 'fee'
  /** Place within the transaction (trace or log index), where the source says it. */
  readonly position?: number
}

/** An output of an earlier transaction, spent here. Holder and amount are absent where the source did not give the prevout. */
export interface Input {
  readonly txid: string
  /** Output number of the prevout. */
  readonly n: number
  readonly holder?: HolderId
  readonly amount?: bigint
}

/** An output, the lot of a UTXO chain. Holder null where the script has no address (OP_RETURN, non-standard). */
export interface Output {
  readonly holder: HolderId | null
  /** Base units of the chain's native asset, >= 0n. */
  readonly amount: bigint
}

/** One transaction. At least one of `height` and `time` is known. */
export interface Transaction {
  readonly chain: ChainId
  /** Lower-case hex as explorers print it; `0x` kept on EVM chains. */
  readonly txid: string
  readonly height?: number
  /** Place in the block. */
  readonly index?: number
  /** Unix seconds. */
  readonly time?: number
  readonly transfers: readonly Transfer[]
  readonly inputs: readonly Input[]
  readonly outputs: readonly Output[]
}

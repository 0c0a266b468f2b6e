/**
 * What a trace may know beyond the ledger's transactions, and what it would need to know more: the two sides of the
 * seam to live sources. Without live sources the first is {@link NOTHING_BEYOND} and nobody asks for the second.
 * @module
 */
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import type { FlowSource } from './flow.ts'

/** The word of live sources, as of their last answer. */
export interface Beyond {
  /** u8: 1 where a source said that nothing spends the output. */
  unspent(lotTx: Uint32Array, lotN: Uint32Array): Uint8Array
  /** u8: 1 where the ledger calls a holder whole by the word of sources that is taken back, or not all there yet. */
  doubted(holders: Uint32Array): Uint8Array
  /** f64: transactions that a source counts for each holder; NaN where none was asked. */
  counts(holders: Uint32Array): Float64Array
  /** Crossings that begin in these transactions: by identifier, by an analyst's word, or by one candidate that is clearly first. */
  crossings(txs: Uint32Array): readonly Crossing[]
  /** Money that these transactions themselves say leaves for another chain, where no crossing is known of it. */
  departures(txs: Uint32Array): readonly OpenDeparture[]
  /** Live sources, for the flow's coverage. */
  sources(): readonly FlowSource[]
  /** Sentences for the coverage: what no source could see, as of when unspent is unspent. */
  notes(): readonly string[]
}

/** Money that leaves one chain and arrives on another, both transactions known to the ledger. */
export interface Crossing {
  readonly from: {
    readonly chain: ChainId
    readonly txid: string
    readonly holder: HolderId | null
    readonly asset: AssetId | null
    readonly amount: bigint | null
  }
  readonly to: {
    readonly chain: ChainId
    readonly txid: string
    readonly holder: HolderId
    readonly asset: AssetId
    readonly amount: bigint
  }
  readonly protocol: string
  /**
   * `identifier`: both sides carry the protocol's id; `analyst`: a person chose it among candidates; `candidate`: amount
   * and time fit it alone.
   */
  readonly how: 'identifier' | 'analyst' | 'candidate'
  /** 0..100. */
  readonly confidence: number
  /** One sentence: what says so. */
  readonly evidence: string
}

/** Money that leaves for another chain; its other side is not known, or is in question. */
export interface OpenDeparture {
  readonly from: Crossing['from']
  readonly protocol: string
  /** Where it is bound for, and who is to have it there; null where the transaction does not say. */
  readonly toChain: ChainId | null
  readonly toHolder: HolderId | null
  /** False where a memo says so, which anybody can write: such money is followed on where it goes on. */
  readonly byContract: boolean
  /** The question that waits for an analyst; null where nothing was found to ask about. */
  readonly question: number | null
}

/** Where following would go on if more were known. Earliest first. */
export interface Frontier {
  /** Tainted outputs, not stopped at, of which the ledger knows no spender. */
  readonly lots: readonly OpenLot[]
  /** Account holders that taint reached and that are not stopped at, each once, whether or not they are known whole. */
  readonly holders: readonly OpenHolder[]
  /** Transactions through which tainted money went, or where it ended, that may cross to another chain. */
  readonly transactions: readonly { readonly chain: ChainId; readonly txid: string }[]
}

export interface OpenLot {
  readonly chain: ChainId
  readonly txid: string
  readonly n: number
  /** null for a script without address. */
  readonly holder: HolderId | null
  /** Tainted base units. */
  readonly amount: bigint
  readonly height: number | null
  readonly time: number | null
}

export interface OpenHolder {
  readonly holder: HolderId
  /** When taint first came. */
  readonly height: number | null
  readonly time: number | null
}

export const NOTHING_BEYOND: Beyond = {
  unspent: (lotTx) => new Uint8Array(lotTx.length),
  doubted: (holders) => new Uint8Array(holders.length),
  counts: (holders) => new Float64Array(holders.length).fill(Number.NaN),
  crossings: () => [],
  departures: () => [],
  sources: () => [],
  notes: () => [],
}

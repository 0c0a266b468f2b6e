/**
 * What a transaction itself says about money that crosses to another chain: a memo, or the log of a bridge's contract.
 * @module
 */
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

/** One statement. Both sides of a crossing carry the same `protocol` and `id`. */
export interface CrossLink {
  /** Lower-case name of the protocol: `thorchain`, `cctp`, `across`. */
  readonly protocol: string
  /** `out`: money leaves this chain here; `in`: it arrives here. */
  readonly side: 'out' | 'in'
  /** The protocol's own identifier of the crossing. Untrusted text of at most 200 characters. */
  readonly id: string
  /** Who pays (out) or is paid (in) on this chain; null where it does not say. */
  readonly holder: HolderId | null
  readonly asset: AssetId | null
  /** Base units; null where it does not say. */
  readonly amount: bigint | null
  /** Out: the chain it is bound for, and who is to have it there; in: the chain it comes from. null where it does not say. */
  readonly otherChain: ChainId | null
  readonly otherHolder: HolderId | null
  /** Contract that says so; null for a memo. A log can be written by anybody: who reads a link judges its contract. */
  readonly contract: HolderId | null
}

/**
 * Links with their places, several statements of one fact made one.
 * @module
 */

import { isKnownContract } from '../chain/crossing/index.ts'
import type { CrossLink } from '../chain/crossLink.ts'
import type { ChainId, HolderId } from '../units/caip.ts'

/** A link and the transaction that makes it. */
export interface PlacedLink extends CrossLink {
  readonly chain: ChainId
  readonly txid: string
  readonly height: number | null
  /** Unix seconds. */
  readonly time: number | null
}

/** Who says so: a contract that the protocol names as its own, or that the user does, a memo, or a contract that anybody may have made. */
export type Witness = 'contract' | 'trusted' | 'memo' | 'stranger'

/** Whether the user vouches that a contract is the protocol's. */
export type Trusts = (protocol: string, contract: HolderId) => boolean

export const NOBODY: Trusts = () => false

export function witnessOf({ protocol, contract }: CrossLink, trusts: Trusts): Witness {
  if (contract === null) return 'memo'
  if (isKnownContract(protocol, contract)) return 'contract'
  return trusts(protocol, contract) ? 'trusted' : 'stranger'
}

export function isContract(witness: Witness): boolean {
  return witness === 'contract' || witness === 'trusted'
}

const FACTS = ['holder', 'asset', 'amount', 'otherChain', 'otherHolder', 'contract'] as const

/**
 * Leaves out what another link of the same transaction says too, and says more exactly: two sources may read one
 * transaction, and one of them sees less. Equal links stay: there are as many as the transaction has.
 */
export function withoutVaguer(links: readonly PlacedLink[]): PlacedLink[] {
  return links.filter((vague) => !links.some((exact) => saysMore(exact, vague)))
}

function saysMore(exact: PlacedLink, vague: PlacedLink): boolean {
  if (exact.chain !== vague.chain || exact.txid !== vague.txid || exact.side !== vague.side) return false
  return (
    FACTS.every((fact) => vague[fact] === null || vague[fact] === exact[fact]) &&
    FACTS.some((fact) => vague[fact] === null && exact[fact] !== null)
  )
}

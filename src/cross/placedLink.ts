/**
 * Links with their places, several statements of one fact made one.
 * @module
 */

import { isKnownContract } from '../chain/crossing/index.ts'
import type { CrossLink } from '../chain/crossLink.ts'
import type { ChainId } from '../units/caip.ts'

/** A link and the transaction that makes it. */
export interface PlacedLink extends CrossLink {
  readonly chain: ChainId
  readonly txid: string
  readonly height: number | null
  /** Unix seconds. */
  readonly time: number | null
}

/** Who says so: a contract that the protocol names as its own, a memo, or a contract that anybody may have made. */
export type Witness = 'contract' | 'memo' | 'stranger'

export function witnessOf({ protocol, contract }: CrossLink): Witness {
  if (contract === null) return 'memo'
  return isKnownContract(protocol, contract) ? 'contract' : 'stranger'
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

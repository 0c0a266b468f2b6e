/**
 * Who deals with whom in one transaction: parties among whom money moves are in one circle.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { nodeOf } from './conversion.ts'

export interface Transfer {
  readonly movement: number
  /** As the ledger has them. */
  readonly payer: number
  readonly payee: number
  /** The same, but NONE for the zero address. */
  readonly from: number
  readonly to: number
  readonly asset: number
  readonly amount: bigint
  /** A coin that the transaction itself pays, not a contract in it; sources without internal transfers say so of any. */
  readonly outer: boolean
}

/**
 * Circles as a function from a party ({@link nodeOf}) to one that stands for all of its circle.
 * @param without A holder whose own transfers tie nobody together; null for none.
 * @param contractOf The contract of a token as a holder; NONE where there is none, or the ledger has not met it.
 */
export function circlesWithout(
  without: number | null,
  transfers: readonly Transfer[],
  contractOf: (asset: number) => number,
): (party: number) => number {
  const parents = new Map<number, number>()
  const find = (node: number): number => {
    let root = node
    while (parents.get(root) !== undefined) root = parents.get(root)!
    for (let at = node; at !== root; ) {
      const next = parents.get(at)!
      parents.set(at, root)
      at = next
    }
    return root
  }
  const unite = (a: number, b: number): void => {
    const [one, two] = [find(a), find(b)]
    if (one !== two) parents.set(one, two)
  }
  for (const { from, to, asset } of transfers) {
    // Who mints or burns a token is its contract.
    if (from === NONE || to === NONE) {
      const contract = contractOf(asset)
      if (contract !== NONE && contract !== without) unite(nodeOf(NONE, asset), contract)
    }
    if (from !== without && to !== without) unite(nodeOf(from, asset), nodeOf(to, asset))
  }
  return find
}

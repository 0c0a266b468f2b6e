/**
 * The slow twin of unionFind.ts: sets that are merged member by member.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'

/** u32[n] smallest member of each member's set. */
export function slowRoots(
  n: number,
  starts: ArrayLike<number>,
  addresses: ArrayLike<number>,
  refused: ArrayLike<number> | null = null,
): Uint32Array {
  const sets: Set<number>[] = Array.from({ length: n }, (_, i) => new Set([i]))
  for (let t = 0; t + 1 < starts.length; t++) {
    if (refused?.[t]) continue
    const inputs = Array.from({ length: starts[t + 1]! - starts[t]! }, (_, i) => addresses[starts[t]! + i]!)
    const known = inputs.filter((address) => address !== NONE)
    for (const address of known) {
      const union = new Set([...sets[known[0]!]!, ...sets[address]!])
      for (const member of union) sets[member] = union
    }
  }
  return Uint32Array.from(sets, (set) => Math.min(...set))
}

/**
 * The chain with most work among the blocks that are there, and what lies beside it.
 * @module
 */

import { NONE } from './hashIndex.ts'
import { workOf } from './header.ts'
import type { HeaderScan } from './headerScan.ts'

/** Work of a header that has none: chains of such are compared by length, and lose to any that was mined. */
const UNPROVEN = 1n

export interface BestChain {
  /** u32[] rows of the scan, from the first block to the tip. */
  readonly rows: Uint32Array
  /** Height of the first: 0 where it is a genesis block; undefined where blocks before it are missing. */
  readonly firstHeight: number | undefined
  /** u32[] rows that descend from this chain's first block but lost, in scan order. */
  readonly stale: Uint32Array
  /** u32[] rows that descend from another first block, whose ancestors are missing, in scan order. */
  readonly orphans: Uint32Array
}

/**
 * Picks the tip with most work (sum of 2^256 / (target + 1), as Bitcoin Core does); of equals, the one that lies first in the
 * files, where a node writes what it received first. Where genesis is among the blocks only its descendants can win: a later
 * part whose link is missing is orphaned, however long. Work is taken from the headers' own targets; that these are due is not verified. A header
 * without its work counts for one hash.
 * Cost: time and memory linear in the blocks, one bigint each.
 */
export function bestChain(scan: HeaderScan): BestChain {
  const { n, bits, proven, hashes, previous, index } = scan
  const parents = new Uint32Array(n)
  for (let row = 0; row < n; row++) parents[row] = index.find(hashes, previous, 32 * row)
  const works: bigint[] = new Array(n)
  const firsts = new Uint32Array(n).fill(NONE)
  const workOfBits = new Map<number, bigint>()
  const line: number[] = []
  for (let from = 0; from < n; from++) {
    // Up to a block that is done or has no parent here, then down again.
    let row = from
    for (; row !== NONE && firsts[row] === NONE; row = parents[row]!) line.push(row)
    const first = row === NONE ? line.at(-1)! : firsts[row]!
    let work = row === NONE ? 0n : works[row]!
    while (line.length > 0) {
      const each = line.pop()!
      let own = proven[each] === 1 ? workOfBits.get(bits[each]!) : UNPROVEN
      if (own === undefined) {
        own = workOf(bits[each]!)
        workOfBits.set(bits[each]!, own)
      }
      work += own
      works[each] = work
      firsts[each] = first
    }
  }
  const genesis = new Uint8Array(n)
  let anyGenesis = false
  for (let row = 0; row < n; row++) {
    if (parents[row] === NONE && previous.subarray(32 * row, 32 * row + 32).every((byte) => byte === 0)) {
      genesis[row] = 1
      anyGenesis = true
    }
  }
  let tip = NONE
  for (let row = 0; row < n; row++) {
    if (anyGenesis && genesis[firsts[row]!] === 0) continue
    if (tip === NONE || works[row]! > works[tip]!) tip = row
  }
  const onChain = new Uint8Array(n)
  const backward: number[] = []
  for (let row = tip; row !== NONE; row = parents[row]!) {
    backward.push(row)
    onChain[row] = 1
  }
  const first = tip === NONE ? NONE : firsts[tip]!
  const aside = (sameFirst: boolean): Uint32Array =>
    Uint32Array.from({ length: n }, (_, row) => row).filter(
      (row) => onChain[row] === 0 && (firsts[row] === first) === sameFirst,
    )
  return {
    rows: Uint32Array.from(backward.reverse()),
    firstHeight: first !== NONE && genesis[first] === 1 ? 0 : undefined,
    stale: aside(true),
    orphans: aside(false),
  }
}

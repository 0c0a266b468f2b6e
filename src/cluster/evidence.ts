/**
 * Evidence: for every union that merged two clusters, the transaction and the rule that did it. Together they are a
 * spanning forest of the links; each tree is kept rooted, so that the chain between two addresses is a walk up from
 * both. 9 bytes an address.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'

/**
 * How two addresses came to be linked, by number. `inputs`: spent together; `payJoinShape`, `coinJoinShape`: likewise, in a
 * transaction of that shape; the rest: change by that rule. The numbers are in files: `docs/formats/clusters.md`.
 */
export const LINK_RULES = [
  'inputs',
  'peelingChain',
  'powerOfTen',
  'optimalChange',
  'addressType',
  'locktime',
  'addressReuse',
  'freshAddress',
  'fixedFee',
  'fingerprint',
  'legacy',
  'consensus',
  'twoSigns',
  'payJoinShape',
  'coinJoinShape',
] as const
export type LinkRule = (typeof LINK_RULES)[number]
/** Rules by which an output is taken for change. */
export type ChangeLinkRule = Exclude<LinkRule, 'inputs' | 'payJoinShape' | 'coinJoinShape'>

/** Columns by address; all NONE (rule 0) at the root of a tree. */
export interface Evidence {
  /** u32[n] the neighbour towards the root. */
  other: Uint32Array
  /** u32[n] the source's number of the transaction that links them. */
  tx: Uint32Array
  /** u8[n] see {@link LINK_RULES} */
  rule: Uint8Array
}

/** One link of a chain of evidence. */
export interface Link {
  readonly a: number
  readonly b: number
  /** The source's number of the transaction. */
  readonly tx: number
  readonly rule: LinkRule
}

export function createEvidence(n: number): Evidence {
  return {
    other: new Uint32Array(n).fill(NONE),
    tx: new Uint32Array(n).fill(NONE),
    rule: new Uint8Array(n),
  }
}

/** Makes room for more addresses, in place. */
export function growEvidence(evidence: Evidence, n: number): void {
  const bigger = createEvidence(n)
  bigger.other.set(evidence.other)
  bigger.tx.set(evidence.tx)
  bigger.rule.set(evidence.rule)
  Object.assign(evidence, bigger)
}

/**
 * Joins two trees by the link a-b. One of them is turned so that its end of the link becomes its root: the one whose
 * end is nearer to its root, found by walking up both in step. A turn costs at most the size of the smaller tree, so all
 * joins of n addresses together cost O(n log n).
 */
export function join(evidence: Evidence, a: number, b: number, tx: number, rule: number): void {
  const { other } = evidence
  let upA = a
  let upB = b
  while (other[upA] !== NONE && other[upB] !== NONE) {
    upA = other[upA]!
    upB = other[upB]!
  }
  if (other[upA] === NONE) turn(evidence, a, b, tx, rule)
  else turn(evidence, b, a, tx, rule)
}

/** Reverses the path from `child` to its root and hangs `child` under `above`. */
function turn(evidence: Evidence, child: number, above: number, tx: number, rule: number): void {
  const { other, tx: txs, rule: rules } = evidence
  let at = child
  let next = above
  let nextTx = tx
  let nextRule = rule
  while (at !== NONE) {
    const oldNext = other[at]!
    const oldTx = txs[at]!
    const oldRule = rules[at]!
    other[at] = next
    txs[at] = nextTx
    rules[at] = nextRule
    next = at
    at = oldNext
    nextTx = oldTx
    nextRule = oldRule
  }
}

/**
 * The chain of evidence between two addresses, from a to b: empty where they are one, null where they are in different
 * clusters. Cost: the depth of the tree.
 */
export function why(evidence: Evidence, a: number, b: number): Link[] | null {
  const { other, tx, rule } = evidence
  const place = new Map<number, number>()
  const fromA: number[] = []
  for (let at = a; at !== NONE; at = other[at]!) {
    place.set(at, fromA.length)
    fromA.push(at)
  }
  const fromB: number[] = []
  let meet = b
  while (meet !== NONE && !place.has(meet)) {
    fromB.push(meet)
    meet = other[meet]!
  }
  if (meet === NONE) return null
  const name = (address: number): LinkRule => LINK_RULES[rule[address]!]!
  const up = fromA.slice(0, place.get(meet)!)
  return [
    ...up.map((at) => ({ a: at, b: other[at]!, tx: tx[at]!, rule: name(at) })),
    ...fromB.reverse().map((at) => ({ a: other[at]!, b: at, tx: tx[at]!, rule: name(at) })),
  ]
}

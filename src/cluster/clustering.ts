/**
 * A clustering that grows with the chain: new blocks are added to it, in order, and change nothing that was said before
 * except that clusters merge.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { NONE } from '../ledger/ledger.ts'
import type { ClusterColumns } from './columns.ts'
import {
  type ChangeLinkRule,
  createEvidence,
  type Evidence,
  growEvidence,
  join,
  LINK_RULES,
} from './evidence.ts'
import { createParents, find, growParents, unite, uniteInputs } from './unionFind.ts'

export interface Clustering {
  /** u32, `parent[i] <= i`; longer than `addresses`, as it grows by leaps. */
  parent: Uint32Array
  /** Null where no evidence is kept: 4 bytes an address then, 13 with it. */
  readonly evidence: Evidence | null
  /** Addresses known so far. */
  addresses: number
  /** Clusters of the addresses known so far, those of one address included. */
  clusters: number
}

/** Outputs taken for change, by a rule the analyst chose. */
export interface ChangeLinks {
  readonly rule: ChangeLinkRule
  /** u32[n] place of the change in `outputAddress`, NONE where the rule finds none. */
  readonly output: Uint32Array
}

export interface AddOptions {
  /** u8[n], not 0 where a row must link nothing (CoinJoin, PayJoin, or refused by the analyst). */
  readonly refused?: Uint8Array
  readonly change?: readonly ChangeLinks[]
}

export function createClustering(options: { readonly evidence: boolean }): Clustering {
  return {
    parent: createParents(0),
    evidence: options.evidence ? createEvidence(0) : null,
    addresses: 0,
    clusters: 0,
  }
}

/**
 * Adds transactions; their addresses are numbered below `addresses`.
 * @throws BadColumnsError where an address is not.
 */
export function addTransactions(
  clustering: Clustering,
  columns: ClusterColumns,
  addresses: number,
  options: AddOptions = {},
): void {
  grow(clustering, addresses)
  check(columns.inputAddress, clustering.addresses)
  const { evidence, parent } = clustering
  const refused = options.refused ?? null
  clustering.clusters -=
    evidence === null
      ? uniteInputs(parent, columns.inputStarts, columns.inputAddress, refused, 0, columns.n)
      : uniteWithEvidence(parent, evidence, columns, refused)
  for (const { rule, output } of options.change ?? []) {
    check(columns.outputAddress, clustering.addresses)
    addChange(clustering, columns, refused, output, LINK_RULES.indexOf(rule))
  }
}

/** Smallest address of the cluster: its name. */
export function clusterOf(clustering: Clustering, address: number): number {
  return find(clustering.parent, address)
}

/** u32 all addresses of a cluster, ascending. Cost: a look at every address known. */
export function membersOf(clustering: Clustering, address: number): Uint32Array {
  const root = find(clustering.parent, address)
  const members: number[] = []
  // A parent is never larger than its child, so nothing below the root belongs to it.
  for (let i = root; i < clustering.addresses; i++) if (find(clustering.parent, i) === root) members.push(i)
  return Uint32Array.from(members)
}

/** u32[addresses] the name of every address's cluster. */
export function clusterNames(clustering: Clustering): Uint32Array {
  const { parent, addresses } = clustering
  const names = new Uint32Array(addresses)
  // Parents come before their children: one look up is enough.
  for (let i = 0; i < addresses; i++) names[i] = parent[i] === i ? i : names[parent[i]!]!
  return names
}

/**
 * Takes the clusters of these addresses apart, evidence and all: after a reorganisation or a refusal. The caller adds again
 * what is left of their members' transactions. Cost: a look at every address known.
 * @returns u32 the members, ascending, each a cluster of its own now.
 */
export function dissolve(clustering: Clustering, addresses: Iterable<number>): Uint32Array {
  const { parent, evidence } = clustering
  const roots = new Set<number>()
  let from = clustering.addresses
  for (const address of addresses) {
    const root = find(parent, address)
    roots.add(root)
    from = Math.min(from, root)
  }
  const members: number[] = []
  for (let i = from; i < clustering.addresses; i++) if (roots.has(find(parent, i))) members.push(i)
  for (const member of members) {
    parent[member] = member
    if (evidence === null) continue
    evidence.other[member] = NONE
    evidence.tx[member] = NONE
    evidence.rule[member] = 0
  }
  clustering.clusters += members.length - roots.size
  return Uint32Array.from(members)
}

function grow(clustering: Clustering, addresses: number): void {
  const added = addresses - clustering.addresses
  if (added <= 0) return
  if (addresses > clustering.parent.length) {
    clustering.parent = growParents(clustering.parent, addresses)
    if (clustering.evidence !== null) growEvidence(clustering.evidence, clustering.parent.length)
  }
  clustering.addresses = addresses
  clustering.clusters += added
}

function check(column: Uint32Array, addresses: number): void {
  for (let i = 0; i < column.length; i++) {
    const address = column[i]!
    if (address >= addresses && address !== NONE) throw new BadColumnsError(i, address, addresses)
  }
}

function uniteWithEvidence(
  parent: Uint32Array,
  evidence: Evidence,
  { n, txs, inputStarts, inputAddress }: ClusterColumns,
  refused: Uint8Array | null,
): number {
  let merged = 0
  for (let t = 0; t < n; t++) {
    const end = inputStarts[t + 1]!
    let i = inputStarts[t]!
    if (end - i < 2 || (refused !== null && refused[t] !== 0)) continue
    let first = NONE
    let last = NONE
    let root = NONE
    for (; i < end; i++) {
      const address = inputAddress[i]!
      if (address === last || address === NONE) continue
      last = address
      const other = find(parent, address)
      if (first === NONE) {
        first = address
        root = other
      } else if (other !== root) {
        merged++
        join(evidence, address, first, txs[t]!, 0)
        if (other < root) {
          parent[root] = other
          root = other
        } else parent[other] = root
      }
    }
  }
  return merged
}

function addChange(
  clustering: Clustering,
  { n, txs, inputStarts, inputAddress, outputAddress }: ClusterColumns,
  refused: Uint8Array | null,
  outputs: Uint32Array,
  rule: number,
): void {
  for (let t = 0; t < n; t++) {
    const output = outputs[t]!
    if (output === NONE || (refused !== null && refused[t] !== 0)) continue
    const change = outputAddress[output]!
    const payer = firstKnown(inputAddress, inputStarts[t]!, inputStarts[t + 1]!)
    if (change === NONE || payer === NONE || !unite(clustering.parent, payer, change)) continue
    clustering.clusters--
    if (clustering.evidence !== null) join(clustering.evidence, change, payer, txs[t]!, rule)
  }
}

function firstKnown(addresses: Uint32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (addresses[i] !== NONE) return addresses[i]!
  return NONE
}

/** Columns whose numbers do not fit together. */
export class BadColumnsError extends LootlineError<{
  readonly code: 'CLUSTER_BAD_COLUMNS'
  readonly place: number
  readonly address: number
  readonly addresses: number
}> {
  override readonly name = 'BadColumnsError'
  constructor(place: number, address: number, addresses: number) {
    super(
      { code: 'CLUSTER_BAD_COLUMNS', place, address, addresses },
      `Place ${place} of a column names address ${address}, but there are ${addresses}.`,
      'Give the number of addresses in the dictionary these columns were made with.',
    )
  }
}

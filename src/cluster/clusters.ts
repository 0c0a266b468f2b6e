/**
 * A clustering that was built, as an analyst asks it: members, evidence, and what hangs on it.
 * @module
 */
import { join } from 'node:path'
import { openColumn } from '../ledger/chain/columnFile.ts'
import { type Growable, growU32, push, rowsOf } from '../ledger/chain/growable.ts'
import { NONE } from '../ledger/ledger.ts'
import type { ChangeWorld } from './change/world.ts'
import { type ClusterRecord, LINK_BYTES, NAME_BYTES } from './clusterFiles.ts'
import { createEvidence, join as joinTrees, LINK_RULES, type Link, type LinkRule, why } from './evidence.ts'
import type { LinkGraph } from './linkGraph.ts'
import {
  eachChange,
  FIRST_REFUSAL,
  type Refusal,
  RULE_OF_VERDICT,
  VERDICT,
  verdicts,
} from './linkSettings.ts'
import { placeOf } from './placeOf.ts'
import type { ClusterSource } from './source.ts'

/** All links of one cluster, and what was not taken for one. */
export interface ClusterLinks {
  /** Members are places in the list that was asked with; one row a transaction. */
  readonly graph: LinkGraph
  /** Of each row of the graph: the transaction, and the rules by which it links. */
  readonly txs: readonly number[]
  readonly rules: readonly (readonly LinkRule[])[]
  /** Transactions in which members paid together, or with others, and that link nothing. */
  readonly refused: readonly { readonly tx: number; readonly why: Refusal }[]
}

export interface Clusters {
  readonly record: ClusterRecord
  /** Smallest address of an address's cluster. Cost: one read. */
  nameOf(address: number): number
  /** u32 ascending: all addresses of the cluster of this name. Cost: a look at every name from it on. */
  members(name: number): Uint32Array
  /**
   * u32: the links that made this cluster, four numbers each: a member, another, transaction, rule (see `LINK_RULES`).
   * Cost: a look at every link kept.
   * @param members as `members` gave them
   */
  evidence(members: Uint32Array): Uint32Array
  /** Cost: the members' transactions; where those are more than a million, all transactions. */
  links(members: Uint32Array): ClusterLinks
  close(): void
}

/** Numbers read at a time. */
const PART = 2 ** 16
/** Reading this many transactions by number costs about as much as reading all of a chain in order. */
const MOST_BY_NUMBER = 1_000_000
const WHY: Readonly<Record<number, Refusal>> = {
  [VERDICT.coinJoin]: 'coinJoin',
  [VERDICT.payJoin]: 'payJoin',
  [VERDICT.analyst]: 'analyst',
}

/**
 * Opens what `buildClusters` made of this source.
 * @param refused numbers of the transactions that the record's settings refuse
 * @throws {ColumnError}
 */
export function openClusters(
  folder: string,
  record: ClusterRecord,
  source: ClusterSource,
  refused: ReadonlySet<number>,
): Clusters {
  const names = openColumn(join(folder, record.names), NAME_BYTES)
  const one = new Uint32Array(1)
  return {
    record,
    nameOf(address) {
      names.read(address, one)
      return one[0]!
    },
    members(name) {
      const found = growU32()
      for (let from = name; from < names.rows; from += PART) {
        const part = new Uint32Array(Math.min(PART, names.rows - from))
        names.read(from, part)
        for (let i = 0; i < part.length; i++) if (part[i] === name) push(found, from + i)
      }
      return rowsOf(found)
    },
    evidence(members) {
      const own = membership(members, record.addresses)
      const files = [...record.sections, ...(record.later === null ? [] : [record.later])]
      const found = growU32()
      for (const { file } of files) takeLinks(join(folder, file), own, found)
      return rowsOf(found)
    },
    links: (members) => allLinks(source, record, members, refused),
    close: () => names.close(),
  }
}

/** The chain of evidence from a to b among the links of one cluster; empty where they are one. */
export function chainOfEvidence(members: Uint32Array, evidence: Uint32Array, a: number, b: number): Link[] {
  const forest = createEvidence(members.length)
  for (let i = 0; i < evidence.length; i += 4)
    joinTrees(
      forest,
      placeOf(members, evidence[i]!),
      placeOf(members, evidence[i + 1]!),
      evidence[i + 2]!,
      evidence[i + 3]!,
    )
  const chain = why(forest, placeOf(members, a), placeOf(members, b)) ?? []
  return chain.map((link) => ({ ...link, a: members[link.a]!, b: members[link.b]! }))
}

/** One bit an address. */
function membership(members: Uint32Array, addresses: number): (address: number) => boolean {
  const bits = new Uint8Array((addresses + 7) >>> 3)
  for (const member of members) bits[member >>> 3]! |= 1 << (member & 7)
  return (address) => ((bits[address >>> 3]! >> (address & 7)) & 1) === 1
}

/** Adds the links between members. */
function takeLinks(path: string, own: (address: number) => boolean, into: Growable<Uint32Array>): void {
  const column = openColumn(path, LINK_BYTES)
  try {
    for (let from = 0; from < column.rows; from += PART) {
      const part = new Uint32Array(4 * Math.min(PART, column.rows - from))
      column.read(from, part)
      for (let i = 0; i < part.length; i += 4)
        if (own(part[i]!)) for (let k = 0; k < 4; k++) push(into, part[i + k]!)
    }
  } finally {
    column.close()
  }
}

function allLinks(
  source: ClusterSource,
  { settings }: ClusterRecord,
  members: Uint32Array,
  refused: ReadonlySet<number>,
): ClusterLinks {
  const ties = new Map<number, { places: Set<number>; rules: Set<LinkRule> }>()
  const left: { tx: number; why: Refusal }[] = []
  const add = (tx: number, rule: number, tied: Iterable<number>): void => {
    const tie = ties.get(tx) ?? { places: new Set(), rules: new Set() }
    for (const address of tied) tie.places.add(placeOf(members, address))
    tie.rules.add(LINK_RULES[rule]!)
    ties.set(tx, tie)
  }
  const own = membership(members, source.addresses)

  const read = (world: ChangeWorld, asked: (tx: number) => boolean): void => {
    const { columns } = world
    const wanted = new Uint8Array(columns.n)
    for (let row = 0; row < columns.n; row++) {
      if (!asked(columns.txs[row]!)) continue
      for (let i = columns.inputStarts[row]!; i < columns.inputStarts[row + 1]!; i++)
        if (columns.inputAddress[i] !== NONE && own(columns.inputAddress[i]!)) wanted[row] = 1
    }
    const verdict = verdicts(source, world, settings, refused)
    for (let row = 0; row < columns.n; row++) {
      if (wanted[row] === 0) continue
      const payers = new Set(
        columns.inputAddress.subarray(columns.inputStarts[row], columns.inputStarts[row + 1]),
      )
      payers.delete(NONE)
      if (verdict[row]! >= FIRST_REFUSAL) {
        left.push({ tx: columns.txs[row]!, why: WHY[verdict[row]!]! })
        continue
      }
      if (payers.size > 1) add(columns.txs[row]!, RULE_OF_VERDICT[verdict[row]!]!, payers)
    }
    eachChange(
      world,
      verdict,
      settings.change,
      (row) => wanted[row] === 1,
      (row, payer, change, rule) => {
        if (payer !== change) add(columns.txs[row]!, rule, [payer, change])
      },
    )
  }

  const touching = source.touching(members, MOST_BY_NUMBER)
  if (touching !== null) {
    for (let from = 0; from < touching.length; from += source.atOnce) {
      const part = touching.subarray(from, Math.min(touching.length, from + source.atOnce))
      const world = settings.change.length === 0 ? source.alone(part) : source.around(part)
      read(world, (tx) => placeOf(part, tx) !== NONE)
    }
  } else if (source.atOnce === Number.POSITIVE_INFINITY || settings.change.length === 0) {
    for (const section of source.sections) for (const world of source.rows(section)) read(world, () => true)
  } else {
    for (const { firstTx, transactions } of source.sections) {
      for (let from = firstTx; from < firstTx + transactions; from += source.atOnce) {
        const to = Math.min(from + source.atOnce, firstTx + transactions)
        const part = Uint32Array.from({ length: to - from }, (_, i) => from + i)
        read(source.around(part), (tx) => tx >= from && tx < to)
      }
    }
  }
  const rows = [...ties]
  let end = 0
  return {
    graph: {
      members: members.length,
      starts: Uint32Array.from([0, ...rows.map(([, { places }]) => (end += places.size))]),
      targets: Uint32Array.from(rows.flatMap(([, { places }]) => [...places])),
    },
    txs: rows.map(([tx]) => tx),
    rules: rows.map(([, tie]) => [...tie.rules]),
    refused: left,
  }
}

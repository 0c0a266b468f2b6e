/**
 * The cluster of one address, gathered from a ledger wave by wave: its transactions, the addresses that paid with it,
 * their transactions, and so on. Bounded: an address busier than the limit is a member, but its own transactions are not
 * read, and it is named.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { addTransactions, type Clustering, createClustering, membersOf } from './clustering.ts'
import { type CoinJoinContext, REFUSED, refusedRows } from './coinJoin.ts'
import type { ClusterColumns } from './columns.ts'
import { type LinkRule, why } from './evidence.ts'
import { fromMovements } from './fromMovements.ts'
import { bridges, type LinkGraph, without } from './linkGraph.ts'

export interface ClusterOptions extends CoinJoinContext {
  /** Read transactions of CoinJoin, or PayJoin, shape as ordinary ones. Both are refused unless set to false. */
  readonly coinJoin?: boolean
  readonly payJoin?: boolean
  /** Ledger numbers of transactions that the analyst refuses as evidence. */
  readonly refused?: ReadonlySet<number>
  /** An address with more transactions is not read. */
  readonly busy: number
}

/** One link of the chain that ties two addresses. */
export interface NamedLink {
  readonly from: HolderId
  readonly to: HolderId
  readonly txid: string
  readonly rule: LinkRule
}

export interface LedgerCluster {
  /** All members, in the order of the ledger's numbers. */
  readonly members: readonly HolderId[]
  /** Members too busy to be read: what they link further is not known. */
  readonly busy: readonly HolderId[]
  /** Transactions of members that were not taken for evidence, and why. */
  readonly refused: readonly { readonly txid: string; readonly why: 'coinJoin' | 'payJoin' | 'analyst' }[]
  /** The chain of evidence; empty for one and the same, null where they are not both members. */
  why(a: HolderId, b: HolderId): NamedLink[] | null
  /** The parts that are left without a transaction, the largest first. */
  without(txid: string): HolderId[][]
  /** Transactions whose refusal splits off at least `smallest` members, the largest split first. */
  bridges(smallest?: number): { readonly txid: string; readonly parts: readonly number[] }[]
}

/** @throws NotInLedgerError where the ledger does not know the holder. */
export function clusterFromLedger(ledger: Ledger, holder: HolderId, options: ClusterOptions): LedgerCluster {
  const seed = ledger.holderNumbers([holder])[0]!
  if (seed === NONE) throw new NotInLedgerError('holder', holder)
  // Own numbers, dense from 0: the ledger's may be billions.
  const local = new Map<number, number>()
  const holders: number[] = []
  const clustering = createClustering({ evidence: true })
  const links: { tx: number; payers: number[]; refused: number }[] = []
  const seen = new Set<number>()
  const read = new Set<number>()
  const busy: number[] = []
  number(seed)

  function number(of: number): number {
    if (of === NONE) return NONE
    let own = local.get(of)
    if (own === undefined) {
      own = holders.push(of) - 1
      local.set(of, own)
    }
    return own
  }

  const add = (numbers: Uint32Array): void => {
    const { columns } = fromMovements(ledger, ledger.ofHolders(numbers))
    const refused = refusedRows(columns, options)
    for (let row = 0; row < columns.n; row++) {
      if (options.refused?.has(columns.txs[row]!)) refused[row] = ANALYST
      // Seen in an earlier wave, or of no use: links nothing, and is no refusal to tell of.
      const useless = columns.inputStarts[row + 1]! - columns.inputStarts[row]! < 2
      if (useless || seen.has(columns.txs[row]!)) refused[row] = PASSED
      else {
        const payers = columns.inputAddress.subarray(columns.inputStarts[row], columns.inputStarts[row + 1])
        links.push({
          tx: columns.txs[row]!,
          payers: [...new Set(payers)].map(number),
          refused: refused[row]!,
        })
      }
      seen.add(columns.txs[row]!)
    }
    const localColumns: ClusterColumns = { ...columns, inputAddress: columns.inputAddress.map(number) }
    addTransactions(clustering, localColumns, holders.length, { refused })
  }

  for (let wave = Uint32Array.of(0); wave.length > 0; ) {
    for (const own of wave) read.add(own)
    const numbers = wave.map((own) => holders[own]!)
    const counts = ledger.counts(numbers, options.busy + 1)
    busy.push(...numbers.filter((_, i) => counts[i]! > options.busy))
    const quiet = numbers.filter((_, i) => counts[i]! <= options.busy)
    if (quiet.length > 0) add(quiet)
    if (clustering.addresses === 0) break
    wave = membersOf(clustering, 0).filter((own) => !read.has(own))
  }
  return describe(ledger, clustering, holders, links, busy)
}

const ANALYST = 3
const PASSED = 4
const WHY = { [REFUSED.coinJoin]: 'coinJoin', [REFUSED.payJoin]: 'payJoin', [ANALYST]: 'analyst' } as const

function describe(
  ledger: Ledger,
  clustering: Clustering,
  holders: readonly number[],
  links: readonly { tx: number; payers: readonly number[]; refused: number }[],
  busy: readonly number[],
): LedgerCluster {
  const own = clustering.addresses === 0 ? Uint32Array.of(0) : membersOf(clustering, 0)
  const members = own.toSorted((a, b) => holders[a]! - holders[b]!)
  const names = ledger.holderIds(members.map((member) => holders[member]!))
  const place = new Map(Array.from(members, (member, i) => [member, i]))
  const ownOf = new Map(names.map((name, i) => [name, members[i]!]))
  const used = links.filter(({ refused, payers }) => refused === REFUSED.no && place.has(payers[0]!))
  const graph = graphOf(
    used.map(({ payers }) => payers),
    place,
  )
  const txids = (txs: readonly number[]): readonly string[] => ledger.heads(Uint32Array.from(txs)).txid
  const left = links.filter(
    ({ refused, payers }) => refused !== REFUSED.no && payers.some((payer) => place.has(payer)),
  )
  const leftIds = txids(left.map(({ tx }) => tx))
  return {
    members: names,
    busy: ledger.holderIds(Uint32Array.from(busy)),
    refused: left.map(({ refused }, i) => ({ txid: leftIds[i]!, why: WHY[refused as keyof typeof WHY] })),
    why(a, b) {
      const [from, to] = [ownOf.get(a), ownOf.get(b)]
      if (from === undefined || to === undefined) return null
      if (from === to) return []
      const chain = why(clustering.evidence!, from, to)!
      const ids = txids(chain.map(({ tx }) => tx))
      const name = (member: number): HolderId => names[place.get(member)!]!
      return chain.map((link, i) => ({
        from: name(link.a),
        to: name(link.b),
        txid: ids[i]!,
        rule: link.rule,
      }))
    },
    without(txid) {
      const numbers = new Set(ledger.txNumbers(txid))
      if (numbers.size === 0) throw new NotInLedgerError('transaction', txid)
      const rows = new Set(used.flatMap(({ tx }, row) => (numbers.has(tx) ? [row] : [])))
      return without(graph, rows).map((part) => Array.from(part, (i) => names[i]!))
    },
    bridges(smallest = 2) {
      const found = bridges(graph, smallest)
      const ids = txids(found.map(({ row }) => used[row]!.tx))
      return found.map(({ parts }, i) => ({ txid: ids[i]!, parts }))
    },
  }
}

/** Unknown payers left out. */
function graphOf(rows: readonly (readonly number[])[], place: ReadonlyMap<number, number>): LinkGraph {
  const starts = new Uint32Array(rows.length + 1)
  const targets: number[] = []
  rows.forEach((payers, row) => {
    for (const payer of payers) if (place.has(payer)) targets.push(place.get(payer)!)
    starts[row + 1] = targets.length
  })
  return { members: place.size, starts, targets: Uint32Array.from(targets) }
}

/** A holder or transaction that the ledger has never seen. */
export class NotInLedgerError extends LootlineError<{
  readonly code: 'CLUSTER_NOT_IN_LEDGER'
  readonly what: 'holder' | 'transaction'
  readonly value: string
}> {
  override readonly name = 'NotInLedgerError'
  constructor(what: 'holder' | 'transaction', text: string) {
    const value = printable(text, 100)
    super(
      { code: 'CLUSTER_NOT_IN_LEDGER', what, value },
      `The ledger has no ${what} "${value}".`,
      what === 'holder'
        ? 'Give the address as chain:address, of a chain that was imported.'
        : 'Check the transaction id, or import the file that has it.',
    )
  }
}

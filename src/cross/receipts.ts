/**
 * What was received on other chains in a span of time: from a service where it is known, from anybody otherwise.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { LabelStore } from '../label/index.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import { type AssetId, type ChainId, type HolderId, holderOf } from '../units/caip.ts'
import { creditsOf } from './crossings.ts'

export interface Receipt {
  readonly chain: ChainId
  readonly txid: string
  /** Number among the credits of its transaction. */
  readonly n: number
  readonly holder: HolderId
  readonly asset: AssetId
  readonly amount: bigint
  readonly time: number
}

export interface Found {
  readonly receipts: readonly Receipt[]
  /** True where the ledger has all that was paid in the span by those looked at: a source claims their whole history. */
  readonly whole: boolean
  /** Whose payments these are: a service's, or anybody's. */
  readonly payers: 'service' | 'anybody'
  /** Sentences: what was not looked at. */
  readonly notes: readonly string[]
}

export interface Where {
  readonly chains: readonly ChainId[]
  /** Unix seconds, both included. */
  readonly from: number
  readonly to: number
  /** null where none is known. */
  readonly service: Service | null
}

export interface Service {
  /** Part of its labels' names, in any case of letters. */
  readonly name: string
  /** Actor that its labels name too; null where none is known. */
  readonly entity: string | null
}

/** A service's wallets with more transactions than this are not read. */
const MOST_OF_A_HOLDER = 100_000
/** Beyond so many transactions in the span, candidates by chance are certain. */
const MOST_TRANSACTIONS = 50_000
/** No store of labels is larger; more are not asked. */
const MOST_LABELS = 10_000_000

/** Receipts of the span, by time; the service's where it has any wallet in the ledger there, else anybody's. */
export function receiptsIn(ledger: Ledger, labels: LabelStore, where: Where): Found {
  const { chains, service, from, to } = where
  const wallets = service === null ? [] : walletsOf(ledger, labels, service, chains)
  if (wallets.length === 0) {
    const notes =
      service === null
        ? []
        : ['The ledger has no wallet of that service on these chains; anybody was looked at.']
    const txs = ledger.between(from, to, MOST_TRANSACTIONS)
    if (txs.length === MOST_TRANSACTIONS)
      notes.push(`Only the first ${MOST_TRANSACTIONS} transactions of the span were looked at.`)
    const whole = ledger.kind === 'chain' && txs.length < MOST_TRANSACTIONS
    return { receipts: receiptsOf(ledger, txs, where, null), whole, payers: 'anybody', notes }
  }
  const counts = ledger.counts(
    Uint32Array.from(wallets, ({ number }) => number),
    MOST_OF_A_HOLDER + 1,
  )
  const read = wallets.filter((_, i) => counts[i]! <= MOST_OF_A_HOLDER)
  const numbers = Uint32Array.from(read, ({ number }) => number)
  const notes =
    read.length < wallets.length
      ? [
          `${wallets.length - read.length} of its wallets have over ${MOST_OF_A_HOLDER} transactions and were not read.`,
        ]
      : []
  const spans = ledger.coverage(numbers)
  const whole =
    read.length === wallets.length &&
    spans.every(
      ({ known, from: first, to: last }) =>
        known === 'whole' && (first ?? from) <= from && (last ?? to) >= to,
    )
  const own = new Set(wallets.map(({ holder }) => holder))
  const receipts = receiptsOf(ledger, new Uint32Array(new Set(ledger.ofHolders(numbers).tx)), where, own)
  return { receipts, whole, payers: 'service', notes }
}

/** @param payers null for anybody */
function receiptsOf(
  ledger: Ledger,
  txs: Uint32Array,
  { chains, from, to }: Where,
  payers: ReadonlySet<HolderId> | null,
): Receipt[] {
  const heads = ledger.heads(txs)
  const wanted = txs.filter(
    (_, i) => heads.time[i]! >= from && heads.time[i]! <= to && chains.includes(heads.chain[i]!),
  )
  const receipts: Receipt[] = []
  for (const transaction of ledger.transactions(wanted)) {
    const { chain, txid, time } = transaction
    if (payers !== null && !paysFrom(transaction, payers)) continue
    for (const [n, credit] of creditsOf(transaction).entries())
      if (payers?.has(credit.holder) !== true) receipts.push({ chain, txid, n, time: time!, ...credit })
  }
  return receipts.sort((a, b) => a.time - b.time || compare(a.txid, b.txid) || a.n - b.n)
}

function paysFrom({ inputs, transfers }: Transaction, payers: ReadonlySet<HolderId>): boolean {
  return (
    inputs.some(({ holder }) => holder !== undefined && payers.has(holder)) ||
    transfers.some(({ kind, from }) => kind !== 'fee' && from !== null && payers.has(from))
  )
}

/** Holders in the ledger whose label has the name in it, or names the actor. Labels that lost their capitals are not asked. */
function walletsOf(
  ledger: Ledger,
  labels: LabelStore,
  { name, entity }: Service,
  chains: readonly ChainId[],
): { readonly holder: HolderId; readonly number: number }[] {
  const holders = new Set<HolderId>()
  const word = name.toLowerCase()
  // A name alone is looked up; what names an actor is found only by looking through all labels.
  for (const label of labels.search(entity === null ? name : '', MOST_LABELS)) {
    const { address, chain, caseless } = label
    if (caseless) continue
    if ((entity === null || label.entity !== entity) && !label.name.toLowerCase().includes(word)) continue
    // An EVM account is labelled for all of its chains.
    const of = chain === null ? chains.filter((one) => one.startsWith('eip155:')) : [chain]
    for (const one of of) if (chains.includes(one)) holders.add(holderOf(one, address))
  }
  const list = [...holders]
  const numbers = ledger.holderNumbers(list)
  return list.flatMap((holder, i) => (numbers[i] === NONE ? [] : [{ holder, number: numbers[i]! }]))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Chains of what the ledger holds. */
export function chainsOf(ledger: Ledger): ChainId[] {
  return [...new Set(ledger.assets().map(({ chain }) => chain))]
}

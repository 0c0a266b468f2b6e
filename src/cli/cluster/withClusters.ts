/**
 * The clusters of a store, brought up to it first: what every command on clusters begins with.
 * @module
 */
import { join } from 'node:path'
import {
  type BuildResult,
  buildClusters,
  type ClusterSource,
  type Clusters,
  DEFAULT_SETTINGS,
  isUpToDate,
  type LinkSettings,
  ledgerSource,
  openChainSource,
  openClusters,
  readRecord,
} from '../../cluster/index.ts'
import { LootlineError } from '../../errors.ts'
import { type LabelStore, openLabelStore } from '../../label/index.ts'
import { type Ledger, NONE } from '../../ledger/index.ts'
import { type ChainId, chainOf, type HolderId } from '../../units/caip.ts'
import { printable } from '../../units/text.ts'
import { chainFolder, hasChain, openLedger } from '../books.ts'
import type { Context } from '../context.ts'
import { typedHolders, typedTransaction } from '../holders.ts'
import { grouped } from '../output.ts'
import { startProgress } from '../progress.ts'
import { storeToRead } from '../storeOption.ts'

/** Transactions a second, to say beforehand how long it takes: docs/methods/clusters.md, "Cost". */
const RATE = 500_000
/** From here on it is said. */
const LONG = 1_000_000
const DEFAULT_MEMORY = 8 * 2 ** 30

export interface ClusterBooks {
  readonly ledger: Ledger
  readonly labels: LabelStore
  readonly source: ClusterSource
  readonly clusters: Clusters
  readonly built: BuildResult
}

export interface ClusterBuild {
  /** What was asked for; absent: as they were built before, else by the default. */
  readonly settings?: LinkSettings
  readonly memory?: number
}

/** Opens a store's clusters, runs the work, and closes all however the work ends. @throws {NothingToClusterError} */
export async function withClusters<T>(
  context: Context,
  named: string | undefined,
  { settings: wanted, memory = DEFAULT_MEMORY }: ClusterBuild,
  work: (books: ClusterBooks) => Promise<T> | T,
): Promise<T> {
  const store = storeToRead(context, named).path
  using stack = new DisposableStack()
  const ledger = stack.adopt(openLedger(store), (open) => open.close())
  const labels = stack.adopt(openLabelStore(store), (open) => open.close())
  const isChain = hasChain(chainFolder(store))
  const source = isChain
    ? stack.adopt(openChainSource(chainFolder(store)), (open) => open.close())
    : ledgerSource(ledger)
  if (ledger.size().transactions === 0) throw new NothingToClusterError('nothing')
  if (!ledger.assets().some(({ chain }) => chain.startsWith('bip122:')))
    throw new NothingToClusterError('accounts')

  // They were opened one after the other, and an index may have ended in between.
  if (isChain && ledger.size().transactions !== source.transactions) throw new StoreChangedError(store)
  const folder = join(store, 'clusters')
  const before = readRecord(folder)
  const settings = wanted ?? before?.settings ?? DEFAULT_SETTINGS
  // One that was refused before may since be gone with its block.
  const refused = new Set(
    settings.refused.flatMap((txid) =>
      wanted === undefined ? [...ledger.txNumbers(txid)] : numbersOf(ledger, [txid], txid),
    ),
  )
  const upToDate = isUpToDate(before, source, settings)
  if (!upToDate && source.transactions >= LONG) {
    const minutes = Math.ceil(source.transactions / RATE / 60)
    const what = before === undefined ? 'Clusters are built first' : 'Clusters are brought up to date first'
    context.stderr.write(
      `${what}: at most ${grouped(source.transactions)} transactions, some ${grouped(minutes)} min.\n`,
    )
  }
  const progress = startProgress(context, 'clusters')
  const built = upToDate
    ? { record: before!, read: 0, changed: false }
    : await buildClusters(folder, source, {
        ...{ settings, refused, memory },
        onProgress: (done, of) => progress.tick(`${grouped(done)} of ${grouped(of)} transactions`),
      }).finally(() => progress.end())
  const clusters = stack.adopt(openClusters(folder, built.record, source, refused), (open) => open.close())
  return await work({ ledger, labels, source, clusters, built })
}

/** The holder that an address is typed for, and its number. @throws {NothingToClusterError, NotInLedgerError} */
export function typedMember(
  { ledger }: ClusterBooks,
  typed: string,
  chain: ChainId | undefined,
): { holder: HolderId; number: number } {
  const holders = typedHolders(typed, chain, ledger)
  const utxo = holders.filter((holder) => chainOf(holder).startsWith('bip122:'))
  if (utxo.length === 0) throw new NothingToClusterError('accounts')
  const numbers = ledger.holderNumbers(utxo)
  const at = numbers.findIndex((number) => number !== NONE)
  if (at < 0) throw new NotInLedgerError('address', typed)
  return { holder: utxo[at]!, number: numbers[at]! }
}

/** A transaction as typed, as numbers of the ledger, and the output behind its colon. @throws {NotInLedgerError} */
export function typedTransactions(
  ledger: Ledger,
  typed: string,
): { numbers: number[]; n: number | undefined } {
  const found = typedTransaction(typed)
  if (found === null) throw new NotInLedgerError('transaction', typed)
  return { numbers: numbersOf(ledger, found.txids, typed), n: found.n }
}

function numbersOf(ledger: Ledger, txids: readonly string[], typed: string): number[] {
  const numbers = txids.flatMap((txid) => [...ledger.txNumbers(txid)])
  if (numbers.length === 0) throw new NotInLedgerError('transaction', typed)
  return numbers
}

/** Clusters were asked for where there is nothing that they are made of. */
class NothingToClusterError extends LootlineError<{
  readonly code: 'CLUSTER_NO_UTXO'
  readonly found: 'nothing' | 'accounts'
}> {
  override readonly name = 'NothingToClusterError'
  constructor(found: 'nothing' | 'accounts') {
    super(
      { code: 'CLUSTER_NO_UTXO', found },
      found === 'nothing'
        ? 'The store holds no transactions to make clusters of.'
        : 'Clustering of this kind does not apply to account chains such as Ethereum and Tron: it rests on coins that are spent together, and a transfer there has one payer.',
      found === 'nothing'
        ? 'Import a file of Bitcoin or one of its kin, or index its blocks.'
        : 'Ask for an address of Bitcoin or one of its kin.',
    )
  }
}

/** An address or transaction that the ledger has never seen. */
class NotInLedgerError extends LootlineError<{
  readonly code: 'CLUSTER_NOT_IN_LEDGER'
  readonly what: 'address' | 'transaction'
  readonly value: string
}> {
  override readonly name = 'NotInLedgerError'
  constructor(what: 'address' | 'transaction', text: string) {
    const shown = printable(text, 100)
    super(
      { code: 'CLUSTER_NOT_IN_LEDGER', what, value: shown },
      `The ledger has no ${what} "${shown}".`,
      what === 'address'
        ? 'Check the address; if it is right, it took part in nothing that was imported or indexed.'
        : 'Check the transaction id, or import or index what has it.',
    )
  }
}

/** An index replaced the chain while its clusters were being opened. */
class StoreChangedError extends LootlineError<{
  readonly code: 'CLUSTER_STORE_CHANGED'
  readonly store: string
}> {
  override readonly name = 'StoreChangedError'
  constructor(store: string) {
    super(
      { code: 'CLUSTER_STORE_CHANGED', store },
      `The chain of ${store} was replaced while it was being opened.`,
      'Run the command again.',
    )
  }
}

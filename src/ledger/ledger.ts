/**
 * The ledger: what is known of one or several chains, answered in sets and as columns.
 *
 * The unit of accounting is the *movement*: one atomic draw-and-credit. A UTXO transaction is one movement (all its
 * inputs and outputs); every transfer of an account transaction is a movement of its own (one debit, one credit).
 * Ids (`holder`, `asset`, `tx`) are row numbers of this ledger's dictionaries, u32, dense from 0; `NONE` is "absent".
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

/** The absent id. */
export const NONE = 0xffffffff

/**
 * A column of amounts. `narrow[i] >= 0` is the amount itself (an integer below 2^53);
 * `narrow[i] < 0` means `wide[-narrow[i] - 1]`. Token amounts may be any uint256.
 */
export interface Amounts {
  readonly narrow: Float64Array
  readonly wide: readonly bigint[]
}

/** Movements in chain order, as columns. CSR: debits of movement i are `debitStarts[i] .. debitStarts[i + 1]`. */
export interface Movements {
  /** Number of movements. */
  readonly n: number
  /** u32[n] this ledger's own number of each movement: unique, and the same in every answer. */
  readonly id: Uint32Array
  /** u32[n] transaction of each movement. */
  readonly tx: Uint32Array
  /** u8[n], see {@link MOVEMENT_KINDS}. */
  readonly kind: Uint8Array
  /** f64[n] unix seconds, NaN where unknown. */
  readonly time: Float64Array
  /** f64[n] each; (order1, order2, order3) compare lexicographically and are chain order within one chain. */
  readonly order1: Float64Array
  readonly order2: Float64Array
  readonly order3: Float64Array
  /** u32[n + 1] */
  readonly debitStarts: Uint32Array
  /** u32[m] payer; NONE for issuance, or where the prevout's holder is unknown. */
  readonly debitHolder: Uint32Array
  readonly debitAsset: Uint32Array
  /** u32[m] transaction of the prevout; NONE for account chains and for prevouts outside this ledger. */
  readonly debitLotTx: Uint32Array
  /** u32[m] output number of the prevout; NONE for account chains. */
  readonly debitLotN: Uint32Array
  /** Amount drawn. An input whose prevout is nowhere known has amount 0 and is counted in the coverage. */
  readonly debitAmount: Amounts
  /** u32[n + 1] */
  readonly creditStarts: Uint32Array
  /** u32[k] payee; NONE for a fee, a burn, or a script without address. */
  readonly creditHolder: Uint32Array
  readonly creditAsset: Uint32Array
  /** u32[k] output number; for account transfers 0. */
  readonly creditN: Uint32Array
  readonly creditAmount: Amounts
}

/** Values of `Movements.kind`, by number. */
export const MOVEMENT_KINDS = ['native', 'internal', 'token', 'fee', 'utxo'] as const
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

/** The heads of transactions, as columns in the order asked. */
export interface TransactionHeads {
  readonly txid: readonly string[]
  readonly chain: readonly ChainId[]
  /** f64, NaN where unknown; `time` in unix seconds. */
  readonly height: Float64Array
  readonly index: Float64Array
  readonly time: Float64Array
}

/** What is known of one holder. */
export interface HolderCoverage {
  /** Transactions of this holder in the ledger (distinct). */
  readonly transactions: number
  /** Unix seconds of the first and last of them; null where there is none, or times are unknown. */
  readonly firstTime: number | null
  readonly lastTime: number | null
  /**
   * `whole`: a source that claims this holder's whole history between `from` and `to` (a wallet export of this address, a
   * dataset that declares all its holders covered, every block of a chain) is in the ledger; `partial`: the holder is
   * seen only as somebody's counterparty.
   */
  readonly known: 'whole' | 'partial'
  /** Span claimed by those sources, unix seconds; null where `partial`. Before and after it the ledger knows nothing. */
  readonly from: number | null
  readonly to: number | null
}

/** One source file that was imported, as the report prints it; of an indexed chain all its blocks, by the tip's hash. */
export interface SourceRecord {
  readonly id: number
  /** File name without folders, as given. */
  readonly name: string
  readonly sha256: string
  readonly layout: string
  readonly bytes: number
  /** Unix seconds at which it was committed. */
  readonly importedTime: number
  readonly rows: number
  readonly added: number
  readonly duplicates: number
  readonly rejected: number
}

/** How a source's rows claim to cover holders. */
export type Covers =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'holders'; readonly holders: readonly HolderId[] }

/** What is said of appended transactions beside themselves. */
export interface AppendOptions {
  /** Default: no holder. */
  readonly covers?: Covers
  /** Tokens among them, as their contracts describe them: untrusted, as in {@link ImportSession.addAssets}. */
  readonly assets?: readonly Asset[]
}

/** What an import says of itself before its first row. */
export interface ImportHeader {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly layout: string
}

/**
 * One row as a reader gives it. Rows of one transaction may be scattered over a file and over files: the ledger merges
 * them. Within one listing (a wallet's export) equal transfers of one transaction are different transfers; across
 * listings they are the same one, so the ledger keeps, for each distinct transfer, the largest count any listing has.
 */
export interface ImportRow {
  /** 1-based row number in the file, for resuming and for ties in time. */
  readonly row: number
  /** Whose export this row is from; '' where the file has one listing. */
  readonly listing: string
  readonly transaction: Transaction
}

export interface ImportResult {
  readonly source: SourceRecord
  /** Transactions new to the ledger. */
  readonly transactions: number
  /** Movements new to the ledger. */
  readonly added: number
  /** Movements that the ledger, or another listing of this file, already had. */
  readonly duplicates: number
  /**
   * Statements about a transaction (height, index, time, an output, what an input spends) that contradict an earlier one;
   * the first is kept, but of what an input spends the output's own statement.
   */
  readonly contradictions: number
  /** True where the very same bytes had been imported before; nothing was read. */
  readonly already: boolean
}

/** What an append did. */
export interface Appended {
  /** Movements new to the ledger, and those that it had. */
  readonly added: number
  readonly duplicates: number
  /** As in {@link ImportResult}. */
  readonly contradictions: number
  /** Those of them that outputs in the ledger prove false; at most {@link MAX_FALSE_PREVOUTS}. */
  readonly falsePrevouts: readonly FalsePrevout[]
}

/** An input that is said to spend another amount, or an output of another holder, than what it spends is. */
export interface FalsePrevout {
  readonly chain: ChainId
  /** The spender. */
  readonly txid: string
  /** Whose output it spends. */
  readonly prevTxid: string
  /** Said now, or said before and only now seen to be false. */
  readonly said: 'now' | 'before'
}

/** Enough to say who is not to be believed. */
export const MAX_FALSE_PREVOUTS = 100

/** A staged import: nothing is visible to readers before `commit`, and a killed one goes on where it stopped. */
export interface ImportSession {
  /** Rows already staged by a killed import of the same bytes; the reader skips that many. */
  readonly stagedRows: number
  add(rows: readonly ImportRow[]): void
  /** Assets met in the file; symbols of unknown contracts are kept as untrusted text. */
  addAssets(assets: readonly Asset[]): void
  commit(covers: Covers, counts: { rows: number; rejected: number }): ImportResult
  /** Drops everything staged. */
  abort(): void
}

/** The one interface; memory, SQLite and (later) whole-chain column stores pass one contract suite. */
export interface Ledger {
  readonly kind: 'memory' | 'sqlite' | 'chain'
  /** The result of the earlier import where these very bytes are already in. */
  beginImport(header: ImportHeader): ImportSession | ImportResult
  /** Appends transactions as one listing, atomically and idempotently. */
  append(transactions: readonly Transaction[], options?: AppendOptions): Appended
  /**
   * Takes transactions out as if they had never been added, atomically: their block was turned back, say. Their numbers,
   * and those of their holders, stay theirs for when they come again, in another block or otherwise. Those that the
   * ledger does not have are passed over.
   *
   * What spends their outputs is the caller's to forget, in the same call or before: a spender that stays keeps the
   * holder and amount that it took from its prevout. What a source claims to cover it goes on claiming, but of `uncovered`.
   *
   * @param txs u32[n] numbers of transactions, in any order
   * @param uncovered u32[k] holders whose whole history nobody claims any more, whoever did; default: none
   * @returns how many transactions and movements are gone
   */
  forget(txs: Uint32Array, uncovered?: Uint32Array): { transactions: number; movements: number }

  /** Every asset, by asset id number. */
  assets(): readonly Asset[]
  sources(): readonly SourceRecord[]
  /** Row counts of the whole ledger. */
  size(): { transactions: number; movements: number; holders: number }

  /** u32, NONE where absent, in the order asked. */
  holderNumbers(holders: readonly HolderId[]): Uint32Array
  holderIds(holders: Uint32Array): HolderId[]
  /** All transactions with this id (several chains may share one); lower-case. */
  txNumbers(txid: string): Uint32Array
  heads(txs: Uint32Array): TransactionHeads
  /**
   * Transactions of a span of time, unix seconds, both ends included; ascending numbers, the first `limit` of them.
   * Cost: memory and SQLite read the heads of all transactions; an indexed chain finds the span by halving.
   */
  between(from: number, to: number, limit: number): Uint32Array

  /** Every movement that debits or credits one of these holders, each once, in chain order. */
  ofHolders(holders: Uint32Array): Movements
  /** Every movement of these transactions, in chain order. */
  ofTransactions(txs: Uint32Array): Movements
  /** Spending transaction of each lot (UTXO chains), NONE where unspent or unknown. */
  spenders(lotTx: Uint32Array, lotN: Uint32Array): Uint32Array
  /** Distinct transactions of each holder, counted up to `limit` (cost is bounded by it). */
  counts(holders: Uint32Array, limit: number): Float64Array
  coverage(holders: Uint32Array): HolderCoverage[]
  /** u8: 1 where `coverage` says `whole`. Reads none of the holders' transactions. */
  isWhole(holders: Uint32Array): Uint8Array
  /** Whole transactions as objects, for display and tests; not for hot paths. */
  transactions(txs: Uint32Array): Transaction[]
  assetNumber(asset: AssetId): number
  close(): void
}

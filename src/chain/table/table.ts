/**
 * The shapes that a table of an explorer, CSV or JSON, is read into.
 * @module
 */

import type { Asset } from '../../units/asset.ts'
import type { ChainId, HolderId } from '../../units/caip.ts'
import type { Impostor } from '../../units/impostor.ts'
import type { Transaction } from '../transaction.ts'

/** One row as read. Same shape as the ledger's `ImportRow`, which this room may not import. */
export interface TableRow {
  /** 1-based data row (the header is not one); for a transaction written in several rows, the first of them. */
  readonly row: number
  /** Whose export the row is from; '' where the file is one listing. */
  readonly listing: string
  readonly transaction: Transaction
}

/** Whose whole history the file says it holds. Same shape as the ledger's `Covers`. */
export type TableCovers =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'holders'; readonly holders: readonly HolderId[] }

/** What the operator states beyond the file. */
export interface TableOptions {
  /** The present, unix seconds: rows later than it (and two hours) are refused. */
  readonly nowUnixSeconds: number
  /** Chain of the file, where its layout does not say it. */
  readonly chain?: ChainId
  /** Asset of rows that name none: a CAIP-19 id, a token contract on `chain`, or `native`. */
  readonly asset?: string
  /** Decimals of `asset`, where our table does not know it. */
  readonly decimals?: number
  /** Decimals by token contract, as `--token CONTRACT=DECIMALS` states them. */
  readonly tokenDecimals?: ReadonlyMap<string, number>
  /** Field of the Lootline layout to column of this file, as `--map from=Sender,to=Receiver,…` states it. */
  readonly map?: ReadonlyMap<string, string>
  /** Receives each bad row; where absent, the first bad row is thrown. */
  readonly onReject?: (reject: Reject) => void
}

/** A row that was refused. */
export interface Reject {
  /** 1-based line; for a JSON array the 1-based item. */
  readonly line: number
  /** Name of the column as the file spells it; '' where the row as a whole is at fault. */
  readonly column: string
  readonly value: string
  readonly reason: string
  /** The row's cells, in the order of `Table.header`. Untrusted text. */
  readonly record: readonly string[]
}

/** A name that the file gives an address: somebody's statement, untrusted. */
export interface FileLabel {
  readonly holder: HolderId
  readonly name: string
}

/** What was read, counted. Complete after the last row. */
export interface TableSummary {
  /** Data rows met, whatever became of them. */
  readonly rows: number
  readonly rejected: number
  /** Rows that are no movement, by reason. */
  readonly skipped: ReadonlyMap<string, number>
  readonly assets: readonly Asset[]
  readonly covers: TableCovers
  /** Wallets whose exports the file holds; empty where it does not say. */
  readonly listings: readonly HolderId[]
  readonly labels: readonly FileLabel[]
  /** Unix seconds; null where no row has a time. */
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly impostors: readonly Impostor[]
  /** Sentences that whoever uses the result must know. */
  readonly notes: readonly string[]
}

/** A recognised file. */
export interface Table {
  /** File name without folders. */
  readonly name: string
  /** Id of the layout: `laundernet`, `etherscan-tokens` … */
  readonly layout: string
  readonly header: readonly string[]
  /** Reads the file from its start, batch by batch; each call starts afresh. */
  rows(): AsyncGenerator<readonly TableRow[], void>
  summary(): TableSummary
}

/**
 * The book: what live sources were asked and what follows from it, beside the transactions themselves, which are in the
 * ledger. It says of each output and holder how far they were looked for, so that a trace asks only what is not known,
 * and of each transaction that live sources put into the ledger in which block it stood, so that it can be taken out
 * when that block is.
 * @module
 */
import type { SourceKind } from '../chain/source.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { BookOfLies } from './bookLies.ts'
import type { BookOfOpenings } from './bookOpenings.ts'
import type { BlockKey, BookOfPuts } from './bookPuts.ts'

/** Tables of `live.sqlite` that the book owns: `docs/formats/live-sqlite.md`. */
export const BOOK_SCHEMA = `
CREATE TABLE moment(
  id INTEGER PRIMARY KEY, chain TEXT NOT NULL, height INTEGER NOT NULL, hash TEXT NOT NULL, time INTEGER NOT NULL,
  source TEXT NOT NULL, UNIQUE(chain, height, hash, source)
) STRICT;
CREATE TABLE sweep(
  id INTEGER PRIMARY KEY, chain TEXT NOT NULL, source TEXT NOT NULL, through INTEGER NOT NULL, hash TEXT NOT NULL,
  time INTEGER NOT NULL, done INTEGER NOT NULL
) STRICT;
CREATE TABLE lot(
  chain TEXT NOT NULL, txid TEXT NOT NULL, n INTEGER NOT NULL, moment INTEGER, sweep INTEGER,
  PRIMARY KEY(chain, txid, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE holder(
  holder TEXT PRIMARY KEY, chain TEXT NOT NULL, count INTEGER, moment INTEGER, sweep INTEGER, since INTEGER,
  fetched INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE block(chain TEXT NOT NULL, height INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY(chain, height))
  STRICT, WITHOUT ROWID;
CREATE TABLE used(
  source TEXT NOT NULL, chain TEXT NOT NULL, kind TEXT NOT NULL, blind TEXT NOT NULL, PRIMARY KEY(source, chain)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_sweep ON lot(sweep) WHERE sweep IS NOT NULL;
CREATE INDEX holder_sweep ON holder(sweep) WHERE sweep IS NOT NULL;
`

export interface LotKey {
  readonly chain: ChainId
  readonly txid: string
  readonly n: number
}

/** As of which block a source gave its word. */
export interface Moment {
  readonly chain: ChainId
  readonly height: number
  readonly hash: string
  /** Unix seconds. */
  readonly time: number
  /** URL without secrets. */
  readonly source: string
}

/** Blocks read one by one: everything listed under it was looked for in each of them. */
export interface Sweep extends Moment {
  readonly id: number
  /** It came to what was then the newest block. `height` and so on are of the last block read. */
  readonly done: boolean
}

/** How far something was looked for: by a source's own word, or block by block; both null where it was not. */
export interface Looked {
  readonly moment: Moment | null
  readonly sweep: Sweep | null
}

export interface HolderState extends Looked {
  /** Transactions that a source counts; null where none was asked. */
  readonly count: number | null
  /** First height from which the sweep looked for it. */
  readonly since: number | null
  /** Live sources gave its history, or began to: that the ledger calls it whole is their word. */
  readonly fetched: boolean
}

export interface UsedSource {
  readonly source: string
  readonly chain: ChainId
  readonly kind: SourceKind
  readonly blind: readonly string[]
}

export interface LiveBook extends BookOfLies, BookOfPuts, BookOfOpenings {
  /** Another whenever another process has written. */
  version(): number
  /** Several changes as one. */
  together<T>(work: () => T): T
  /** Commits within do not wait for the disk: a power cut may take the last of them back. */
  unsynced<T>(work: () => Promise<T>): Promise<T>

  lot(key: LotKey): Looked
  /** A source said, at that moment, that nothing spends it. */
  setUnspent(key: LotKey, moment: Moment): void
  dropLot(key: LotKey): void

  holder(holder: HolderId): HolderState
  setCount(holder: HolderId, transactions: number): void
  /** Says before the ledger calls holders whole that it is live sources' word. */
  setFetched(holders: readonly HolderId[]): void
  /** Its whole history is in the ledger as of that moment. */
  setHistory(holder: HolderId, moment: Moment): void

  /** Begins a sweep whose last block read is given. */
  beginSweep(at: Moment): number
  /** What is listed leaves the sweep that it was in. */
  joinSweep(sweep: number, lots: readonly LotKey[], holders: readonly SweptHolder[]): void
  /** A block was read. */
  advance(sweep: number, block: BlockKey & { readonly time: number }, done: boolean): void

  rememberBlock(chain: ChainId, block: BlockKey): void
  /** null where that block is not remembered. */
  blockHash(chain: ChainId, height: number): string | null
  /** Newest first. */
  blocks(chain: ChainId): Iterable<BlockKey>
  /** Forgets everything that rests on blocks above a height. */
  dropAbove(chain: ChainId, height: number): void

  setUsed(source: UsedSource): void
  used(): readonly UsedSource[]
  /** Moments and sweeps that unspent outputs and whole histories rest on, oldest first. */
  moments(): readonly Moment[]
}

export interface SweptHolder {
  readonly holder: HolderId
  readonly since: number
}

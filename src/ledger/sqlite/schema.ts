/**
 * Tables of `ledger.sqlite` and of an import's staging file. Meaning: `docs/formats/ledger-sqlite.md`.
 * Absent holders are -1, because the columns of a key cannot be NULL. Amounts from 2^53 on are decimal text.
 * Names have tables of their own in place of indexes, so that an import can insert them sorted.
 * @module
 */
import type { DatabaseFormat } from '../../store/index.ts'

export const LEDGER_FORMAT: DatabaseFormat = {
  room: 'ledger',
  version: 2,
  schema: `
CREATE TABLE chain(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, by_time INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE holder(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL,
  whole INTEGER NOT NULL DEFAULT 0, from_time INTEGER, to_time INTEGER
) STRICT;
CREATE TABLE holder_name(name TEXT PRIMARY KEY NOT NULL, id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE asset(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL, decimals INTEGER NOT NULL) STRICT;
CREATE TABLE tx(
  id INTEGER PRIMARY KEY, txid ANY NOT NULL, chain INTEGER NOT NULL,
  height INTEGER, idx INTEGER, time INTEGER, depth INTEGER NOT NULL DEFAULT 0, real INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE tx_name(
  txid ANY NOT NULL, chain INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(txid, chain)
) STRICT, WITHOUT ROWID;
CREATE INDEX tx_without_height ON tx(chain) WHERE height IS NULL AND real = 1;
CREATE TABLE movement(
  tx INTEGER NOT NULL, kind INTEGER NOT NULL, asset INTEGER NOT NULL, payer INTEGER NOT NULL, payee INTEGER NOT NULL,
  amount ANY NOT NULL, nth INTEGER NOT NULL, id INTEGER NOT NULL, position INTEGER, file_order INTEGER NOT NULL,
  PRIMARY KEY(tx, kind, asset, payer, payee, amount, nth)
) STRICT, WITHOUT ROWID;
CREATE TABLE output(
  tx INTEGER NOT NULL, n INTEGER NOT NULL, holder INTEGER NOT NULL, amount ANY NOT NULL, PRIMARY KEY(tx, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE input(
  tx INTEGER NOT NULL, i INTEGER NOT NULL, prev_tx INTEGER NOT NULL, prev_n INTEGER NOT NULL,
  holder INTEGER NOT NULL, amount ANY, PRIMARY KEY(tx, i)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX input_prevout ON input(prev_tx, prev_n);
CREATE TABLE touch(holder INTEGER NOT NULL, tx INTEGER NOT NULL, PRIMARY KEY(holder, tx)) STRICT, WITHOUT ROWID;
CREATE TABLE source(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, layout TEXT NOT NULL, bytes INTEGER NOT NULL,
  imported_time INTEGER NOT NULL, rows INTEGER NOT NULL, added INTEGER NOT NULL, duplicates INTEGER NOT NULL,
  rejected INTEGER NOT NULL, transactions INTEGER NOT NULL, contradictions INTEGER NOT NULL
) STRICT;
CREATE TABLE total(
  one INTEGER PRIMARY KEY CHECK(one = 1), transactions INTEGER NOT NULL, movements INTEGER NOT NULL,
  next_movement INTEGER NOT NULL, next_append INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES(1, 0, 0, 0, 0);
`,
}

/** 64 MiB: with the default 2 MiB look-ups thrash. It bounds sorts, too. sqlite.org/pragma.html#pragma_cache_size */
export const CACHE_KIB = 65_536
/** Staging is written at its end and read from its start: it needs little. */
export const STAGING_CACHE_KIB = 8192
/** The maps of names, 13 bytes a name, are looked up at random. */
export const TEMP_CACHE_KIB = 32_768

/** Name under which a staging database is attached. */
export const STAGING = 'staging'

/**
 * Tables of a staging database. They only grow at their ends: `tx` has a row for every statement about a transaction,
 * `holder` may repeat a name. The merge sorts them out.
 *
 * @param at `''`, or the attached database's name and a point
 */
export function stagingSchema(at: string): string {
  return `
CREATE TABLE ${at}head(
  one INTEGER PRIMARY KEY CHECK(one = 1), layout TEXT NOT NULL, rows INTEGER NOT NULL, from_time INTEGER, to_time INTEGER
) STRICT;
CREATE TABLE ${at}chain(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE ${at}holder(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE ${at}asset(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL DEFAULT '', decimals INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE ${at}listing(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_time INTEGER,
  rose INTEGER NOT NULL DEFAULT 0, fell INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE ${at}tx(
  id INTEGER PRIMARY KEY, txid ANY NOT NULL, chain INTEGER NOT NULL,
  height INTEGER, idx INTEGER, time INTEGER, real INTEGER NOT NULL
) STRICT;
CREATE TABLE ${at}movement(
  seq INTEGER PRIMARY KEY, row INTEGER NOT NULL, listing INTEGER NOT NULL, tx INTEGER NOT NULL, kind INTEGER NOT NULL,
  asset INTEGER NOT NULL, payer INTEGER NOT NULL, payee INTEGER NOT NULL, amount ANY NOT NULL, position INTEGER
) STRICT;
CREATE TABLE ${at}output(
  seq INTEGER PRIMARY KEY, tx INTEGER NOT NULL, n INTEGER NOT NULL, holder INTEGER NOT NULL, amount ANY NOT NULL
) STRICT;
CREATE TABLE ${at}input(
  seq INTEGER PRIMARY KEY, tx INTEGER NOT NULL, prev_tx INTEGER NOT NULL, prev_n INTEGER NOT NULL,
  holder INTEGER NOT NULL, amount ANY
) STRICT;
INSERT INTO ${at}head VALUES(1, '', 0, NULL, NULL);
`
}

export const STAGING_FORMAT: DatabaseFormat = { room: 'staging', version: 2, schema: stagingSchema('') }

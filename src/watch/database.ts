/**
 * `watch.sqlite`: what is watched, how far each chain was looked through, what was seen, what has to be told to whom.
 * Documented in docs/formats/watch-sqlite.md.
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, wrapSqlite } from '../store/index.ts'

const SCHEMA = `
  CREATE TABLE watch (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, request TEXT NOT NULL, holders TEXT NOT NULL,
    since TEXT NOT NULL, receivers TEXT NOT NULL, added INTEGER NOT NULL, label_mark TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event (
    watch TEXT NOT NULL REFERENCES watch ON DELETE CASCADE, key TEXT NOT NULL, class TEXT NOT NULL, holder TEXT,
    state TEXT NOT NULL, turn INTEGER NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (watch, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE statement (
    watch TEXT NOT NULL REFERENCES watch ON DELETE CASCADE, holder TEXT NOT NULL, mark TEXT NOT NULL,
    PRIMARY KEY (watch, holder, mark)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE block (
    chain TEXT NOT NULL, height INTEGER NOT NULL, hash TEXT, told INTEGER NOT NULL, PRIMARY KEY (chain, height)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE placed (
    chain TEXT NOT NULL, txid TEXT NOT NULL, height INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (chain, txid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX placed_height ON placed (chain, height);
  CREATE TABLE unconfirmed (
    chain TEXT NOT NULL, txid TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (chain, txid)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, watch TEXT NOT NULL REFERENCES watch ON DELETE CASCADE,
    time INTEGER NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_watch ON alert (watch);
  CREATE TABLE outbox (
    alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE, receiver INTEGER NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL, first_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, error TEXT,
    PRIMARY KEY (alert, receiver)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outbox_due ON outbox (next_ms) WHERE state = 'pending';
  CREATE INDEX outbox_dead ON outbox (alert) WHERE state = 'dead';
`

/** Came later than version 1 of the file, which lacks nothing without it. */
const AWAITED = `
  CREATE TABLE IF NOT EXISTS awaited (holder TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (holder, since))
    STRICT, WITHOUT ROWID;
`

/** The database and its path, for messages. */
export interface WatchDatabase {
  readonly database: ReturnType<typeof openDatabase>
  readonly file: string
}

/**
 * @param path a store's folder, its `watch.sqlite`, or `:memory:`
 * @throws {StoreProblemError | ForeignDatabaseError} as the store room says
 */
export function openWatchDatabase(path: string): WatchDatabase {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'watch.sqlite') : path
  const database = openDatabase(file, { room: 'watch', version: 1, schema: SCHEMA })
  wrapSqlite(file, () => database.exec(AWAITED))
  database.exec('PRAGMA foreign_keys=ON')
  return { database, file }
}

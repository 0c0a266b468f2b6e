/**
 * One way to open every SQLite file of a store.
 *
 * WAL lets readers go on while one process writes. `synchronous=FULL` syncs the log at every commit: a kill loses
 * nothing that was accepted, and a power cut neither corrupts the file nor takes back a commit
 * (sqlite.org/pragma.html#pragma_synchronous). `trusted_schema=OFF`, and node's defensive mode, keep a crafted file
 * from running functions out of its schema (sqlite.org/security.html).
 * @module
 */
import { DatabaseSync } from 'node:sqlite'
import { LootlineError } from '../errors.ts'
import { wrapSqlite } from './sqliteError.ts'

export interface DatabaseFormat {
  /** Room that owns the file; its first three letters are part of the application id. */
  readonly room: string
  /** Written to `user_version`; other versions are refused. */
  readonly version: number
  /** SQL that makes an empty file into one of ours. */
  readonly schema: string
  /** Opens without the right to write; the file must exist. */
  readonly readOnly?: boolean
  /** How long to wait for another process, default 5000. */
  readonly busyMilliseconds?: number
}

/** `L` and three letters of the room, as four big-endian bytes: `Lled` for the ledger. */
function applicationId(room: string): number {
  return Buffer.from(`L${room.slice(0, 3)}`, 'latin1').readInt32BE(0)
}

function nameOfId(id: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(id | 0)
  const name = bytes.toString('latin1')
  return /^[\x20-\x7e]{4}$/.test(name) ? `"${name}"` : String(id)
}

/** Reads one integer, such as a pragma. */
export function integer(database: DatabaseSync, sql: string): number {
  const row = database.prepare(sql).get()
  return row === undefined ? 0 : Number(Object.values(row)[0])
}

/**
 * Opens or creates a database of one room.
 *
 * @throws {StoreProblemError} where SQLite cannot
 * @throws {ForeignDatabaseError} STORE_FOREIGN where the file is not of this room, STORE_VERSION where it is of another version
 */
export function openDatabase(path: string, format: DatabaseFormat): DatabaseSync {
  return wrapSqlite(path, () => {
    const database = new DatabaseSync(path, {
      readOnly: format.readOnly ?? false,
      timeout: format.busyMilliseconds ?? 5000,
    })
    try {
      check(database, path, format)
      database.exec('PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL')
      if (format.readOnly) return database
      database.exec('PRAGMA journal_mode=WAL')
      if (integer(database, 'PRAGMA user_version') === 0) create(database, path, format)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Refuses before anything is written to the file. An empty file passes unless it is to be read only. */
function check(database: DatabaseSync, path: string, { room, version, readOnly }: DatabaseFormat): void {
  const id = integer(database, 'PRAGMA application_id')
  const found = integer(database, 'PRAGMA user_version')
  const expectedId = applicationId(room)
  const empty = id === 0 && found === 0 && integer(database, 'SELECT count(*) FROM sqlite_schema') === 0
  if (empty && !readOnly) return
  if (id !== expectedId) {
    const data = {
      code: 'STORE_FOREIGN',
      file: path,
      room,
      expected: nameOfId(expectedId),
      got: nameOfId(id),
    } as const
    throw new ForeignDatabaseError(data)
  }
  if (found !== version) {
    const data = { code: 'STORE_VERSION', file: path, room, expected: version, got: found } as const
    throw new ForeignDatabaseError(data)
  }
}

/** Two processes may come here at once: the second finds the schema in place. */
function create(database: DatabaseSync, path: string, format: DatabaseFormat): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    check(database, path, format)
    if (integer(database, 'PRAGMA user_version') === 0) {
      database.exec(format.schema)
      database.exec(
        `PRAGMA application_id=${applicationId(format.room)}; PRAGMA user_version=${format.version}`,
      )
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Runs `fn` in one write transaction; rolls back and rethrows where it fails.
 *
 * @param kind `DEFERRED` takes the write lock of each attached database only when it is written
 * @throws {StoreProblemError} where SQLite cannot; nothing is then written
 */
export function inTransaction<T>(
  database: DatabaseSync,
  path: string,
  fn: () => T,
  kind: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE',
): T {
  return wrapSqlite(path, () => {
    database.exec(`BEGIN ${kind}`)
    try {
      const result = fn()
      database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk may have rolled back already: sqlite.org/lang_transaction.html, "Response to errors".
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  })
}

type ForeignDatabase =
  | {
      readonly code: 'STORE_FOREIGN'
      readonly file: string
      readonly room: string
      readonly expected: string
      readonly got: string
    }
  | {
      readonly code: 'STORE_VERSION'
      readonly file: string
      readonly room: string
      readonly expected: number
      readonly got: number
    }

export class ForeignDatabaseError extends LootlineError<ForeignDatabase> {
  override readonly name = 'ForeignDatabaseError'
  constructor(data: ForeignDatabase) {
    if (data.code === 'STORE_FOREIGN') {
      super(
        data,
        `${data.file} is not a Lootline ${data.room} file: its application id is ${data.got}, expected ${data.expected}`,
        'Name another store, or move this file away.',
      )
    } else {
      super(
        data,
        `${data.file} is a Lootline ${data.room} file of version ${data.got}; this program reads version ${data.expected}`,
        data.got > data.expected
          ? 'Use the newer Lootline that wrote it.'
          : 'Make a new store with this version and import the source files again.',
      )
    }
  }
}

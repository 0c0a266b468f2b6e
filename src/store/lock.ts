/**
 * One writer at a time. The lock is a write transaction held open on the SQLite file `write.lock`: the operating system
 * frees it when the process ends, however it ends, so that no stale lock is ever left behind.
 * A RESERVED lock (BEGIN IMMEDIATE) keeps other writers out and still lets them read who holds it
 * (sqlite.org/lockingv3.html).
 * @module
 */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LootlineError } from '../errors.ts'
import { wrapSqlite } from './sqliteError.ts'

/** A held lock. */
export interface WriteLock {
  /** Frees it; a second call does nothing. */
  release(): void
}

/**
 * Takes the write lock of a store, or fails at once. Not re-entrant: `Ledger.beginImport` and `Ledger.append` take it
 * themselves.
 *
 * @param what shown to whoever comes second, such as `import of a.csv`
 * @param file name of another lock in the store, for what only one process may do beside the writing of others
 * @throws {StoreLockedError} STORE_BUSY with who holds it, for what, since when
 * @throws {StoreProblemError} where the lock file cannot be written
 */
export function takeWriteLock(storePath: string, what: string, file: string = 'write.lock'): WriteLock {
  const path = join(storePath, file)
  return wrapSqlite(path, () => {
    const database = new DatabaseSync(path, { timeout: 0 })
    try {
      begin(database, path)
      database.exec(
        'CREATE TABLE IF NOT EXISTS owner(one INTEGER PRIMARY KEY CHECK(one = 1), who TEXT, what TEXT, since INTEGER)',
      )
      database
        .prepare('INSERT OR REPLACE INTO owner VALUES(1, ?, ?, ?)')
        .run(
          `process ${process.pid} on ${hostname()}`,
          what.replace(/\p{Cc}/gu, '?'),
          Math.floor(Date.now() / 1000),
        )
      database.exec('COMMIT')
      begin(database, path)
    } catch (error) {
      database.close()
      throw error
    }
    return {
      release(): void {
        if (database.isOpen) database.close()
      },
    }
  })
}

/**
 * Runs `fn` while holding the write lock of a store; where it returns a promise, until that is settled.
 *
 * @throws {StoreLockedError} STORE_BUSY
 * @example
 * withWriteLock(store.path, 'labels update', () => importPack(pack))
 */
export function withWriteLock<T>(storePath: string, what: string, fn: () => T): T {
  const lock = takeWriteLock(storePath, what)
  let result: T
  try {
    result = fn()
  } catch (error) {
    lock.release()
    throw error
  }
  if (result instanceof Promise) return result.finally(() => lock.release()) as T
  lock.release()
  return result
}

/** SQLITE_BUSY: sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

function begin(database: DatabaseSync, path: string): void {
  try {
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_BUSY) throw error
    throw new StoreLockedError({ code: 'STORE_BUSY', file: path, ...ownerOf(database) }, error)
  }
}

interface Owner {
  readonly who: string
  readonly what: string
  /** Unix seconds, null where unknown. */
  readonly since: number | null
}

/** The owner may be just writing its name: then it is unknown. */
function ownerOf(database: DatabaseSync): Owner {
  try {
    const row = database.prepare('SELECT who, what, since FROM owner').get()
    if (row !== undefined) {
      return { who: String(row['who']), what: String(row['what']), since: Number(row['since']) }
    }
  } catch {
    // Nothing to add: the failure that counts is the lock itself.
  }
  return { who: 'another process', what: 'a change', since: null }
}

export class StoreLockedError extends LootlineError<
  { readonly code: 'STORE_BUSY'; readonly file: string } & Owner
> {
  override readonly name = 'StoreLockedError'
  constructor(data: { readonly code: 'STORE_BUSY'; readonly file: string } & Owner, cause: unknown) {
    const since = data.since === null ? '' : `, since ${new Date(data.since * 1000).toISOString()}`
    super(
      data,
      `${data.file}: the store is being changed by ${data.who} (${data.what.slice(0, 120)}${since})`,
      'Wait until it has ended, then try again; nothing was changed.',
      { cause },
    )
  }
}

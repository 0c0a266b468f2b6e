/**
 * SQLite's result codes as failures a user can mend.
 * @module
 */
import { LootlineError } from '../errors.ts'

export interface StoreProblem {
  readonly code:
    | 'STORE_BUSY'
    | 'STORE_FULL'
    | 'STORE_CORRUPT'
    | 'STORE_READ_ONLY'
    | 'STORE_UNREADABLE'
    | 'STORE_IO'
  readonly file: string
  /** SQLite's own words. */
  readonly detail: string
}

const WORDS: Record<StoreProblem['code'], readonly [problem: string, next: string]> = {
  STORE_BUSY: ['is in use by another process', 'Wait until the other command has ended, then try again.'],
  STORE_FULL: [
    'could not grow: the disk, or the quota, is full; the change was rolled back whole',
    'Free some space and give the same command again; what was staged before is kept.',
  ],
  STORE_CORRUPT: [
    'is damaged, or is not a database',
    'Restore the folder from a backup, or move it away and import the source files again.',
  ],
  STORE_READ_ONLY: [
    'cannot be written',
    'Make the store folder and its files writable for this user, or copy it and work on the copy.',
  ],
  STORE_UNREADABLE: [
    'cannot be opened',
    'Check that the store folder exists and that this user may read and write it.',
  ],
  STORE_IO: [
    'could not be read or written; the change was rolled back whole',
    'Check the disk, then give the same command again.',
  ],
}

/** Extended code of a failure to grow the WAL index, which only a full disk gives: sqlite.org/rescode.html. */
const SQLITE_IOERR_SHMSIZE = 4874

/** Primary result codes: sqlite.org/rescode.html. */
function codeOf(errcode: number): StoreProblem['code'] | undefined {
  if (errcode === SQLITE_IOERR_SHMSIZE) return 'STORE_FULL'
  switch (errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return 'STORE_BUSY'
    case 13: // SQLITE_FULL
      return 'STORE_FULL'
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return 'STORE_CORRUPT'
    case 8: // SQLITE_READONLY
    case 3: // SQLITE_PERM
      return 'STORE_READ_ONLY'
    case 14: // SQLITE_CANTOPEN
      return 'STORE_UNREADABLE'
    case 10: // SQLITE_IOERR
      return 'STORE_IO'
    default:
      return undefined
  }
}

/** The LootlineError for what SQLite threw, or the error itself where it is not one a user can mend. */
function storeError(path: string, error: unknown): unknown {
  const sqlite = error as { code?: unknown; errcode?: unknown; message?: unknown }
  if (sqlite.code !== 'ERR_SQLITE_ERROR' || typeof sqlite.errcode !== 'number') return error
  const code = codeOf(sqlite.errcode)
  if (code === undefined) return error
  return new StoreProblemError({ code, file: path, detail: String(sqlite.message) }, error)
}

/**
 * Runs `fn` and maps what SQLite throws: locked, full, corrupt, read-only, unreadable. Programming errors pass unchanged.
 *
 * @throws {StoreProblemError} with code STORE_BUSY, STORE_FULL, STORE_CORRUPT, STORE_READ_ONLY, STORE_UNREADABLE or STORE_IO
 */
export function wrapSqlite<T>(path: string, fn: () => T): T {
  try {
    return fn()
  } catch (error) {
    throw storeError(path, error)
  }
}

export class StoreProblemError extends LootlineError<StoreProblem> {
  override readonly name = 'StoreProblemError'
  constructor(data: StoreProblem, cause: unknown) {
    const [problem, next] = WORDS[data.code]
    super(data, `${data.file} ${problem} (${data.detail})`, next, { cause })
  }
}

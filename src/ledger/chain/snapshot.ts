/**
 * Files that a reader may still need are not deleted. A reader holds a read transaction on the SQLite file `read.lock`, the
 * indexer deletes only while it can hold that file alone; the operating system frees both when a process ends, however it
 * ends (sqlite.org/lockingv3.html).
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const FILE = 'read.lock'
/** Milliseconds that a reader waits for a deletion to end. */
const WAIT = 10_000

/** Call it before reading `chain.json`; what that names then stays until `release`. A second call does nothing. */
export function holdSnapshot(folder: string): { release(): void } {
  const path = join(folder, FILE)
  let database: DatabaseSync | undefined
  try {
    // Made by the first index. Where it is not, or cannot be opened, nothing is deleted either.
    if (existsSync(path)) database = new DatabaseSync(path, { timeout: WAIT, readOnly: true })
    database?.exec('BEGIN')
    database?.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (error) {
    database?.close()
    throw error
  }
  return {
    release(): void {
      if (database?.isOpen === true) database.close()
    },
  }
}

/** Makes the file that readers look for. */
export function allowSnapshots(folder: string): void {
  if (!existsSync(join(folder, FILE))) whileUnread(folder, () => {})
}

/** Does the work if nobody reads, and keeps readers waiting meanwhile. Returns whether it did. */
export function whileUnread(folder: string, work: () => void): boolean {
  const database = new DatabaseSync(join(folder, FILE), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    return false
  }
  try {
    work()
    return true
  } finally {
    database.close()
  }
}

/**
 * When a commit waits for the disk. A store's commits do (docs/formats/store.md); of what a sweep reads and how far it is,
 * a power cut may lose the last blocks, which are then read again: a commit that waits took 7.3 ms on a busy machine with two
 * cores, one that does not 0.5 ms (2026-12-01), and a sweep has three of them a block. A kill of the process loses nothing
 * either way, and the log stays whole (sqlite.org/pragma.html#pragma_synchronous, NORMAL in WAL mode).
 * @module
 */
import type { LiveDatabase } from './liveFile.ts'

const set = (database: LiveDatabase, level: 'FULL' | 'NORMAL'): void => {
  if (database.isOpen) database.exec(`PRAGMA synchronous=${level}`)
}

/** Commits within do not wait for the disk, but for those of {@link synced}. */
export async function unsynced<T>(database: LiveDatabase, work: () => Promise<T>): Promise<T> {
  set(database, 'NORMAL')
  try {
    return await work()
  } finally {
    set(database, 'FULL')
  }
}

/** Waits for the disk, and so for every commit before; stands outside of transactions. */
export function synced(database: LiveDatabase, work: () => void): void {
  const before = Number(database.prepare('PRAGMA synchronous').get()?.['synchronous'])
  set(database, 'FULL')
  try {
    work()
  } finally {
    if (before === NORMAL) set(database, 'NORMAL')
  }
}

const NORMAL = 1

/**
 * The file in which an import is staged: `staging/<sha256>.sqlite` of the store.
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { ForeignDatabaseError, makeFolder, openDatabase } from '../../store/index.ts'
import type { ImportHeader } from '../ledger.ts'
import { STAGING, STAGING_CACHE_KIB, STAGING_FORMAT } from './schema.ts'

export function stagingFile(storePath: string, { sha256, name }: ImportHeader): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`sha256 of ${name} is not 64 hex digits`)
  const folder = join(storePath, 'staging')
  makeFolder(folder)
  return join(folder, `${sha256}.sqlite`)
}

export function removeStaging(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** Attaches what a killed import of the same bytes and layout left; anything else in its place is dropped. */
export function attachStaging(database: DatabaseSync, file: string, layout: string): void {
  const openOrMake = (): DatabaseSync => {
    try {
      return openDatabase(file, STAGING_FORMAT)
    } catch (error) {
      const useless =
        error instanceof ForeignDatabaseError || (error as { code?: string }).code === 'STORE_CORRUPT'
      if (!useless) throw error
      removeStaging(file)
      return openDatabase(file, STAGING_FORMAT)
    }
  }
  let staging = openOrMake()
  const head = staging.prepare('SELECT layout, rows FROM head').get()!
  if (head['layout'] !== layout && head['rows'] !== 0) {
    staging.close()
    removeStaging(file)
    staging = openOrMake()
  }
  staging.prepare('UPDATE head SET layout = ?').run(layout)
  staging.close()
  // NORMAL: a power cut may take back the last rows staged, and only those; the import goes on from where they end.
  database.prepare(`ATTACH ? AS ${STAGING}`).run(file)
  database.exec(`PRAGMA ${STAGING}.synchronous=NORMAL; PRAGMA ${STAGING}.cache_size=-${STAGING_CACHE_KIB}`)
}

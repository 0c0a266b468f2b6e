/**
 * `live.sqlite` of a store: what belongs to live sources, one file for all parts of the room so that one commit can hold
 * them together. Tables: `docs/formats/sources.md` and what each part names.
 * @module
 */
import { existsSync } from 'node:fs'
import { openDatabase, openStore } from '../store/index.ts'
import { ARCHIVE_SCHEMA } from './archive.ts'
import { BOOK_SCHEMA } from './book.ts'
import { LIE_SCHEMA } from './bookLies.ts'
import { OPENING_SCHEMA } from './bookOpenings.ts'
import { PUT_SCHEMA } from './bookPuts.ts'
import { SOURCE_SCHEMA } from './sources/schema.ts'

export type LiveDatabase = ReturnType<typeof openDatabase>

export interface LiveFile {
  /** For messages. */
  readonly path: string
  readonly database: LiveDatabase
  close(): void
}

/** Every part of the room adds its tables here; a change of any of them needs a new version. */
const SCHEMAS: readonly string[] = [
  SOURCE_SCHEMA,
  ARCHIVE_SCHEMA,
  BOOK_SCHEMA,
  PUT_SCHEMA,
  OPENING_SCHEMA,
  LIE_SCHEMA,
]
const VERSION = 3

/**
 * Opens the file of a store, making it where there is none.
 *
 * @throws {StoreFolderError} where the folder is no store
 * @throws {StoreProblemError | ForeignDatabaseError} as the store room says
 */
export function openLiveFile(storePath: string): LiveFile {
  const path = openStore(storePath).live
  const database = openDatabase(path, { room: 'live', version: VERSION, schema: SCHEMAS.join('') })
  return {
    ...{ path, database },
    close(): void {
      if (database.isOpen) database.close()
    },
  }
}

/** Whether a store has ever had a live source. Opens nothing. @throws {StoreFolderError} */
export function hasLiveFile(storePath: string): boolean {
  return existsSync(openStore(storePath).live)
}

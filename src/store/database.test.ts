import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LootlineError } from '../errors.ts'
import { inTransaction, integer, openDatabase } from './database.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-database-'))
  path = join(folder, 'x.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const FORMAT = { room: 'ledger', version: 1, schema: 'CREATE TABLE t(a INTEGER, b BLOB) STRICT' }

function failure(fn: () => unknown): LootlineError {
  try {
    fn()
  } catch (error) {
    return error as LootlineError
  }
  throw new Error('no error')
}

describe('openDatabase', () => {
  test('creates the schema once, marks the file, and sets the pragmas', () => {
    for (let round = 0; round < 2; round++) {
      const database = openDatabase(path, FORMAT)
      expect(
        Buffer.from(Uint32Array.of(integer(database, 'PRAGMA application_id')).buffer)
          .reverse()
          .toString(),
      ).toBe('Lled')
      expect(integer(database, 'PRAGMA user_version')).toBe(1)
      expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
      expect(integer(database, 'PRAGMA synchronous')).toBe(2)
      expect(integer(database, 'PRAGMA trusted_schema')).toBe(0)
      expect(integer(database, 'SELECT count(*) FROM t')).toBe(0)
      database.close()
    }
  })

  test('refuses another room, another version and a foreign database, untouched, saying what it got', () => {
    openDatabase(path, FORMAT).close()
    const room = failure(() => openDatabase(path, { ...FORMAT, room: 'label' }))
    expect(room.data).toMatchObject({ code: 'STORE_FOREIGN', expected: '"Llab"', got: '"Lled"' })
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version=7')
    newer.close()
    expect(failure(() => openDatabase(path, FORMAT)).data).toMatchObject({
      code: 'STORE_VERSION',
      expected: 1,
      got: 7,
    })

    const foreign = join(folder, 'foreign.sqlite')
    const other = new DatabaseSync(foreign)
    other.exec('CREATE TABLE bookmarks(a)')
    other.close()
    const before = readFileSync(foreign)
    expect(failure(() => openDatabase(foreign, FORMAT)).code).toBe('STORE_FOREIGN')
    expect(readFileSync(foreign).equals(before)).toBe(true)
  })

  test('a file that is no database is STORE_CORRUPT, a missing folder STORE_UNREADABLE', () => {
    writeFileSync(path, 'From: a@b\n'.repeat(1000))
    expect(failure(() => openDatabase(path, FORMAT)).code).toBe('STORE_CORRUPT')
    expect(failure(() => openDatabase(join(folder, 'no', 'x'), FORMAT)).code).toBe('STORE_UNREADABLE')
  })

  test('read only: a missing file is not made, and writing is STORE_READ_ONLY', () => {
    expect(failure(() => openDatabase(path, { ...FORMAT, readOnly: true })).code).toBe('STORE_UNREADABLE')
    openDatabase(path, FORMAT).close()
    const database = openDatabase(path, { ...FORMAT, readOnly: true })
    const error = failure(() =>
      inTransaction(database, path, () => database.exec('INSERT INTO t VALUES(1, NULL)')),
    )
    expect(error.code).toBe('STORE_READ_ONLY')
    database.close()
  })
})

describe('inTransaction', () => {
  test('a second writer is told STORE_BUSY', () => {
    const first = openDatabase(path, FORMAT)
    const second = openDatabase(path, { ...FORMAT, busyMilliseconds: 1 })
    first.exec('BEGIN IMMEDIATE')
    expect(failure(() => inTransaction(second, path, () => undefined)).code).toBe('STORE_BUSY')
    first.exec('COMMIT')
    first.close()
    second.close()
  })

  test('a full disk is STORE_FULL, and the database is as before', () => {
    const database = openDatabase(path, FORMAT)
    inTransaction(database, path, () => database.exec('INSERT INTO t VALUES(1, NULL)'))
    database.exec(`PRAGMA max_page_count=${integer(database, 'PRAGMA page_count') + 4}`)
    const fill = (): void => {
      for (let i = 0; i < 100; i++) database.exec('INSERT INTO t VALUES(2, zeroblob(5000))')
    }
    const error = failure(() => inTransaction(database, path, fill))
    expect(error.code).toBe('STORE_FULL')
    expect(error.next).toContain('Free some space')
    expect(integer(database, 'SELECT count(*) FROM t')).toBe(1)
    database.close()
  })

  test('what the callback throws rolls back and passes unchanged', () => {
    const database = openDatabase(path, FORMAT)
    const ours = new Error('ours')
    const thrown = failure(() =>
      inTransaction(database, path, () => {
        database.exec('INSERT INTO t VALUES(1, NULL)')
        throw ours
      }),
    )
    expect(thrown).toBe(ours)
    expect(integer(database, 'SELECT count(*) FROM t')).toBe(0)
    database.close()
  })

  test('a commit is whole in a copy of the files taken without closing, as a power cut would leave them', () => {
    const database = openDatabase(path, FORMAT)
    inTransaction(database, path, () => database.exec('INSERT INTO t VALUES(1, NULL)'))
    const copy = join(folder, 'copy.sqlite')
    copyFileSync(path, copy)
    copyFileSync(`${path}-wal`, `${copy}-wal`)
    database.close()
    const reopened = openDatabase(copy, FORMAT)
    expect(integer(reopened, 'SELECT count(*) FROM t')).toBe(1)
    reopened.close()
  })
})

/**
 * Writing to the ledger: imports, staged and then merged in one transaction, and appends.
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import {
  inTransaction,
  StoreProblemError,
  takeWriteLock,
  type WriteLock,
  withWriteLock,
  wrapSqlite,
} from '../../store/index.ts'
import { checkTransaction } from '../checkTransaction.ts'
import { SessionEndedError } from '../importError.ts'
import type { Appended, AppendOptions, ImportHeader, ImportResult, ImportSession, Ledger } from '../ledger.ts'
import { fileOrderBase } from '../order.ts'
import { forgetTransactions } from './forget.ts'
import { mergeStaging } from './merge.ts'
import { STAGING, stagingSchema } from './schema.ts'
import { openStaging, type Staging } from './staging.ts'
import { attachStaging, removeStaging, stagingFile } from './stagingFile.ts'

export interface Importer extends Pick<Ledger, 'beginImport' | 'append' | 'forget' | 'sources'> {
  /** Ends an open session; what it staged stays for the next time. */
  close(): void
}

/** @param path of the ledger's file, for messages */
export function createImporter(
  database: DatabaseSync,
  storePath: string,
  path: string,
  readOnly: boolean,
): Importer {
  let open: { end(): void } | undefined

  function assertWritable(): void {
    if (!readOnly) return
    const data = { code: 'STORE_READ_ONLY', file: path, detail: 'opened for reading' } as const
    throw new StoreProblemError(data, undefined)
  }

  function earlierResult(sha256: string): ImportResult | undefined {
    const row = database.prepare('SELECT * FROM source WHERE sha256 = ?').get(sha256)
    return row === undefined ? undefined : resultOf(row, true)
  }

  function session(header: ImportHeader, lock: WriteLock): ImportSession {
    const file = stagingFile(storePath, header)
    attachStaging(database, file, header.layout)
    let staging: Staging | undefined = openStaging(database)
    const end = (): void => {
      staging = undefined
      open = undefined
      database.exec(`DETACH ${STAGING}`)
      lock.release()
    }
    open = { end }
    const live = (): Staging => {
      if (staging === undefined)
        throw new SessionEndedError({ code: 'LEDGER_SESSION_ENDED', name: header.name })
      return staging
    }
    const stage = (change: (staging: Staging) => void): void => {
      const current = live()
      try {
        // Deferred: only the staging database is written, and readers of the ledger are not held up.
        inTransaction(database, file, () => change(current), 'DEFERRED')
      } catch (error) {
        current.forget()
        throw error
      }
    }
    const drop = (): void => {
      end()
      removeStaging(file)
    }
    return {
      stagedRows: Number(database.prepare(`SELECT rows FROM ${STAGING}.head`).get()!['rows']),
      add(rows): void {
        for (const { transaction } of rows) checkTransaction(transaction)
        stage((current) => current.add(rows))
      },
      addAssets: (assets) => stage((current) => current.addAssets(assets)),
      commit(covers, counts): ImportResult {
        live()
        let result: ImportResult
        try {
          result = inTransaction(database, path, () => {
            const merged = mergeStaging(database, covers, fileOrderBase(header.sha256))
            database
              .prepare(
                'INSERT INTO source VALUES((SELECT count(*) FROM source), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
              )
              .run(
                ...[header.name, header.sha256, header.layout, header.bytes, Math.floor(Date.now() / 1000)],
                ...[counts.rows, merged.added, merged.duplicates, counts.rejected],
                ...[merged.transactions, merged.contradictions],
              )
            return { ...earlierResult(header.sha256)!, already: false }
          })
        } catch (error) {
          // Another try gives the same conflict, but a disk may have space again.
          if (!(error instanceof StoreProblemError)) drop()
          throw error
        }
        drop()
        // Readers then need not look into a log as long as the import.
        database.exec('PRAGMA main.wal_checkpoint(TRUNCATE)')
        return result
      },
      abort(): void {
        if (staging !== undefined) drop()
      },
    }
  }

  return {
    beginImport(header): ImportSession | ImportResult {
      assertWritable()
      return wrapSqlite(path, () => {
        const before = earlierResult(header.sha256)
        if (before !== undefined) return before
        const lock = takeWriteLock(storePath, `import of ${header.name}`)
        try {
          // Whoever held the lock a moment ago may have imported these bytes.
          const meanwhile = earlierResult(header.sha256)
          if (meanwhile === undefined) return session(header, lock)
          lock.release()
          return meanwhile
        } catch (error) {
          lock.release()
          throw error
        }
      })
    },
    append(transactions, options: AppendOptions = {}): Appended {
      const { covers = { kind: 'none' }, assets = [] } = options
      assertWritable()
      for (const transaction of transactions) checkTransaction(transaction)
      const lock = takeWriteLock(storePath, 'append')
      try {
        return wrapSqlite(path, () => {
          database.exec(`ATTACH ':memory:' AS ${STAGING}`)
          try {
            return inTransaction(database, path, () => {
              database.exec(stagingSchema(`${STAGING}.`))
              const staging = openStaging(database)
              staging.add(transactions.map((transaction, i) => ({ row: i + 1, listing: '', transaction })))
              staging.addAssets(assets)
              const first = Number(database.prepare('SELECT next_append FROM total').get()!['next_append'])
              const { transactions: _, ...merged } = mergeStaging(database, covers, first)
              const next = first + merged.added + merged.duplicates
              database.prepare('UPDATE total SET next_append = ?').run(next)
              return merged
            })
          } finally {
            database.exec(`DETACH ${STAGING}`)
          }
        })
      } finally {
        lock.release()
      }
    },
    forget(txs, uncovered = new Uint32Array()): { transactions: number; movements: number } {
      assertWritable()
      return withWriteLock(storePath, 'forget', () =>
        inTransaction(database, path, () => forgetTransactions(database, txs, uncovered)),
      )
    },
    sources: () =>
      wrapSqlite(path, () =>
        database
          .prepare('SELECT * FROM source ORDER BY id')
          .all()
          .map((row) => resultOf(row, true).source),
      ),
    close: () => open?.end(),
  }
}

function resultOf(row: Record<string, unknown>, already: boolean): ImportResult {
  const number = (column: string): number => Number(row[column])
  return {
    source: {
      id: number('id'),
      name: String(row['name']),
      sha256: String(row['sha256']),
      layout: String(row['layout']),
      bytes: number('bytes'),
      importedTime: number('imported_time'),
      rows: number('rows'),
      added: number('added'),
      duplicates: number('duplicates'),
      rejected: number('rejected'),
    },
    transactions: number('transactions'),
    added: number('added'),
    duplicates: number('duplicates'),
    contradictions: number('contradictions'),
    already,
  }
}

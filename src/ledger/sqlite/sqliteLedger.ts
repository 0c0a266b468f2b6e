/**
 * The ledger on disk: `ledger.sqlite` of a store. Tables: `docs/formats/ledger-sqlite.md`.
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Input, Transaction, Transfer } from '../../chain/transaction.ts'
import {
  ForeignDatabaseError,
  inTransaction,
  openDatabase,
  openStore,
  StoreProblemError,
  takeWriteLock,
  type WriteLock,
  wrapSqlite,
} from '../../store/index.ts'
import { checkTransaction } from '../checkTransaction.ts'
import { describeAsset } from '../describeAsset.ts'
import { SessionEndedError } from '../importError.ts'
import {
  type HolderCoverage,
  type ImportHeader,
  type ImportResult,
  type ImportSession,
  type Ledger,
  MOVEMENT_KINDS,
  NONE,
} from '../ledger.ts'
import { fileOrderBase } from '../order.ts'
import { mergeStaging } from './merge.ts'
import { createReader, inChunks } from './read.ts'
import { LEDGER_FORMAT, STAGING, STAGING_FORMAT, stagingSchema } from './schema.ts'
import { openStaging, type Staging } from './staging.ts'

/** 64 MiB a database: with the default 2 MiB the look-ups by text thrash. sqlite.org/pragma.html#pragma_cache_size */
const CACHE_KIB = 65_536

/**
 * Opens the ledger of a store, and makes it where the store has none yet. Reading needs no lock and sees only committed
 * imports; writing takes the store's write lock.
 *
 * @throws {StoreFolderError} where the folder is no store
 * @throws {ForeignDatabaseError | StoreProblemError} where the file is not a ledger, or cannot be opened
 */
export function openSqliteLedger(storePath: string, options: { readonly readOnly?: boolean } = {}): Ledger {
  const store = openStore(storePath)
  const readOnly = options.readOnly ?? false
  return sqliteLedgerOn(openDatabase(store.ledger, { ...LEDGER_FORMAT, readOnly }), store.path, readOnly)
}

/** The ledger on an open database. Closes it in the end. */
export function sqliteLedgerOn(database: DatabaseSync, storePath: string, readOnly = false): Ledger {
  const path = join(storePath, 'ledger.sqlite')

  database.exec(`PRAGMA cache_size=-${CACHE_KIB}`)
  const reader = createReader(database)
  const prepared = new Map<string, StatementSync>()
  let open: { readonly lock: WriteLock; end(): void } | undefined

  function sql(text: string): StatementSync {
    let statement = prepared.get(text)
    if (statement === undefined) {
      statement = database.prepare(text)
      prepared.set(text, statement)
    }
    return statement
  }

  /** One state of the file for several statements, also while another process commits. */
  function snapshot<T>(read: () => T): T {
    return wrapSqlite(path, () => {
      database.exec('BEGIN')
      try {
        return read()
      } finally {
        database.exec('COMMIT')
      }
    })
  }

  /** Calls `each` with a row for every id that has one; `j.key` is the place within the chunk. */
  function rowsOf(
    ids: Uint32Array,
    text: string,
    each: (at: number, row: Record<string, unknown>) => void,
  ): void {
    snapshot(() => {
      inChunks(ids, (json, start) => {
        for (const row of sql(text).iterate(json)) each(start + Number(row['at']), row)
      })
    })
  }

  function assertWritable(): void {
    if (!readOnly) return
    const data = { code: 'STORE_READ_ONLY', file: path, detail: 'opened for reading' } as const
    throw new StoreProblemError(data, undefined)
  }

  function earlierResult(sha256: string): ImportResult | undefined {
    const row = sql('SELECT * FROM source WHERE sha256 = ?').get(sha256)
    return row === undefined ? undefined : resultOf(row, true)
  }

  function beginImport(header: ImportHeader): ImportSession | ImportResult {
    assertWritable()
    return wrapSqlite(path, () => {
      const before = earlierResult(header.sha256)
      if (before !== undefined) return before
      const lock = takeWriteLock(storePath, `import of ${header.name}`)
      try {
        // Whoever held the lock a moment ago may have imported these bytes.
        const meanwhile = earlierResult(header.sha256)
        if (meanwhile === undefined) return importSession(header, lock)
        lock.release()
        return meanwhile
      } catch (error) {
        lock.release()
        throw error
      }
    })
  }

  function importSession(header: ImportHeader, lock: WriteLock): ImportSession {
    const file = stagingFile(storePath, header)
    attach(database, file, header.layout)
    let staging: Staging | undefined = openStaging(database)
    const session = {
      lock,
      /** Leaves what is staged for the next time. */
      end(): void {
        staging = undefined
        open = undefined
        database.exec(`DETACH ${STAGING}`)
        lock.release()
      },
    }
    open = session
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
      session.end()
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

  function append(
    transactions: readonly Transaction[],
    covers: Parameters<Ledger['append']>[1] = { kind: 'none' },
  ): { added: number; duplicates: number } {
    assertWritable()
    for (const transaction of transactions) checkTransaction(transaction)
    const lock = takeWriteLock(storePath, 'append')
    try {
      return wrapSqlite(path, () => {
        database.exec(`ATTACH ':memory:' AS ${STAGING}`)
        try {
          return inTransaction(database, path, () => {
            database.exec(stagingSchema(`${STAGING}.`))
            openStaging(database).add(
              transactions.map((transaction, i) => ({ row: i + 1, listing: '', transaction })),
            )
            const first = Number(sql('SELECT next_append FROM total').get()!['next_append'])
            const { added, duplicates } = mergeStaging(database, covers, first)
            sql('UPDATE total SET next_append = next_append + ?').run(added + duplicates)
            return { added, duplicates }
          })
        } finally {
          database.exec(`DETACH ${STAGING}`)
        }
      })
    } finally {
      lock.release()
    }
  }

  function transactions(txs: Uint32Array): Transaction[] {
    const heads = ledger.heads(txs)
    return Array.from(txs, (tx, i) => {
      const given: Partial<Record<'height' | 'index' | 'time', number>> = {}
      for (const field of ['height', 'index', 'time'] as const) {
        if (!Number.isNaN(heads[field][i]!)) given[field] = heads[field][i]!
      }
      return { chain: heads.chain[i]!, txid: heads.txid[i]!, ...given, ...legsOf(tx) }
    })
  }

  function legsOf(tx: number): Pick<Transaction, 'transfers' | 'inputs' | 'outputs'> {
    return snapshot(() => ({
      transfers: sql(
        `SELECT p.name AS payer, q.name AS payee, a.name AS asset, amount, kind, position
        FROM movement m JOIN tx t ON t.id = m.tx JOIN asset a ON a.id = m.asset
        LEFT JOIN holder p ON p.id = m.payer LEFT JOIN holder q ON q.id = m.payee
        WHERE m.tx = ? AND kind <> ${MOVEMENT_KINDS.indexOf('utxo')}
        ORDER BY iif(t.idx IS NULL OR position IS NULL, file_order - 9007199254740991, position * 8 + kind), m.id`,
      )
        .all(tx)
        .map(
          (row): Transfer => ({
            from: row['payer'] as string | null,
            to: row['payee'] as string | null,
            asset: String(row['asset']),
            amount: BigInt(row['amount'] as string | number),
            kind: MOVEMENT_KINDS[Number(row['kind'])] as Transfer['kind'],
            ...(row['position'] === null ? {} : { position: Number(row['position']) }),
          }),
        ),
      inputs: sql(
        `SELECT p.txid, i.prev_n AS n, h.name AS holder, i.amount FROM input i JOIN tx p ON p.id = i.prev_tx
        LEFT JOIN holder h ON h.id = i.holder WHERE i.tx = ? ORDER BY i.i`,
      )
        .all(tx)
        .map(
          (row): Input => ({
            txid: String(row['txid']),
            n: Number(row['n']),
            ...(row['holder'] === null ? {} : { holder: String(row['holder']) }),
            ...(row['amount'] === null ? {} : { amount: BigInt(row['amount'] as string | number) }),
          }),
        ),
      outputs: sql(
        'SELECT h.name AS holder, amount FROM output o LEFT JOIN holder h ON h.id = o.holder WHERE o.tx = ? ORDER BY n',
      )
        .all(tx)
        .map((row) => ({
          holder: row['holder'] as string | null,
          amount: BigInt(row['amount'] as string | number),
        })),
    }))
  }

  const ledger: Ledger = {
    kind: 'sqlite',
    beginImport,
    append,
    assets: () =>
      wrapSqlite(path, () =>
        sql('SELECT name, symbol, decimals FROM asset ORDER BY id')
          .all()
          .map((row) =>
            describeAsset(String(row['name']), {
              symbol: String(row['symbol']),
              decimals: Number(row['decimals']),
            }),
          ),
      ),
    sources: () =>
      wrapSqlite(path, () =>
        sql('SELECT * FROM source ORDER BY id')
          .all()
          .map((row) => resultOf(row, true).source),
      ),
    size: () =>
      wrapSqlite(path, () => {
        const row = sql(
          'SELECT transactions, movements, (SELECT coalesce(max(id) + 1, 0) FROM holder) AS holders FROM total',
        ).get()!
        return {
          transactions: Number(row['transactions']),
          movements: Number(row['movements']),
          holders: Number(row['holders']),
        }
      }),
    holderNumbers(names) {
      const find = sql('SELECT id FROM holder WHERE name = ?')
      return snapshot(() => Uint32Array.from(names, (name) => (find.get(name)?.['id'] as number) ?? NONE))
    },
    holderIds(numbers) {
      const names = new Array<string>(numbers.length)
      const text = 'SELECT j.key AS at, h.name FROM json_each(?) j CROSS JOIN holder h ON h.id = j.value'
      rowsOf(numbers, text, (at, row) => {
        names[at] = String(row['name'])
      })
      return names
    },
    txNumbers: (txid) =>
      wrapSqlite(path, () =>
        Uint32Array.from(sql('SELECT id FROM tx WHERE txid = ? AND real = 1 ORDER BY id').all(txid), (row) =>
          Number(row['id']),
        ),
      ),
    heads(txs) {
      const unknown = (): Float64Array => new Float64Array(txs.length).fill(Number.NaN)
      const heads = {
        ...{ txid: new Array<string>(txs.length), chain: new Array<string>(txs.length) },
        ...{ height: unknown(), index: unknown(), time: unknown() },
      }
      const text = `SELECT j.key AS at, t.txid, c.name, t.height, t.idx, t.time
        FROM json_each(?) j CROSS JOIN tx t ON t.id = j.value JOIN chain c ON c.id = t.chain`
      rowsOf(txs, text, (at, row) => {
        heads.txid[at] = String(row['txid'])
        heads.chain[at] = String(row['name'])
        heads.height[at] = (row['height'] as number | null) ?? Number.NaN
        heads.index[at] = (row['idx'] as number | null) ?? Number.NaN
        heads.time[at] = (row['time'] as number | null) ?? Number.NaN
      })
      return heads
    },
    ofHolders: (holders) => snapshot(() => reader.ofHolders(holders)),
    ofTransactions: (txs) => snapshot(() => reader.ofTransactions(txs)),
    spenders(lotTx, lotN) {
      const find = sql('SELECT tx FROM input WHERE prev_tx = ? AND prev_n = ?')
      return snapshot(() =>
        Uint32Array.from(lotTx, (tx, i) => (find.get(tx, lotN[i]!)?.['tx'] as number) ?? NONE),
      )
    },
    counts(holders, limit) {
      const find = sql('SELECT count(*) AS n FROM (SELECT 1 FROM touch WHERE holder = ? LIMIT ?)')
      return snapshot(() => Float64Array.from(holders, (holder) => Number(find.get(holder, limit)!['n'])))
    },
    coverage(holders) {
      const answers = new Array<HolderCoverage>(holders.length)
      const text = `SELECT j.key AS at, count(t.id) AS n, min(t.time) AS first, max(t.time) AS last,
          h.whole, h.from_time, h.to_time
        FROM json_each(?) j CROSS JOIN holder h ON h.id = j.value
        LEFT JOIN touch c ON c.holder = h.id LEFT JOIN tx t ON t.id = c.tx GROUP BY j.key`
      rowsOf(holders, text, (at, row) => {
        answers[at] = {
          transactions: Number(row['n']),
          firstTime: row['first'] as number | null,
          lastTime: row['last'] as number | null,
          known: row['whole'] === 1 ? 'whole' : 'partial',
          from: row['from_time'] as number | null,
          to: row['to_time'] as number | null,
        }
      })
      return answers
    },
    transactions,
    assetNumber: (asset) =>
      wrapSqlite(
        path,
        () => (sql('SELECT id FROM asset WHERE name = ?').get(asset)?.['id'] as number) ?? NONE,
      ),
    close(): void {
      open?.end()
      if (database.isOpen) database.close()
    },
  }
  return ledger
}

function stagingFile(storePath: string, { sha256, name }: ImportHeader): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`sha256 of ${name} is not 64 hex digits`)
  const folder = join(storePath, 'staging')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${sha256}.sqlite`)
}

function removeStaging(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** Attaches what a killed import of the same bytes and layout left; anything else in its place is dropped. */
function attach(database: DatabaseSync, file: string, layout: string): void {
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
  database.exec(`PRAGMA ${STAGING}.synchronous=NORMAL; PRAGMA ${STAGING}.cache_size=-${CACHE_KIB}`)
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

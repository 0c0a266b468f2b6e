/**
 * The ledger on disk: `ledger.sqlite` of a store. Tables: `docs/formats/ledger-sqlite.md`.
 * @module
 */
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { openDatabase, openStore, wrapSqlite } from '../../store/index.ts'
import { describeAsset } from '../describeAsset.ts'
import { type HolderCoverage, type Ledger, NONE } from '../ledger.ts'
import { createImporter } from './importer.ts'
import { legsOf } from './legs.ts'
import { createReader, inChunks } from './read.ts'
import { CACHE_KIB, LEDGER_FORMAT } from './schema.ts'
import { storedTxid, txidOf } from './stored.ts'

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
  const importer = createImporter(database, storePath, path, readOnly)

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

  const ledger: Ledger = {
    kind: 'sqlite',
    beginImport: importer.beginImport,
    append: importer.append,
    forget: importer.forget,
    sources: importer.sources,
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
      const find = sql('SELECT id FROM holder_name WHERE name = ?')
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
        Uint32Array.from(
          sql(
            'SELECT t.id FROM tx_name n JOIN tx t ON t.id = n.id WHERE n.txid = ? AND real = 1 ORDER BY t.id',
          ).all(storedTxid(txid)),
          (row) => Number(row['id']),
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
        heads.txid[at] = txidOf(row['txid'])
        heads.chain[at] = String(row['name'])
        heads.height[at] = (row['height'] as number | null) ?? Number.NaN
        heads.index[at] = (row['idx'] as number | null) ?? Number.NaN
        heads.time[at] = (row['time'] as number | null) ?? Number.NaN
      })
      return heads
    },
    between: (from, to, limit) =>
      wrapSqlite(path, () =>
        Uint32Array.from(
          sql('SELECT id FROM tx WHERE real = 1 AND time BETWEEN ? AND ? ORDER BY id LIMIT ?').all(
            from,
            to,
            limit,
          ),
          (row) => Number(row['id']),
        ),
      ),
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
    isWhole(holders) {
      const whole = new Uint8Array(holders.length)
      const text = 'SELECT j.key AS at, h.whole FROM json_each(?) j CROSS JOIN holder h ON h.id = j.value'
      rowsOf(holders, text, (at, row) => {
        whole[at] = Number(row['whole'])
      })
      return whole
    },
    transactions(txs) {
      const heads = ledger.heads(txs)
      return Array.from(txs, (tx, i) => {
        const given: Partial<Record<'height' | 'index' | 'time', number>> = {}
        for (const field of ['height', 'index', 'time'] as const) {
          if (!Number.isNaN(heads[field][i]!)) given[field] = heads[field][i]!
        }
        const legs = snapshot(() => legsOf(sql, tx))
        return { chain: heads.chain[i]!, txid: heads.txid[i]!, ...given, ...legs }
      })
    },
    assetNumber: (asset) =>
      wrapSqlite(
        path,
        () => (sql('SELECT id FROM asset WHERE name = ?').get(asset)?.['id'] as number) ?? NONE,
      ),
    close(): void {
      importer.close()
      if (database.isOpen) database.close()
    },
  }
  return ledger
}

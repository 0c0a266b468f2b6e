/**
 * Two SQL engines in memory behind one face: SQLite, which Node brings, and DuckDB where it is installed.
 * @module
 */
import { DatabaseSync } from 'node:sqlite'
import { loadPeer } from './peer.ts'

export interface SqlPeer {
  /** With its version. */
  readonly name: string
  /** Keeps rows, so that look-ups want indexes; an engine of columns does without. */
  readonly indexed: boolean
  run(sql: string): unknown
  /** First column of what a query finds. */
  column(sql: string): Promise<Uint32Array> | Uint32Array
  /** Adds pairs to a table of two integers. */
  fill(table: string, rows: Iterable<readonly [number, number]>): Promise<void> | void
  close(): void
}

export function openSqlite(): SqlPeer {
  const database = new DatabaseSync(':memory:')
  return {
    name: `SQLite ${process.versions['sqlite']}`,
    indexed: true,
    run: (sql) => database.exec(sql),
    column(sql) {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      return Uint32Array.from(statement.all() as unknown as [number][], ([first]) => first)
    },
    fill(table, rows) {
      const insert = database.prepare(`insert into ${table} values (?, ?)`)
      database.exec('begin')
      for (const row of rows) insert.run(...row)
      database.exec('commit')
    },
    close: () => database.close(),
  }
}

/** The part of DuckDB's interface used here; the package is not a dependency of the project. */
interface DuckDb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckConnection> }> }
}
interface DuckConnection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{ getColumns(): unknown[][] }>
  createAppender(table: string): Promise<{
    appendInteger(value: number): void
    endRow(): void
    closeSync(): void
  }>
  closeSync(): void
}

/** Null where DuckDB is not installed. */
export async function openDuckDb(): Promise<SqlPeer | null> {
  const peer = await loadPeer<DuckDb>('@duckdb/node-api')
  if (peer === null) return null
  const connection = await (await peer.module.DuckDBInstance.create(':memory:')).connect()
  return {
    name: `DuckDB ${peer.version}`,
    indexed: false,
    run: (sql) => connection.run(sql),
    column: async (sql) =>
      Uint32Array.from((await connection.runAndReadAll(sql)).getColumns()[0] ?? [], Number),
    async fill(table, rows) {
      const appender = await connection.createAppender(table)
      for (const [a, b] of rows) {
        appender.appendInteger(a)
        appender.appendInteger(b)
        appender.endRow()
      }
      appender.closeSync()
    },
    close: () => connection.closeSync(),
  }
}

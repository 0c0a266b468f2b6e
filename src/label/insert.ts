/**
 * The tables of `labels.sqlite`, and how a file gets into them.
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import type { LabelFile, Statement } from './statement.ts'

export const SCHEMA = `
  CREATE TABLE source (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, options TEXT NOT NULL, layout TEXT NOT NULL,
    pack TEXT, date TEXT, imported_time INTEGER NOT NULL, labels INTEGER NOT NULL, actors INTEGER NOT NULL,
    rejected INTEGER NOT NULL, superseded_by INTEGER REFERENCES source
  ) STRICT;
  CREATE TABLE label (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, place TEXT NOT NULL, key TEXT NOT NULL,
    address TEXT NOT NULL, chain TEXT, caseless INTEGER NOT NULL, name TEXT NOT NULL, entity TEXT, category TEXT,
    abuse TEXT, tag_type TEXT NOT NULL, confidence TEXT NOT NULL, level INTEGER NOT NULL, cites TEXT, date TEXT,
    currency TEXT, defines_cluster INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX label_key ON label (key);
  CREATE TABLE actor (source INTEGER NOT NULL REFERENCES source, id TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE TABLE rejection (
    source INTEGER NOT NULL REFERENCES source, place TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX rejection_source ON rejection (source);
`

/** A statement whose address was read: what is stored. */
export interface ResolvedStatement extends Statement {
  /** Canonical, or lower case where `caseless`, or as stated where the chain is not known. */
  readonly address: string
  readonly key: string
  readonly caseless: boolean
  readonly level: number
}

/** A file ready to be stored. */
export interface ResolvedFile extends Omit<LabelFile, 'statements'> {
  readonly file: string
  readonly sha256: string
  /** Options that changed what was read, as canonical text: the same file with others is another source. */
  readonly options: string
  readonly importedTime: number
  readonly statements: readonly ResolvedStatement[]
}

/** Adds a file inside a transaction. `superseded` is the id of the version it replaces. */
export function insert(
  database: DatabaseSync,
  file: ResolvedFile,
): { known: boolean; superseded: number | null } {
  const same = database
    .prepare('SELECT id FROM source WHERE sha256 = ? AND options = ? AND superseded_by IS NULL')
    .get(file.sha256, file.options)
  if (same !== undefined) return { known: true, superseded: null }
  const older = database
    .prepare(
      `SELECT id FROM source WHERE superseded_by IS NULL
       AND file = ? AND layout = ? AND pack IS ? ORDER BY id`,
    )
    .all(file.file, file.layout, file.pack)
    .map((row) => Number(row['id']))
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO source (file, sha256, options, layout, pack, date, imported_time, labels, actors, rejected)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      file.file,
      file.sha256,
      file.options,
      file.layout,
      file.pack,
      file.date,
      file.importedTime,
      file.statements.length,
      file.actors.length,
      file.rejected.length,
    )
  const source = Number(lastInsertRowid)
  const supersede = database.prepare('UPDATE source SET superseded_by = ? WHERE id = ?')
  for (const id of older) supersede.run(source, id)
  insertRows(database, source, file)
  return { known: false, superseded: older.at(-1) ?? null }
}

function insertRows(database: DatabaseSync, source: number, file: ResolvedFile): void {
  const label = database.prepare(
    `INSERT INTO label (source, place, key, address, chain, caseless, name, entity, category, abuse, tag_type,
       confidence, level, cites, date, currency, defines_cluster)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const s of file.statements) {
    const grounds = [s.name, s.entity, s.category, s.abuse, s.tagType]
    const weight = [s.confidence, s.level, s.source, s.date, s.currency, s.definesCluster ? 1 : 0]
    label.run(source, s.place, s.key, s.address, s.chain, s.caseless ? 1 : 0, ...grounds, ...weight)
  }
  const actor = database.prepare('INSERT INTO actor (source, id, json) VALUES (?, ?, ?)')
  for (const a of file.actors) actor.run(source, a.id, JSON.stringify(a))
  const rejection = database.prepare(
    'INSERT INTO rejection (source, place, value, reason) VALUES (?, ?, ?, ?)',
  )
  for (const { place, value, reason } of file.rejected) rejection.run(source, place, value, reason)
}

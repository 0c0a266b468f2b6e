/**
 * Labels kept in `labels.sqlite`: every statement as its file made it, and queries that join statements to actors.
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { inTransaction, openDatabase } from '../store/database.ts'
import { wrapSqlite } from '../store/sqliteError.ts'
import { addressOf, chainOf, type HolderId } from '../units/caip.ts'
import { chunks } from '../units/chunks.ts'
import { type ActorIndex, indexActors } from './actors.ts'
import { conflictsAmong, type LabelConflict } from './conflicts.ts'
import { insert, type ResolvedFile, SCHEMA } from './insert.ts'
import type { Label, LabelBook, LabelMatch, LabelSource } from './label.ts'
import { type LabelRow, toLabel } from './rows.ts'
import type { Actor, Rejection } from './statement.ts'

export interface StoredLabelSource extends LabelSource {
  readonly pack: string | null
  readonly actors: number
  /** True where a newer version of the file is stored; its statements answer no query. */
  readonly superseded: boolean
}

export interface LabelStore extends LabelBook {
  sources(): readonly StoredLabelSource[]
  /** Actors of every ActorPack in force. */
  actors(): readonly Actor[]
  /** What was kept out of a source, in the file's order. */
  rejections(sha256: string): readonly Rejection[]
  /** Labels whose name holds the text, without regard to ASCII case; strongest first. Reads every label: about 0.1 s for 100,000. */
  search(text: string, limit?: number): readonly Label[]
  /** Of one holder, or of the whole store, by address. */
  conflicts(holder?: HolderId): readonly LabelConflict[]
  /** Stores a file whole or not at all. Gives the source it supersedes; `known` where nothing was to be done. */
  add(file: ResolvedFile): { readonly known: boolean; readonly superseded: StoredLabelSource | null }
  close(): void
}

/**
 * Opens the labels of a store, making the file where there is none.
 *
 * @param path — a store's folder, its `labels.sqlite`, or `:memory:`
 * @throws {StoreProblemError | ForeignDatabaseError} as the store room says
 */
export function openLabelStore(path: string): LabelStore {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'labels.sqlite') : path
  const database = openDatabase(file, { room: 'label', version: 1, schema: SCHEMA })
  let cached: { sources: Map<number, SourceRow>; actors: ActorIndex; version: number } | undefined
  const version = database.prepare('PRAGMA data_version')
  /** Sources and actors in memory; read again after another process wrote. */
  const inMemory = (): { sources: Map<number, SourceRow>; actors: ActorIndex } => {
    const now = Number(version.get()?.['data_version'])
    if (cached?.version !== now) cached = { ...wrapSqlite(file, () => load(database)), version: now }
    return cached
  }
  const labelsOf = (sql: string, ...values: SQLInputValue[]): { row: LabelRow; label: Label }[] => {
    const rows = wrapSqlite(file, () => database.prepare(sql).all(...values)) as unknown as LabelRow[]
    // After the rows: another process may have added a source between two questions, and none is ever removed.
    const { sources, actors } = inMemory()
    const made = rows.map((row) => ({ row, label: toLabel(row, sources.get(row.source)!, actors) }))
    return made.sort((a, b) => strength(a.label, b.label))
  }
  const rowsOfKeys = (keys: readonly string[]): { row: LabelRow; label: Label }[] =>
    labelsOf(`${IN_FORCE} AND key IN (SELECT value FROM json_each(?))`, JSON.stringify(keys))

  return {
    of(holders) {
      const found = new Map<HolderId, LabelMatch[]>()
      for (const part of chunks(holders, 1000)) {
        const byKey = new Map<string, Label[]>()
        for (const { row, label } of rowsOfKeys(part.flatMap(keysOf))) {
          const held = byKey.get(row.key)
          if (held === undefined) byKey.set(row.key, [label])
          else held.push(label)
        }
        for (const holder of part) {
          const matches = keysOf(holder)
            .flatMap((key) => byKey.get(key) ?? [])
            .filter((label) => label.chain === null || label.chain === chainOf(holder))
            .sort(strength)
            .map((label) => ({ label, caseInsensitive: label.caseless }))
          if (matches.length > 0) found.set(holder, matches)
        }
      }
      return found
    },
    isEmpty: () =>
      wrapSqlite(file, () => database.prepare('SELECT 1 FROM label LIMIT 1').get()) === undefined,
    sources: () => [...inMemory().sources.values()].map(toSource),
    actors: () => inMemory().actors.all,
    rejections: (sha256) =>
      database
        .prepare(
          'SELECT place, value, reason FROM rejection WHERE source IN (SELECT id FROM source WHERE sha256 = ?) ORDER BY rowid',
        )
        .all(sha256) as unknown as Rejection[],
    search(text, limit = 100) {
      const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
      const sql = `${IN_FORCE} AND name LIKE ? ESCAPE '\\' ORDER BY level DESC, label.id LIMIT ?`
      return labelsOf(sql, pattern, limit).map(({ label }) => label)
    },
    conflicts(holder) {
      const keys =
        holder === undefined
          ? database
              .prepare(SHARED_KEYS)
              .all()
              .map((row) => String(row['key']))
          : keysOf(holder)
      return [...chunks(keys, 1000)].flatMap((part) => conflictsAmong(rowsOfKeys(part)))
    },
    add(resolved) {
      const added = inTransaction(database, file, () => insert(database, resolved))
      if (!added.known) cached = undefined
      const superseded = added.superseded === null ? null : inMemory().sources.get(added.superseded)
      return {
        known: added.known,
        superseded: superseded === undefined || superseded === null ? null : toSource(superseded),
      }
    },
    close: () => database.close(),
  }
}

const IN_FORCE =
  'SELECT label.* FROM label JOIN source ON source.id = label.source WHERE source.superseded_by IS NULL'
const SHARED_KEYS = `SELECT key FROM label JOIN source ON source.id = label.source
  WHERE source.superseded_by IS NULL AND key NOT LIKE 'raw:%' GROUP BY key HAVING count(*) > 1 ORDER BY key`

interface SourceRow {
  readonly id: number
  readonly file: string
  readonly sha256: string
  readonly layout: string
  readonly pack: string | null
  readonly date: string | null
  readonly imported_time: number
  readonly labels: number
  readonly actors: number
  readonly rejected: number
  readonly superseded_by: number | null
}

function load(database: DatabaseSync): { sources: Map<number, SourceRow>; actors: ActorIndex } {
  const rows = database.prepare('SELECT * FROM source ORDER BY id').all() as unknown as SourceRow[]
  const actors = database
    .prepare(
      'SELECT json FROM actor JOIN source ON source.id = actor.source WHERE superseded_by IS NULL ORDER BY actor.rowid',
    )
    .all()
  return {
    sources: new Map(rows.map((row) => [row.id, row])),
    actors: indexActors(actors.map((row) => JSON.parse(String(row['json'])) as Actor)),
  }
}

function toSource(row: SourceRow): StoredLabelSource {
  const { file, sha256, layout, pack, date, labels, actors, rejected } = row
  const superseded = row.superseded_by !== null
  return {
    file,
    sha256,
    layout,
    pack,
    date,
    importedTime: row.imported_time,
    labels,
    actors,
    rejected,
    superseded,
  }
}

/** An EVM account is one key on every chain; a chain with base58 also answers to statements that lost their case. */
function keysOf(holder: HolderId): string[] {
  const address = addressOf(holder)
  if (holder.startsWith('eip155:')) return [`evm:${address.toLowerCase()}`]
  return [holder, `caseless:${chainOf(holder)}:${address.toLowerCase()}`]
}

/** Level, then date, newest first, then what makes the order the same everywhere. */
function strength(a: Label, b: Label): number {
  return (
    b.confidence.level - a.confidence.level ||
    compare(b.date ?? '', a.date ?? '') ||
    compare(a.file, b.file) ||
    compare(a.name, b.name)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

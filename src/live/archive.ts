/**
 * The archive: remembers what sources answered, so that nothing is asked twice and a killed run goes on where it was.
 * An answer is on disk before it is given on, and only after `read` accepted it. How long it is kept: `Keep` of the
 * door, `docs/methods/live-tracing.md`.
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { BlockRef } from '../chain/source.ts'
import type { Answer, Keep, Question } from '../net/index.ts'
import { inTransaction, wrapSqlite } from '../store/index.ts'
import type { ChainId } from '../units/caip.ts'
import type { LiveDatabase } from './liveFile.ts'

/** Tables of `live.sqlite` that the archive owns: `docs/formats/live-sqlite.md`. */
export const ARCHIVE_SCHEMA = `
CREATE TABLE asked(id INTEGER PRIMARY KEY, shown TEXT NOT NULL, chain TEXT NOT NULL, UNIQUE(shown, chain)) STRICT;
CREATE TABLE answer(
  id INTEGER PRIMARY KEY,
  asked INTEGER NOT NULL,
  key BLOB NOT NULL,
  name TEXT NOT NULL,
  status INTEGER NOT NULL,
  fetched INTEGER NOT NULL,
  height INTEGER,
  hash TEXT,
  tip TEXT,
  passing INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  packed INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE(asked, key)
) STRICT;
CREATE INDEX answer_height ON answer(asked, passing, height) WHERE height IS NOT NULL;
`

/** Shorter bodies are stored as they are: zstd's frame and our two columns cost as much as they would save. */
const PACK_FROM_BYTES = 256

/** How much is remembered. */
export interface ArchiveSize {
  readonly answers: number
  /** Stored, after packing. */
  readonly bytes: number
}

export interface Archive {
  /** What is remembered of one source's answers. */
  of(shown: string, chain: ChainId): SourceArchive
  /**
   * Forgets answers that rest on blocks of this height and above, or were true as of them: a reorganisation took them back. An
   * answer may tell of a block that came after the newest one that was asked for: with them go those kept until refresh and
   * fetched since a moment, unix seconds.
   */
  dropFrom(chain: ChainId, height: number, since: number): void
  /** Forgets all that a source answered: it was caught lying. What was true of it is in the ledger and the book. */
  dropSource(shown: string, chain: ChainId): void
  /** Forgets passing answers below a height. May stand within a transaction of the same database. */
  dropPassing(chain: ChainId, below: number): void
  /** The chain's newest block from now on: what is answered, and kept until refresh, was true as of it. */
  setTip(chain: ChainId, tip: BlockRef): void
  /** Runs questions, and says as of which block the oldest answer among them is that was remembered; null: of none. */
  dated<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly asOf: BlockRef | null }>
  /** While this runs, what is remembered is not looked at: is this block still in the chain? */
  anew<T>(work: () => Promise<T>): Promise<T>
  readonly isAnew: boolean
  /** Answers that were new to it since it was opened, with those under way, which are waited for. */
  kept(): Promise<number>
  size(): ArchiveSize
  /** Forgets answers fetched before a moment, unix seconds; gives how many. What they said is in the ledger and the book. */
  prune(before: number): number
}

/** What makes two questions to one source the same one. */
type Asked = Pick<Question<unknown>, 'name' | 'method' | 'path' | 'body'>

interface Remembered {
  readonly status: number
  readonly bytes: Uint8Array
  /** Unix seconds. */
  readonly fetched: number
  /** False for what holds as long as a block does. */
  readonly untilRefresh: boolean
  /** What holds until refresh was true as of this block; null where that was not known. */
  readonly tip: BlockRef | null
}

/** As of when what is used was answered. */
interface Dating {
  oldest: BlockRef | null
}

interface SourceArchive {
  find(question: Asked): Remembered | null
  store(question: Asked, answer: Answer, keep: Exclude<Keep, 'never'>, fetched: number): void
  drop(question: Asked): void
  /** Notes that it is waited for. */
  wait<T>(answer: Promise<T>): Promise<T>
  /** Notes of when it is. */
  use(remembered: Remembered): void
}

/** @param path of the database, for messages */
export function createArchive(database: LiveDatabase, path: string): Archive {
  const sql = {
    id: database.prepare('SELECT id FROM asked WHERE shown = ? AND chain = ?'),
    add: database.prepare('INSERT INTO asked(shown, chain) VALUES(?, ?)'),
    find: database.prepare('SELECT * FROM answer WHERE asked = ? AND key = ?'),
    has: database.prepare('SELECT 1 FROM answer WHERE asked = ? AND key = ?'),
    store: database.prepare(
      'INSERT OR REPLACE INTO answer(asked, key, name, status, fetched, height, hash, tip, passing, bytes, packed, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    drop: database.prepare('DELETE FROM answer WHERE asked = ? AND key = ?'),
    dropFrom: database.prepare(
      `DELETE FROM answer WHERE asked IN (SELECT id FROM asked WHERE chain = ?3)
         AND (height >= ?1 OR json_extract(tip, '$.height') >= ?1 OR (height IS NULL AND fetched >= ?2))`,
    ),
    dropSource: database.prepare(
      'DELETE FROM answer WHERE asked IN (SELECT id FROM asked WHERE shown = ? AND chain = ?)',
    ),
    dropPassing: database.prepare(
      'DELETE FROM answer WHERE passing = 1 AND height < ? AND asked IN (SELECT id FROM asked WHERE chain = ?)',
    ),
    size: database.prepare('SELECT count(*) AS n, coalesce(sum(length(body)), 0) AS bytes FROM answer'),
    prune: database.prepare('DELETE FROM answer WHERE fetched < ?'),
  }
  const idOf = (shown: string, chain: ChainId): number => {
    const row = sql.id.get(shown, chain)
    return row === undefined ? Number(sql.add.run(shown, chain).lastInsertRowid) : Number(row['id'])
  }
  let anew = 0
  let kept = 0
  const underWay = new Set<Promise<unknown>>()
  const tips = new Map<ChainId, string>()
  const datings = new AsyncLocalStorage<Dating>()
  return {
    of(shown, chain) {
      const asked = wrapSqlite(path, () => idOf(shown, chain))
      return {
        find(question) {
          const row = wrapSqlite(path, () => sql.find.get(asked, keyOf(question)))
          if (row === undefined) return null
          const body = row['body'] as Uint8Array
          return {
            status: Number(row['status']),
            bytes: row['packed'] === 1 ? unpack(body, Number(row['bytes'])) : body,
            fetched: Number(row['fetched']),
            untilRefresh: row['height'] === null,
            tip: row['tip'] === null ? null : (JSON.parse(String(row['tip'])) as BlockRef),
          }
        },
        store(question, { status, bytes }, keep, fetched) {
          const small = bytes.length < PACK_FROM_BYTES ? null : zstdCompressSync(bytes)
          const packed = small !== null && small.length < bytes.length
          const block = keep === 'refresh' ? null : keep
          const values = [asked, keyOf(question), question.name, status, fetched] as const
          const tip = block === null ? (tips.get(chain) ?? null) : null
          const until = [block?.height ?? null, block?.hash ?? null, tip, block?.passing ? 1 : 0] as const
          // An interrupted run may have closed the store before its last answers came.
          if (!database.isOpen) return
          wrapSqlite(path, () => {
            if (sql.has.get(asked, values[1]) === undefined) kept++
            sql.store.run(...values, ...until, bytes.length, packed ? 1 : 0, packed ? small : bytes)
          })
        },
        drop(question) {
          wrapSqlite(path, () => sql.drop.run(asked, keyOf(question)))
        },
        wait(answer) {
          underWay.add(answer)
          const end = (): void => void underWay.delete(answer)
          answer.then(end, end)
          return answer
        },
        use({ tip }) {
          const dating = datings.getStore()
          if (dating === undefined || tip === null) return
          if (dating.oldest === null || tip.height < dating.oldest.height) dating.oldest = tip
        },
      }
    },
    dropFrom: (chain, height, since) => void wrapSqlite(path, () => sql.dropFrom.run(height, since, chain)),
    dropSource: (shown, chain) => void wrapSqlite(path, () => sql.dropSource.run(shown, chain)),
    dropPassing: (chain, below) => void wrapSqlite(path, () => sql.dropPassing.run(below, chain)),
    setTip(chain, { height, hash, time }) {
      tips.set(chain, JSON.stringify({ height, hash, time }))
    },
    async dated(work) {
      const dating: Dating = { oldest: null }
      const value = await datings.run(dating, work)
      return { value, asOf: dating.oldest }
    },
    async anew(work) {
      anew++
      try {
        return await work()
      } finally {
        anew--
      }
    },
    get isAnew() {
      return anew > 0
    },
    async kept() {
      await Promise.allSettled(underWay)
      return kept
    },
    size() {
      const row = wrapSqlite(path, () => sql.size.get())!
      return { answers: Number(row['n']), bytes: Number(row['bytes']) }
    },
    prune: (before) => inTransaction(database, path, () => Number(sql.prune.run(before).changes)),
  }
}

/** Tells questions to one source apart. */
export function textOf({ name, method, path, body }: Asked): string {
  return JSON.stringify([name, method ?? 'GET', path ?? '', body ?? ''])
}

function keyOf(question: Asked): Uint8Array {
  return createHash('sha256').update(textOf(question)).digest()
}

/** The stated length bounds what a damaged body may unpack to. */
function unpack(body: Uint8Array, bytes: number): Uint8Array {
  return zstdDecompressSync(body, { maxOutputLength: Math.max(1, bytes) })
}

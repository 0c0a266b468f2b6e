/**
 * The book on its tables in `live.sqlite`.
 * @module
 */
import type { SourceKind } from '../chain/source.ts'
import { inTransaction, wrapSqlite } from '../store/index.ts'
import { type ChainId, chainOf } from '../units/caip.ts'
import type { LiveBook, Looked, LotKey, Moment, SweptHolder } from './book.ts'
import { bookOfLies } from './bookLies.ts'
import { bookOfOpenings } from './bookOpenings.ts'
import { type BlockKey, bookOfPuts } from './bookPuts.ts'
import type { BookSql } from './bookSql.ts'
import type { LiveDatabase } from './liveFile.ts'
import { synced, unsynced } from './syncing.ts'

/**
 * Blocks whose hashes are remembered below the newest: deeper reorganisations are found by the blocks of fetched
 * transactions. Bitcoin's deepest since 2010 had 53 blocks (August 2010, CVE-2010-5139).
 */
const REMEMBERED_BLOCKS = 128

type Row = Record<string, unknown>

/** @param path of the database, for messages */
export function createBook(database: LiveDatabase, path: string): LiveBook {
  const prepared = new Map<string, ReturnType<LiveDatabase['prepare']>>()
  const sql = (text: string): ReturnType<LiveDatabase['prepare']> => {
    let statement = prepared.get(text)
    if (statement === undefined) {
      statement = database.prepare(text)
      prepared.set(text, statement)
    }
    return statement
  }
  type Value = string | number | null
  const run = (text: string, ...values: Value[]): void =>
    void wrapSqlite(path, () => sql(text).run(...values))
  const row = (text: string, ...values: Value[]): Row | undefined =>
    wrapSqlite(path, () => sql(text).get(...values))
  const rows = (text: string, ...values: Value[]): Row[] => wrapSqlite(path, () => sql(text).all(...values))

  const together = <T>(work: () => T): T =>
    database.isTransaction ? work() : inTransaction(database, path, work)

  const onDisk = (work: () => void): void => (database.isTransaction ? work() : synced(database, work))
  const tables: BookSql = { run, row, rows, together, onDisk }

  function momentId({ chain, height, hash, time, source }: Moment): number {
    const key = [chain, height, hash, source] as const
    const find = 'SELECT id FROM moment WHERE chain = ? AND height = ? AND hash = ? AND source = ?'
    const found = row(find, ...key)
    if (found !== undefined) return Number(found['id'])
    run('INSERT INTO moment(chain, height, hash, source, time) VALUES(?, ?, ?, ?, ?)', ...key, time)
    return Number(row(find, ...key)!['id'])
  }

  const LOOKED = `m.chain AS chain, m.height AS height, m.hash AS hash, m.time AS time, m.source AS source,
    s.id AS sweep, s.through AS s_height, s.hash AS s_hash, s.time AS s_time, s.source AS s_source, s.done AS done`
  const JOINS = 'LEFT JOIN moment m ON m.id = x.moment LEFT JOIN sweep s ON s.id = x.sweep'

  function momentOf(found: Row): Moment {
    const { chain, hash, source } = found as { chain: string; hash: string; source: string }
    return { chain, height: Number(found['height']), hash, time: Number(found['time']), source }
  }

  function lookedOf(found: Row | undefined, chain: ChainId): Looked {
    if (found === undefined) return { moment: null, sweep: null }
    return {
      moment: found['height'] === null ? null : momentOf(found),
      sweep:
        found['sweep'] === null
          ? null
          : {
              ...{ id: Number(found['sweep']), chain, height: Number(found['s_height']) },
              ...{ hash: String(found['s_hash']), time: Number(found['s_time']) },
              ...{ source: String(found['s_source']), done: found['done'] === 1 },
            },
    }
  }

  function joinSweep(sweep: number, lots: readonly LotKey[], holders: readonly SweptHolder[]): void {
    for (const { chain, txid, n } of lots)
      run(
        'INSERT INTO lot(chain, txid, n, sweep) VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET sweep = excluded.sweep, moment = NULL',
        ...[chain, txid, n, sweep],
      )
    for (const { holder, since } of holders)
      run(
        'INSERT INTO holder(holder, chain, sweep, since, fetched) VALUES(?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET sweep = excluded.sweep, since = excluded.since, fetched = 1',
        ...[holder, chainOf(holder), sweep, since],
      )
  }

  function remember(chain: ChainId, { height, hash }: BlockKey): void {
    run('INSERT OR REPLACE INTO block(chain, height, hash) VALUES(?, ?, ?)', chain, height, hash)
    run('DELETE FROM block WHERE chain = ? AND height < ?', chain, height - REMEMBERED_BLOCKS)
  }

  return {
    version: () => Number(row('PRAGMA data_version')!['data_version']),
    together,
    ...bookOfLies(tables),
    ...bookOfPuts(tables),
    ...bookOfOpenings(tables),
    lot({ chain, txid, n }) {
      const where = 'WHERE x.chain = ? AND x.txid = ? AND x.n = ?'
      return lookedOf(row(`SELECT ${LOOKED} FROM lot x ${JOINS} ${where}`, chain, txid, n), chain)
    },
    setUnspent({ chain, txid, n }, moment) {
      run(
        'INSERT INTO lot(chain, txid, n, moment) VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET moment = excluded.moment, sweep = NULL',
        ...[chain, txid, n, momentId(moment)],
      )
    },
    dropLot({ chain, txid, n }) {
      run('DELETE FROM lot WHERE chain = ? AND txid = ? AND n = ?', chain, txid, n)
    },
    holder(holder) {
      const found = row(
        `SELECT x.count, x.since, x.fetched, ${LOOKED} FROM holder x ${JOINS} WHERE x.holder = ?`,
        holder,
      )
      const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)
      return {
        ...lookedOf(found, chainOf(holder)),
        ...{ count: number(found?.['count']), since: number(found?.['since']) },
        fetched: found?.['fetched'] === 1,
      }
    },
    setCount(holder, transactions) {
      run(
        'INSERT INTO holder(holder, chain, count) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count',
        ...[holder, chainOf(holder), transactions],
      )
    },
    setFetched(holders) {
      together(() => {
        for (const holder of holders)
          run(
            'INSERT INTO holder(holder, chain, fetched) VALUES(?, ?, 1) ON CONFLICT DO UPDATE SET fetched = 1',
            ...[holder, chainOf(holder)],
          )
      })
    },
    setHistory(holder, moment) {
      run(
        'INSERT INTO holder(holder, chain, moment, fetched) VALUES(?, ?, ?, 1) ON CONFLICT DO UPDATE SET moment = excluded.moment, fetched = 1',
        ...[holder, chainOf(holder), momentId(moment)],
      )
    },
    beginSweep(at) {
      // Those that nothing is listed under any more.
      run(
        `DELETE FROM sweep WHERE chain = ?
          AND id NOT IN (SELECT sweep FROM lot WHERE sweep IS NOT NULL)
          AND id NOT IN (SELECT sweep FROM holder WHERE sweep IS NOT NULL)`,
        at.chain,
      )
      run(
        'INSERT INTO sweep(chain, source, through, hash, time, done) VALUES(?, ?, ?, ?, ?, 0)',
        ...[at.chain, at.source, at.height, at.hash, at.time],
      )
      return Number(row('SELECT last_insert_rowid() AS id')!['id'])
    },
    joinSweep,
    advance(sweep, block, done) {
      const { height, hash, time } = block
      run(
        'UPDATE sweep SET through = ?, hash = ?, time = ?, done = ? WHERE id = ?',
        ...[height, hash, time, done ? 1 : 0, sweep],
      )
      remember(String(row('SELECT chain FROM sweep WHERE id = ?', sweep)!['chain']), block)
    },
    unsynced: (work) => unsynced(database, work),
    rememberBlock: remember,
    blockHash(chain, height) {
      const found = row('SELECT hash FROM block WHERE chain = ? AND height = ?', chain, height)
      return found === undefined ? null : String(found['hash'])
    },
    *blocks(chain) {
      const below = `SELECT height, hash FROM (
          SELECT height, hash FROM block WHERE chain = ?1 UNION SELECT height, hash FROM put WHERE chain = ?1
        ) WHERE height < ?2 ORDER BY height DESC LIMIT 1`
      for (let at = Number.MAX_SAFE_INTEGER; ; ) {
        const found = row(below, chain, at)
        if (found === undefined) return
        at = Number(found['height'])
        yield { height: at, hash: String(found['hash']) }
      }
    },
    dropAbove(chain, height) {
      together(() => {
        const late = 'SELECT id FROM moment WHERE chain = ? AND height > ?'
        run(`DELETE FROM lot WHERE moment IN (${late})`, chain, height)
        run(`UPDATE holder SET moment = NULL WHERE moment IN (${late})`, chain, height)
        run('DELETE FROM moment WHERE chain = ? AND height > ?', chain, height)
        // The hash of that block is not at hand; '' fits any.
        run(
          "UPDATE sweep SET through = ?, hash = '', done = 0 WHERE chain = ? AND through > ?",
          ...[height, chain, height],
        )
        run('DELETE FROM put WHERE chain = ? AND height > ?', chain, height)
        run('DELETE FROM block WHERE chain = ? AND height > ?', chain, height)
      })
    },
    setUsed({ source, chain, kind, blind }) {
      const values = [source, chain, kind, JSON.stringify(blind)] as const
      run('INSERT OR REPLACE INTO used(source, chain, kind, blind) VALUES(?, ?, ?, ?)', ...values)
    },
    used: () =>
      rows('SELECT * FROM used ORDER BY chain, source').map((found) => ({
        source: String(found['source']),
        chain: String(found['chain']),
        kind: found['kind'] as SourceKind,
        blind: JSON.parse(String(found['blind'])) as string[],
      })),
    moments: () =>
      rows(`SELECT chain, height, hash, time, source FROM moment
          WHERE id IN (SELECT moment FROM lot UNION SELECT moment FROM holder)
        UNION SELECT chain, through, hash, time, source FROM sweep WHERE done = 1 ORDER BY 1, 2, 5`).map(
        momentOf,
      ),
  }
}

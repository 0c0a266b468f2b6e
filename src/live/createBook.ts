/**
 * The book on its tables in `live.sqlite`.
 * @module
 */
import type { SourceKind } from '../chain/source.ts'
import { inTransaction, wrapSqlite } from '../store/index.ts'
import { type ChainId, chainOf } from '../units/caip.ts'
import type { BlockKey, LiveBook, Looked, LotKey, Moment, SweptHolder } from './book.ts'
import { bookOfLies } from './bookLies.ts'
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
    together,
    ...bookOfLies({ run, rows, together }),
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
    put(put) {
      const insert =
        'INSERT OR REPLACE INTO put(chain, txid, height, hash, source, fetched, placed) VALUES(?, ?, ?, ?, ?, ?, ?)'
      const write = (): void =>
        together(() => {
          for (const { chain, txid, height, hash, source, fetched, placed } of put)
            run(insert, chain, txid, height, hash, source, fetched, placed ? 1 : 0)
        })
      if (database.isTransaction) write()
      else synced(database, write)
    },
    putSource(chain, txid) {
      const found = row('SELECT source FROM put WHERE chain = ? AND txid = ?', chain, txid)
      return found === undefined ? null : String(found['source'])
    },
    unplaced(chain, heights) {
      const shared =
        'SELECT height FROM put WHERE chain = ? GROUP BY height HAVING count(*) > 1 AND min(placed) = 0'
      const asked = heights ?? rows(shared, chain).map(({ height }) => Number(height))
      return asked.flatMap((height) => {
        const all = rows('SELECT txid, hash, placed FROM put WHERE chain = ? AND height = ?', chain, height)
        // One of two blocks of this height was turned back.
        return [...Map.groupBy(all, ({ hash }) => String(hash))].flatMap(([hash, own]) =>
          own.length < 2 || own.every(({ placed }) => placed === 1)
            ? []
            : [{ height, hash, txids: own.map(({ txid }) => String(txid)) }],
        )
      })
    },
    setPlaced(chain, txids) {
      for (const txid of txids) run('UPDATE put SET placed = 1 WHERE chain = ? AND txid = ?', chain, txid)
    },
    opening(holder, asset) {
      const found = row('SELECT height, balance FROM opening WHERE holder = ? AND asset = ?', holder, asset)
      if (found === undefined) return null
      const { height, balance } = found
      return { height: Number(height), balance: balance === null ? null : BigInt(String(balance)) }
    },
    openedAbove: (chain, height) =>
      rows('SELECT DISTINCT holder FROM opening WHERE chain = ? AND height > ?', chain, height).map(
        ({ holder }) => String(holder),
      ),
    openedAt(holder) {
      const height = row('SELECT min(height) AS height FROM opening WHERE holder = ?', holder)!['height']
      return height === null ? null : Number(height)
    },
    setOpening(holder, asset, height, balance) {
      run(
        'INSERT OR REPLACE INTO opening(holder, asset, chain, height, balance) VALUES(?, ?, ?, ?, ?)',
        ...[holder, asset, chainOf(holder), height, balance === null ? null : String(balance)],
      )
    },
    dropOpenings: (holder) => run('DELETE FROM opening WHERE holder = ?', holder),
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
    putAbove: (chain, height) =>
      rows(
        'SELECT txid FROM put WHERE chain = ? AND height > ? ORDER BY height DESC, txid',
        chain,
        height,
      ).map(({ txid }) => String(txid)),
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

/**
 * Merges the staged rows into the ledger. Everything here runs inside one transaction of the caller's.
 * Rules: `docs/methods/duplicates.md`, `docs/methods/order.md`.
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { integer } from '../../store/index.ts'
import { type Appended, type Covers, MOVEMENT_KINDS, NONE } from '../ledger.ts'
import { isNewestFirst, turnAround } from '../order.ts'
import { mergeHeads } from './mergeHeads.ts'
import { mergeLots } from './mergeLots.ts'
import { mergeNames } from './mergeNames.ts'
import { placeChains, placeInBlocks } from './placeInBlocks.ts'
import { STAGING, TEMP_CACHE_KIB } from './schema.ts'

/** What the steps of a merge work with. In their SQL `@` stands for the staging database. */
export interface MergeStep {
  readonly database: DatabaseSync
  /** @returns rows changed */
  run(sql: string, ...values: (number | string)[]): number
  /** One integer. */
  count(sql: string): number
  /** Rows as arrays, one at a time. */
  query(sql: string): Iterable<unknown>
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const TRANSFER = 'tx, kind, asset, payer, payee, amount'
const IDENTITY = `${TRANSFER}, nth`

/**
 * @param firstPlace number added to the places of the staged movements, see `fileOrderBase`
 * @throws {DoubleSpendError} where two transactions spend one output
 */
export function mergeStaging(
  database: DatabaseSync,
  covers: Covers,
  firstPlace: number,
): Appended & { readonly transactions: number } {
  const step = mergeStep(database)
  const { run } = step
  run(`PRAGMA temp.cache_size=-${TEMP_CACHE_KIB}`)
  mergeNames(step)
  const heads = mergeHeads(step)
  const { staged, added } = mergeMovements(step, firstPlace)
  const lots = mergeLots(step)
  if (lots.utxo) placeInBlocks(step)
  cover(step, covers)
  placeChains(step)
  run(
    'UPDATE total SET transactions = transactions + ?, movements = movements + ?, next_movement = next_movement + ?',
    ...[heads.transactions, added, staged],
  )
  for (const table of ['chain_map', 'holder_map', 'asset_map', 'tx_map']) run(`DROP TABLE temp.${table}`)
  return {
    transactions: heads.transactions,
    added,
    duplicates: staged - added,
    contradictions: heads.contradictions + lots.contradictions,
    falsePrevouts: lots.falsePrevouts,
  }
}

export function mergeStep(database: DatabaseSync): MergeStep {
  const text = (sql: string): string => sql.replaceAll('@', `${STAGING}.`)
  return {
    database,
    run: (sql, ...values) => Number(database.prepare(text(sql)).run(...values).changes),
    count: (sql) => integer(database, text(sql)),
    query(sql) {
      const statement = database.prepare(text(sql))
      statement.setReturnArrays(true)
      return statement.iterate()
    },
  }
}

function mergeMovements(step: MergeStep, firstPlace: number): { staged: number; added: number } {
  const { run, count } = step
  turnListings(step)
  run(`CREATE TEMP TABLE staged AS
    SELECT t.id AS tx, kind, a.id AS asset, coalesce(p.id, -1) AS payer, coalesce(q.id, -1) AS payee, amount,
      listing, position, m.seq, coalesce(turned.place, m.seq) AS place
    FROM @movement m CROSS JOIN temp.tx_map t ON t.staged = m.tx CROSS JOIN temp.asset_map a ON a.staged = m.asset
    LEFT JOIN temp.holder_map p ON p.staged = m.payer LEFT JOIN temp.holder_map q ON q.staged = m.payee
    LEFT JOIN temp.turned ON turned.seq = m.seq ORDER BY t.id`)
  const staged = count('SELECT count(*) FROM temp.staged')
  const firstId = count('SELECT next_movement FROM total')
  if (firstId + staged >= NONE) throw new RangeError('movement numbers are used up (2^32)')
  let added = run(
    `INSERT OR IGNORE INTO movement SELECT ${TRANSFER}, 0, seq + ?, position, place + ? FROM temp.staged`,
    ...[firstId, firstPlace],
  )
  if (added < staged) added += mergeEquals(step, firstId, firstPlace)
  // UNION sorts and removes repetitions, so that the inserts run along the key.
  run(`INSERT OR IGNORE INTO touch
    SELECT payer, tx FROM temp.staged WHERE payer >= 0 UNION SELECT payee, tx FROM temp.staged WHERE payee >= 0`)
  run('DROP TABLE temp.staged')
  run('DROP TABLE temp.turned')
  return { staged, added }
}

/**
 * Numbers equal transfers. Rows are inserted as if there were none; those that are not alone are taken back here.
 *
 * @returns how many movements it adds to those inserted before
 */
function mergeEquals({ run }: MergeStep, firstId: number, firstPlace: number): number {
  run(`CREATE TEMP TABLE equal(${TRANSFER}, PRIMARY KEY(${TRANSFER})) WITHOUT ROWID`)
  run(
    `INSERT OR IGNORE INTO temp.equal SELECT ${TRANSFER} FROM temp.staged s CROSS JOIN movement m USING (${TRANSFER})
    WHERE m.nth = 0 AND m.id <> s.seq + ?`,
    firstId,
  )
  const taken = run(
    `DELETE FROM movement WHERE (${IDENTITY}) IN (SELECT ${TRANSFER}, 0 FROM temp.equal) AND id >= ?`,
    firstId,
  )
  run(`CREATE TEMP TABLE counted AS
    SELECT ${TRANSFER}, iif(kind = ${UTXO}, 0, row_number() OVER (
        PARTITION BY ${TRANSFER}, listing ORDER BY position IS NULL, position, place
      ) - 1) AS nth, seq, position, place
    FROM temp.equal CROSS JOIN temp.staged USING (${TRANSFER})`)
  const added = run(
    `INSERT OR IGNORE INTO movement SELECT ${IDENTITY}, seq + ?, position, place + ? FROM temp.counted`,
    ...[firstId, firstPlace],
  )
  // Every row conflicts: those that are new were inserted just now.
  run(
    `INSERT INTO movement SELECT ${IDENTITY}, 0, min(position), min(place) + ? FROM temp.counted GROUP BY ${IDENTITY}
    ON CONFLICT DO UPDATE SET position = coalesce(min(position, excluded.position), position, excluded.position),
      file_order = min(file_order, excluded.file_order)
    WHERE excluded.file_order < file_order OR excluded.position < coalesce(position, ${NONE})`,
    firstPlace,
  )
  run('DROP TABLE temp.equal')
  run('DROP TABLE temp.counted')
  return added - taken
}

/** Makes `temp.turned`: the places of newest-first listings, which are read from their end. */
function turnListings({ database, run, query }: MergeStep): void {
  run('CREATE TEMP TABLE turned(seq INTEGER PRIMARY KEY, place INTEGER NOT NULL)')
  const listings = database.prepare(`SELECT id, rose, fell FROM ${STAGING}.listing`).all()
  const newestFirst = listings.filter((row) =>
    isNewestFirst({ lastTime: null, rose: row['rose'] === 1, fell: row['fell'] === 1 }),
  )
  if (newestFirst.length === 0) return
  const insert = database.prepare('INSERT INTO temp.turned VALUES(?, ?)')
  const turn = (rows: readonly number[], seqs: readonly number[]): void => {
    for (const [i, place] of turnAround(rows, seqs).entries()) insert.run(seqs[i]!, place)
  }
  let rows: number[] = []
  let seqs: number[] = []
  let last = -1
  const ids = newestFirst.map((row) => row['id']).join()
  const own = query(`SELECT listing, row, seq FROM @movement WHERE listing IN (${ids}) ORDER BY listing, seq`)
  for (const [listing, row, seq] of own as Iterable<[number, number, number]>) {
    if (listing !== last) {
      turn(rows, seqs)
      rows = []
      seqs = []
      last = listing
    }
    rows.push(row)
    seqs.push(seq)
  }
  turn(rows, seqs)
}

function cover({ database, run }: MergeStep, covers: Covers): void {
  if (covers.kind === 'none') return
  const widen = `UPDATE holder SET whole = 1,
    from_time = coalesce(min(holder.from_time, h.from_time), holder.from_time, h.from_time),
    to_time = coalesce(max(holder.to_time, h.to_time), holder.to_time, h.to_time) FROM @head h`
  if (covers.kind === 'all') {
    run(`${widen} WHERE holder.id IN (SELECT id FROM temp.holder_map)`)
    return
  }
  const name = database.prepare(
    'INSERT OR IGNORE INTO holder_name SELECT ?, coalesce(max(id) + 1, 0) FROM holder RETURNING id, name',
  )
  const add = database.prepare('INSERT INTO holder(id, name) VALUES(?, ?)')
  for (const holder of covers.holders) {
    const made = name.get(holder)
    if (made !== undefined) add.run(Number(made['id']), holder)
    run(`${widen} WHERE holder.id = (SELECT id FROM holder_name WHERE name = ?)`, holder)
  }
}

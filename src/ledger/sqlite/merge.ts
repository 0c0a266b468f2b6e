/**
 * Merges the staged rows into the ledger. Everything here runs inside one transaction of the caller's.
 * Rules: `docs/methods/duplicates.md`, `docs/methods/order.md`.
 * @module
 */
import type { DatabaseSync } from 'node:sqlite'
import { integer } from '../../store/index.ts'
import { DoubleSpendError } from '../checkTransaction.ts'
import { describeAsset } from '../describeAsset.ts'
import { type Covers, MOVEMENT_KINDS, NONE } from '../ledger.ts'
import { isNewestFirst, spendDepths, turnAround } from '../order.ts'
import { STAGING } from './schema.ts'

export interface Merged {
  readonly transactions: number
  readonly added: number
  readonly duplicates: number
  readonly contradictions: number
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const IDENTITY = 'tx, kind, asset, payer, payee, amount, nth'

/**
 * @param firstPlace number added to the places of the staged movements, see `fileOrderBase`
 * @throws {DoubleSpendError} where the ledger has another spender of an output
 */
export function mergeStaging(database: DatabaseSync, covers: Covers, firstPlace: number): Merged {
  const run = (sql: string, ...values: (number | string)[]): number =>
    Number(database.prepare(sql.replaceAll('@', `${STAGING}.`)).run(...values).changes)
  const count = (sql: string): number => integer(database, sql.replaceAll('@', `${STAGING}.`))

  for (const table of ['staged', 'chain_map', 'holder_map', 'asset_map', 'tx_map']) {
    database.exec(`DROP TABLE IF EXISTS temp.${table}`)
  }
  mapNames(run)
  mergeAssets(database)
  const heads = mergeHeads(run, count)
  assertNoDoubleSpend(database)
  turnListings(database)

  // Sorting by identity is needed to number equal transfers; it also makes the inserts below run along the key.
  run(`CREATE TEMP TABLE staged AS
    SELECT t.id AS tx, kind, a.id AS asset, coalesce(p.id, -1) AS payer, coalesce(q.id, -1) AS payee, amount,
      iif(kind = ${UTXO}, 0, row_number() OVER (
        PARTITION BY m.tx, kind, m.asset, m.payer, m.payee, amount, listing ORDER BY position IS NULL, position, place
      ) - 1) AS nth, seq, position, place
    FROM @movement m CROSS JOIN temp.tx_map t ON t.staged = m.tx CROSS JOIN temp.asset_map a ON a.staged = m.asset
    LEFT JOIN temp.holder_map p ON p.staged = m.payer LEFT JOIN temp.holder_map q ON q.staged = m.payee`)
  const staged = count('SELECT count(*) FROM temp.staged')
  const firstId = count('SELECT next_movement FROM total')
  if (firstId + staged >= NONE) throw new RangeError('movement numbers are used up (2^32)')
  const added = run(
    `INSERT OR IGNORE INTO movement SELECT ${IDENTITY}, seq + ?, position, place + ? FROM temp.staged`,
    ...[firstId, firstPlace],
  )
  if (added < staged) {
    // Every row conflicts: those that are new were inserted just now.
    run(
      `INSERT INTO movement SELECT ${IDENTITY}, 0, min(position), min(place) + ? FROM temp.staged GROUP BY ${IDENTITY}
      ON CONFLICT DO UPDATE SET position = coalesce(min(position, excluded.position), position, excluded.position),
        file_order = min(file_order, excluded.file_order)
      WHERE excluded.file_order < file_order OR excluded.position < coalesce(position, ${NONE})`,
      firstPlace,
    )
  }
  const lots = mergeLots(run, count)
  // UNION sorts and removes repetitions, so that the inserts run along the key.
  run(`INSERT OR IGNORE INTO touch
    SELECT payer, tx FROM temp.staged WHERE payer >= 0 UNION SELECT payee, tx FROM temp.staged WHERE payee >= 0`)
  if (lots.utxo) {
    run(`INSERT OR IGNORE INTO touch
      SELECT i.holder, i.tx FROM temp.tx_map t CROSS JOIN input i ON i.tx = t.id WHERE i.holder >= 0
      UNION SELECT i.holder, i.tx FROM temp.tx_map t CROSS JOIN input i ON i.prev_tx = t.id WHERE i.holder >= 0
      UNION SELECT o.holder, o.tx FROM temp.tx_map t CROSS JOIN output o ON o.tx = t.id WHERE o.holder >= 0`)
    placeInBlocks(database)
  }
  cover(database, run, covers)
  run(
    `UPDATE chain SET by_time = EXISTS(SELECT 1 FROM tx WHERE chain = chain.id AND height IS NULL AND real = 1)`,
  )
  run(
    'UPDATE total SET transactions = transactions + ?, movements = movements + ?, next_movement = next_movement + ?',
    ...[heads.transactions, added, staged],
  )
  for (const table of ['staged', 'chain_map', 'holder_map', 'asset_map', 'tx_map']) {
    database.exec(`DROP TABLE temp.${table}`)
  }
  return {
    transactions: heads.transactions,
    added,
    duplicates: staged - added,
    contradictions: heads.contradictions + lots.contradictions,
  }
}

type Run = (sql: string, ...values: (number | string)[]) => number
type Count = (sql: string) => number

/** New names get the next numbers, from 0 without gaps, in the order in which they were staged. */
function mapNames(run: Run): void {
  for (const table of ['chain', 'holder', 'asset']) {
    const columns = table === 'asset' ? 'id, name, symbol, decimals' : 'id, name'
    const values = table === 'asset' ? ', name, symbol, decimals' : ', name'
    run(`INSERT INTO ${table}(${columns})
      SELECT (SELECT coalesce(max(id) + 1, 0) FROM ${table}) + row_number() OVER (ORDER BY s.id) - 1${values}
      FROM @${table} s WHERE NOT EXISTS (SELECT 1 FROM ${table} k WHERE k.name = s.name)`)
    run(`CREATE TEMP TABLE ${table}_map(staged INTEGER PRIMARY KEY, id INTEGER NOT NULL)`)
    run(`INSERT INTO temp.${table}_map
      SELECT s.id, k.id FROM @${table} s CROSS JOIN ${table} k ON k.name = s.name ORDER BY s.id`)
  }
}

/** What the files say of assets outside our table; what is known of the others is in the code, not in the file. */
function mergeAssets(database: DatabaseSync): void {
  const rows = database
    .prepare(
      `SELECT k.id, k.name, s.symbol, s.decimals FROM temp.asset_map m JOIN ${STAGING}.asset s ON s.id = m.staged
      JOIN asset k ON k.id = m.id WHERE k.symbol = '' OR k.symbol = s.symbol`,
    )
    .all()
  const update = database.prepare('UPDATE asset SET symbol = ?, decimals = ? WHERE id = ?')
  for (const row of rows) {
    const given = { symbol: String(row['symbol']), decimals: Number(row['decimals']) }
    const { symbol, decimals } = describeAsset(String(row['name']), given)
    update.run(symbol, decimals, Number(row['id']))
  }
}

function mergeHeads(run: Run, count: Count): { transactions: number; contradictions: number } {
  const firstNew = count('SELECT coalesce(max(id) + 1, 0) FROM tx')
  run(
    `INSERT INTO tx(id, txid, chain, height, idx, time, real)
    SELECT ? + row_number() OVER (ORDER BY s.id) - 1, s.txid, c.id, s.height, s.idx, s.time, s.real
    FROM @tx s CROSS JOIN temp.chain_map c ON c.staged = s.chain
    WHERE NOT EXISTS (SELECT 1 FROM tx k WHERE k.txid = s.txid AND k.chain = c.id)`,
    firstNew,
  )
  run('CREATE TEMP TABLE tx_map(staged INTEGER PRIMARY KEY, id INTEGER NOT NULL)')
  run(`INSERT INTO temp.tx_map
    SELECT s.id, k.id FROM @tx s CROSS JOIN temp.chain_map c ON c.staged = s.chain
    CROSS JOIN tx k ON k.txid = s.txid AND k.chain = c.id ORDER BY s.id`)
  const pairs =
    '@tx s CROSS JOIN temp.tx_map m ON m.staged = s.id CROSS JOIN tx k ON k.id = m.id WHERE s.real = 1'
  const transactions = count(`SELECT count(*) FROM ${pairs} AND (k.real = 0 OR k.id >= ${firstNew})`)
  const contradictions = count(`SELECT coalesce(sum(((s.height <> k.height) IS TRUE)
      + ((s.idx <> k.idx) IS TRUE) + ((s.time <> k.time) IS TRUE)), 0) FROM ${pairs}`)
  // An upsert, because the planner would scan all of `tx` for UPDATE … FROM.
  run(`INSERT INTO tx(id, txid, chain, height, idx, time, real)
    SELECT k.id, k.txid, k.chain, s.height, s.idx, s.time, 1 FROM ${pairs} AND (k.real = 0
      OR k.height IS NULL AND s.height IS NOT NULL OR k.idx IS NULL AND s.idx IS NOT NULL
      OR k.time IS NULL AND s.time IS NOT NULL)
    ON CONFLICT(id) DO UPDATE SET real = 1, height = coalesce(height, excluded.height),
      idx = coalesce(idx, excluded.idx), time = coalesce(time, excluded.time)`)
  return { transactions, contradictions: contradictions + count('SELECT contradictions FROM @head') }
}

function assertNoDoubleSpend(database: DatabaseSync): void {
  const conflict = database
    .prepare(
      `SELECT c.name AS chain, p.txid || ':' || s.prev_n AS prevout, first.txid AS first, second.txid AS second
      FROM ${STAGING}.input s CROSS JOIN temp.tx_map pm ON pm.staged = s.prev_tx
      CROSS JOIN temp.tx_map tm ON tm.staged = s.tx
      CROSS JOIN input k ON k.prev_tx = pm.id AND k.prev_n = s.prev_n AND k.tx <> tm.id
      JOIN tx p ON p.id = pm.id JOIN tx first ON first.id = k.tx JOIN tx second ON second.id = tm.id
      JOIN chain c ON c.id = p.chain LIMIT 1`,
    )
    .get() as { chain: string; prevout: string; first: string; second: string } | undefined
  if (conflict !== undefined) throw new DoubleSpendError({ code: 'LEDGER_DOUBLE_SPEND', ...conflict })
}

/** Reads newest-first listings from their end. Depends on the staged rows only, so that a second try does the same. */
function turnListings(database: DatabaseSync): void {
  const listings = database.prepare(`SELECT id, rose, fell FROM ${STAGING}.listing`).all()
  const select = database.prepare(`SELECT row, seq FROM ${STAGING}.movement WHERE listing = ? ORDER BY seq`)
  select.setReturnArrays(true)
  const update = database.prepare(`UPDATE ${STAGING}.movement SET place = ? WHERE seq = ?`)
  const newestFirst = listings.filter((row) =>
    isNewestFirst({ lastTime: null, rose: row['rose'] === 1, fell: row['fell'] === 1 }),
  )
  if (newestFirst.length > 1) {
    database.exec(`CREATE INDEX IF NOT EXISTS ${STAGING}.by_listing ON movement(listing, seq)`)
  }
  for (const { id } of newestFirst) {
    const rows: number[] = []
    const places: number[] = []
    for (const [row, seq] of select.iterate(id!) as Iterable<unknown> as Iterable<[number, number]>) {
      rows.push(row)
      places.push(seq)
    }
    for (const [i, place] of turnAround(rows, places).entries()) update.run(place, places[i]!)
  }
}

function mergeLots(run: Run, count: Count): { utxo: boolean; contradictions: number } {
  if (count('SELECT EXISTS(SELECT 1 FROM @input) OR EXISTS(SELECT 1 FROM @output)') === 0) {
    return { utxo: false, contradictions: 0 }
  }
  const outputs = `@output s CROSS JOIN temp.tx_map t ON t.staged = s.tx LEFT JOIN temp.holder_map h ON h.staged = s.holder`
  const contradictions = count(`SELECT count(*) FROM ${outputs}
    CROSS JOIN output k ON k.tx = t.id AND k.n = s.n
    WHERE k.amount IS NOT s.amount OR k.holder >= 0 AND h.id IS NOT NULL AND k.holder <> h.id`)
  run(`INSERT INTO output SELECT t.id, s.n, coalesce(h.id, -1), s.amount FROM ${outputs} WHERE true ORDER BY t.id, s.n
    ON CONFLICT DO UPDATE SET holder = excluded.holder WHERE holder < 0 AND amount = excluded.amount`)
  const inputs = `@input s CROSS JOIN temp.tx_map t ON t.staged = s.tx CROSS JOIN temp.tx_map p ON p.staged = s.prev_tx
    LEFT JOIN temp.holder_map h ON h.staged = s.holder`
  run(`INSERT INTO input SELECT tx, (SELECT coalesce(max(i) + 1, 0) FROM input k WHERE k.tx = n.tx)
      + row_number() OVER (PARTITION BY tx ORDER BY seq) - 1, prev_tx, prev_n, holder, amount
    FROM (SELECT t.id AS tx, s.seq, p.id AS prev_tx, s.prev_n, coalesce(h.id, -1) AS holder, s.amount FROM ${inputs}
      WHERE NOT EXISTS (SELECT 1 FROM input k WHERE k.prev_tx = p.id AND k.prev_n = s.prev_n)) n`)
  run(`INSERT INTO input SELECT k.tx, k.i, k.prev_tx, k.prev_n, coalesce(h.id, -1), s.amount
    FROM ${inputs} CROSS JOIN input k ON k.prev_tx = p.id AND k.prev_n = s.prev_n
    WHERE k.holder < 0 AND h.id IS NOT NULL OR k.amount IS NULL AND s.amount IS NOT NULL
    ON CONFLICT(tx, i) DO UPDATE
      SET holder = iif(holder < 0, excluded.holder, holder), amount = coalesce(amount, excluded.amount)`)
  // An input is what its prevout is. New inputs of known outputs, then known inputs of new outputs.
  for (const side of ['tx', 'prev_tx']) {
    run(`INSERT INTO input SELECT i.tx, i.i, i.prev_tx, i.prev_n, iif(o.holder < 0, i.holder, o.holder), o.amount
      FROM temp.tx_map t CROSS JOIN input i ON i.${side} = t.id CROSS JOIN output o ON o.tx = i.prev_tx AND o.n = i.prev_n
      WHERE i.amount IS NOT o.amount OR o.holder >= 0 AND i.holder <> o.holder
      ON CONFLICT(tx, i) DO UPDATE SET holder = excluded.holder, amount = excluded.amount`)
  }
  return { utxo: true, contradictions }
}

/**
 * Where blocks give no index, spends come after what they spend. Cost: a scan of the inputs of all transactions
 * without an index; explorers' exports have few, block files have none.
 */
function placeInBlocks(database: DatabaseSync): void {
  if (
    integer(database, `SELECT EXISTS(SELECT 1 FROM ${STAGING}.tx s WHERE s.idx IS NULL AND s.real = 1)`) === 0
  )
    return
  const edges = database.prepare(
    `SELECT t.id, p.id FROM tx t CROSS JOIN input i ON i.tx = t.id CROSS JOIN tx p ON p.id = i.prev_tx
    WHERE t.idx IS NULL AND p.idx IS NULL AND t.real = 1 AND p.real = 1 AND t.height IS p.height
      AND (t.height IS NOT NULL OR t.time = p.time)`,
  )
  edges.setReturnArrays(true)
  const depths = spendDepths(edges.all() as unknown as [number, number][])
  const update = database.prepare('UPDATE tx SET depth = ?1 WHERE id = ?2 AND depth <> ?1')
  database.exec('UPDATE tx SET depth = 0 WHERE depth > 0')
  for (const [tx, depth] of depths) update.run(depth, tx)
}

function cover(database: DatabaseSync, run: Run, covers: Covers): void {
  if (covers.kind === 'none') return
  const widen = `UPDATE holder SET whole = 1,
    from_time = coalesce(min(holder.from_time, h.from_time), holder.from_time, h.from_time),
    to_time = coalesce(max(holder.to_time, h.to_time), holder.to_time, h.to_time) FROM @head h`
  if (covers.kind === 'all') {
    run(`${widen} WHERE holder.id IN (SELECT id FROM temp.holder_map)`)
    return
  }
  const add = database.prepare(
    'INSERT OR IGNORE INTO holder(id, name) VALUES((SELECT coalesce(max(id) + 1, 0) FROM holder), ?)',
  )
  for (const name of covers.holders) {
    add.run(name)
    run(`${widen} WHERE holder.name = ?`, name)
  }
}

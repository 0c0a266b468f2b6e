import { describeAsset } from '../describeAsset.ts'
import type { MergeStep } from './merge.ts'
import { STAGING } from './schema.ts'

/** `temp.tx_map.state`: of one staged name, whether the ledger had it, and whether it was staged before. */
const KNOWN = 0
export const NEW = 1
const REPEATED = 2

/**
 * Makes `temp.chain_map`, `asset_map`, `holder_map` and `tx_map`: staged number to number in the ledger. New names get
 * the next numbers, without gaps, in the order in which they were staged.
 */
export function mergeNames(step: MergeStep): void {
  mapFew(step, 'chain', 'name')
  mapFew(step, 'asset', 'name, symbol, decimals')
  describeAssets(step)
  mapMany(step, 'holder', 'name', '@holder')
  step.run(`INSERT INTO holder(id, name) SELECT m.id, s.name
    FROM temp.holder_map m CROSS JOIN @holder s ON s.id = m.staged WHERE m.state = ${NEW}`)
  const statements = `(SELECT s.id, s.txid, c.id AS chain FROM @tx s CROSS JOIN temp.chain_map c ON c.staged = s.chain)`
  mapMany(step, 'tx', 'txid, chain', statements)
}

function mapFew({ run }: MergeStep, table: string, columns: string): void {
  run(`INSERT INTO ${table}(id, ${columns})
    SELECT (SELECT coalesce(max(id) + 1, 0) FROM ${table}) + row_number() OVER (ORDER BY s.id) - 1, ${columns}
    FROM @${table} s WHERE NOT EXISTS (SELECT 1 FROM ${table} k WHERE k.name = s.name)`)
  run(`CREATE TEMP TABLE ${table}_map(staged INTEGER PRIMARY KEY, id INTEGER NOT NULL)`)
  run(`INSERT INTO temp.${table}_map
    SELECT s.id, k.id FROM @${table} s CROSS JOIN ${table} k ON k.name = s.name ORDER BY s.id`)
}

/** Names sorted once: equal ones are then together, and both look-ups and inserts run along the key. */
function mapMany({ run, count }: MergeStep, table: string, key: string, staged: string): void {
  run(`CREATE TEMP TABLE named AS SELECT id AS staged, ${key},
    first_value(id) OVER (PARTITION BY ${key} ORDER BY id ROWS UNBOUNDED PRECEDING) AS first FROM ${staged}`)
  run(
    `CREATE TEMP TABLE ${table}_map(staged INTEGER PRIMARY KEY, id INTEGER NOT NULL, state INTEGER NOT NULL)`,
  )
  run(
    `INSERT INTO temp.${table}_map SELECT staged, coalesce(k.id, ? - 1 + count(*) FILTER (WHERE k.id IS NULL)
      OVER (ORDER BY staged ROWS UNBOUNDED PRECEDING)), iif(k.id IS NULL, ${NEW}, ${KNOWN})
    FROM temp.named LEFT JOIN ${table}_name k USING (${key}) WHERE staged = first`,
    count(`SELECT coalesce(max(id) + 1, 0) FROM ${table}`),
  )
  run(`INSERT INTO ${table}_name(${key}, id)
    SELECT ${key}, m.id FROM temp.named n CROSS JOIN temp.${table}_map m USING (staged) WHERE m.state = ${NEW}`)
  run(`INSERT INTO temp.${table}_map SELECT n.staged, m.id, ${REPEATED}
    FROM temp.named n CROSS JOIN temp.${table}_map m ON m.staged = n.first WHERE n.staged <> n.first ORDER BY n.staged`)
  run('DROP TABLE temp.named')
}

/** What the files say of assets outside our table; what is known of the others is in the code, not in the file. */
function describeAssets({ database }: MergeStep): void {
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

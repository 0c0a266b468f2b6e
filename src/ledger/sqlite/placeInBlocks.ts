import { spendDepths } from '../order.ts'
import type { MergeStep } from './merge.ts'

/** Which chains are ordered by time. */
export function placeChains({ run }: MergeStep): void {
  run(
    'UPDATE chain SET by_time = EXISTS(SELECT 1 FROM tx WHERE chain = chain.id AND height IS NULL AND real = 1)',
  )
}

/** Two transactions of one block, of which neither has an index. */
const SAME_BLOCK = `t.idx IS NULL AND p.idx IS NULL AND t.real = 1 AND p.real = 1 AND t.height IS p.height
  AND (t.height IS NOT NULL OR t.time = p.time)`

/**
 * Where blocks give no index, spends come after what they spend. Looks at the merged transactions, at what spends them,
 * and at what hangs together with either by spends within one block; everything else keeps its depth.
 */
export function placeInBlocks({ database, run, query }: MergeStep): void {
  run('CREATE TEMP TABLE near(id INTEGER PRIMARY KEY)')
  run(`WITH RECURSIVE n(id) AS (
      SELECT t.id FROM temp.tx_map m CROSS JOIN tx t ON t.id = m.id WHERE t.idx IS NULL
      UNION SELECT t.id FROM temp.tx_map m CROSS JOIN input i ON i.prev_tx = m.id CROSS JOIN tx t ON t.id = i.tx
        WHERE t.idx IS NULL
      UNION SELECT t.id FROM n CROSS JOIN input i ON i.prev_tx = n.id CROSS JOIN tx t ON t.id = i.tx
        CROSS JOIN tx p ON p.id = n.id WHERE ${SAME_BLOCK}
      UNION SELECT p.id FROM n CROSS JOIN input i ON i.tx = n.id CROSS JOIN tx p ON p.id = i.prev_tx
        CROSS JOIN tx t ON t.id = n.id WHERE ${SAME_BLOCK}
    ) INSERT INTO temp.near SELECT id FROM n`)
  const edges = query(`SELECT t.id, p.id FROM temp.near n CROSS JOIN tx t ON t.id = n.id
    CROSS JOIN input i ON i.tx = t.id CROSS JOIN tx p ON p.id = i.prev_tx WHERE ${SAME_BLOCK}`)
  const depths = spendDepths([...(edges as Iterable<[number, number]>)])
  const update = database.prepare('UPDATE tx SET depth = ? WHERE id = ?')
  for (const [id, depth] of query(
    'SELECT t.id, t.depth FROM temp.near n CROSS JOIN tx t ON t.id = n.id',
  ) as Iterable<[number, number]>) {
    const now = depths.get(id) ?? 0
    if (now !== depth) update.run(now, id)
  }
  run('DROP TABLE temp.near')
}

import { type Head, mergeHead } from '../head.ts'
import type { MergeStep } from './merge.ts'
import { NEW } from './mergeNames.ts'

/**
 * Heights, indices and times. The first statement about a new transaction goes in as it is; where there are more, they
 * are read one by one, in the order of the file.
 */
export function mergeHeads(step: MergeStep): { transactions: number; contradictions: number } {
  const { database, run, count, query } = step
  const firstNew = count('SELECT coalesce(max(id) + 1, 0) FROM tx')
  run(`INSERT INTO tx(id, txid, chain, height, idx, time, real)
    SELECT m.id, s.txid, c.id, s.height, s.idx, s.time, s.real FROM temp.tx_map m
    CROSS JOIN @tx s ON s.id = m.staged CROSS JOIN temp.chain_map c ON c.staged = s.chain WHERE m.state = ${NEW}`)
  let transactions = count(`SELECT count(*) FROM tx WHERE id >= ${firstNew} AND real = 1`)
  let contradictions = 0
  const find = database.prepare('SELECT real, height, idx, time FROM tx WHERE id = ?')
  find.setReturnArrays(true)
  const update = database.prepare('UPDATE tx SET real = 1, height = ?, idx = ?, time = ? WHERE id = ?')

  /** @param said what the file says, in one */
  function merge(tx: number, said: Head): void {
    const [real, height, index, time] = find.get(tx) as unknown as [number, ...(number | null)[]]
    const kept: Head = { height: height!, index: index!, time: time! }
    contradictions += mergeHead(kept, said)
    if (real === 0) transactions++
    if (real === 0 || kept.height !== height || kept.index !== index || kept.time !== time) {
      update.run(kept.height, kept.index, kept.time, tx)
    }
  }

  let last = -1
  let said: Head | undefined
  const statements =
    query(`SELECT m.id, s.height, s.idx, s.time FROM temp.tx_map m CROSS JOIN @tx s ON s.id = m.staged
    WHERE s.real = 1 AND m.id IN (SELECT id FROM temp.tx_map WHERE state <> ${NEW}) ORDER BY m.id, m.staged`)
  for (const [tx, height, index, time] of statements as Iterable<[number, ...(number | null)[]]>) {
    const head = { height: height!, index: index!, time: time! }
    if (tx === last) contradictions += mergeHead(said!, head)
    else {
      if (said !== undefined) merge(last, said)
      last = tx
      said = head
    }
  }
  if (said !== undefined) merge(last, said)
  return { transactions, contradictions }
}

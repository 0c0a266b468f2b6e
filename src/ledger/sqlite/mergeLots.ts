import { DoubleSpendError } from '../checkTransaction.ts'
import { type FalsePrevout, MAX_FALSE_PREVOUTS } from '../ledger.ts'
import type { MergeStep } from './merge.ts'
import { txidOf } from './stored.ts'

interface MergedLots {
  /** Whether there is any input or output. */
  readonly utxo: boolean
  readonly contradictions: number
  readonly falsePrevouts: readonly FalsePrevout[]
}

/**
 * Inputs and outputs of UTXO chains.
 *
 * @throws {DoubleSpendError} where two transactions of the file, or of file and ledger, spend one output
 */
export function mergeLots(step: MergeStep): MergedLots {
  const { run, count } = step
  const falsePrevouts: FalsePrevout[] = []
  if (count('SELECT EXISTS(SELECT 1 FROM @input) OR EXISTS(SELECT 1 FROM @output)') === 0) {
    return { utxo: false, contradictions: 0, falsePrevouts }
  }
  let contradictions = mergeOutputs(step)
  contradictions += takeBackHolders(step, falsePrevouts)
  resolveInputs(step, 'prev_tx')
  contradictions += mergeInputs(step, falsePrevouts)
  resolveInputs(step, 'tx')
  run(`INSERT OR IGNORE INTO touch
    SELECT i.holder, i.tx FROM temp.tx_map t CROSS JOIN input i ON i.tx = t.id WHERE i.holder >= 0
    UNION SELECT i.holder, i.tx FROM temp.tx_map t CROSS JOIN input i ON i.prev_tx = t.id WHERE i.holder >= 0
    UNION SELECT o.holder, o.tx FROM temp.tx_map t CROSS JOIN output o ON o.tx = t.id WHERE o.holder >= 0`)
  return { utxo: true, contradictions, falsePrevouts }
}

/** An input is what its prevout is: of inputs (`tx`) or outputs (`prev_tx`) of what is merged. */
function resolveInputs({ run }: MergeStep, side: 'tx' | 'prev_tx'): void {
  run(`INSERT INTO input SELECT i.tx, i.i, i.prev_tx, i.prev_n, iif(o.holder < 0, i.holder, o.holder), o.amount
    FROM temp.tx_map t CROSS JOIN input i ON i.${side} = t.id CROSS JOIN output o ON o.tx = i.prev_tx AND o.n = i.prev_n
    WHERE i.amount IS NOT o.amount OR o.holder >= 0 AND i.holder <> o.holder
    ON CONFLICT(tx, i) DO UPDATE SET holder = excluded.holder, amount = excluded.amount`)
}

/**
 * What was said before of inputs whose outputs come now, and was false: takes those transactions from holders that have
 * nothing else to do with them.
 *
 * @returns how many statements were false
 */
function takeBackHolders({ database, query }: MergeStep, falsePrevouts: FalsePrevout[]): number {
  const untouch = database.prepare(`DELETE FROM touch WHERE holder = ?1 AND tx = ?2
    AND NOT EXISTS (SELECT 1 FROM output WHERE tx = ?2 AND holder = ?1)
    AND NOT EXISTS (SELECT 1 FROM input i LEFT JOIN output o ON o.tx = i.prev_tx AND o.n = i.prev_n
      WHERE i.tx = ?2 AND iif(o.holder >= 0, o.holder, i.holder) = ?1)
    AND NOT EXISTS (SELECT 1 FROM movement WHERE tx = ?2 AND (payer = ?1 OR payee = ?1))`)
  const contrary = [
    ...query(`SELECT DISTINCT i.tx, i.prev_tx, i.holder, i.i FROM temp.tx_map t CROSS JOIN input i ON i.prev_tx = t.id
      CROSS JOIN output o ON o.tx = i.prev_tx AND o.n = i.prev_n
      WHERE i.amount <> o.amount OR i.holder >= 0 AND o.holder >= 0 AND i.holder <> o.holder ORDER BY i.tx, i.i`),
  ] as [number, number, number][]
  for (const [tx, prevTx, holder] of contrary) {
    untouch.run(holder, tx)
    note(database, falsePrevouts, tx, prevTx, 'before')
  }
  return contrary.length
}

function note(
  database: MergeStep['database'],
  falsePrevouts: FalsePrevout[],
  tx: number,
  prevTx: number,
  said: FalsePrevout['said'],
): void {
  if (falsePrevouts.length === MAX_FALSE_PREVOUTS) return
  const { chain, txid, prev } = database
    .prepare(
      `SELECT c.name AS chain, t.txid, p.txid AS prev FROM tx t JOIN chain c ON c.id = t.chain JOIN tx p ON p.id = ?
      WHERE t.id = ?`,
    )
    .get(prevTx, tx)!
  falsePrevouts.push({ chain: String(chain), txid: txidOf(txid), prevTxid: txidOf(prev), said })
}

/** @returns how many statements contradict the output itself, or where it is not known the first one about it */
function mergeInputs({ database, run, query }: MergeStep, falsePrevouts: FalsePrevout[]): number {
  run(`CREATE TEMP TABLE spend AS SELECT tx, prev_tx, prev_n, holder, amount, seq,
      first_value(tx) OVER (PARTITION BY prev_tx, prev_n ORDER BY seq ROWS UNBOUNDED PRECEDING) AS first
    FROM (SELECT t.id AS tx, p.id AS prev_tx, s.prev_n, coalesce(h.id, -1) AS holder, s.amount, s.seq
      FROM @input s CROSS JOIN temp.tx_map t ON t.staged = s.tx CROSS JOIN temp.tx_map p ON p.staged = s.prev_tx
      LEFT JOIN temp.holder_map h ON h.staged = s.holder)`)
  const conflict = database
    .prepare(
      `SELECT c.name AS chain, p.txid AS prevout, prev_n AS n, one.txid AS first, two.txid AS second
      FROM temp.spend s LEFT JOIN input k USING (prev_tx, prev_n) JOIN tx p ON p.id = prev_tx
      JOIN tx one ON one.id = coalesce(k.tx, s.first) JOIN tx two ON two.id = s.tx JOIN chain c ON c.id = p.chain
      WHERE s.tx <> coalesce(k.tx, s.first) ORDER BY s.seq LIMIT 1`,
    )
    .get()
  if (conflict !== undefined) {
    throw new DoubleSpendError({
      code: 'LEDGER_DOUBLE_SPEND',
      chain: String(conflict['chain']),
      prevout: `${txidOf(conflict['prevout'])}:${conflict['n']}`,
      first: txidOf(conflict['first']),
      second: txidOf(conflict['second']),
    })
  }
  // The first statement makes the input, the others fill in what it left out.
  run(`INSERT INTO input SELECT tx, (SELECT coalesce(max(i) + 1, 0) FROM input k WHERE k.tx = n.tx)
      + row_number() OVER (PARTITION BY tx ORDER BY seq) - 1, prev_tx, prev_n, holder, amount
    FROM (SELECT tx, prev_tx, prev_n, holder, amount, min(seq) AS seq FROM temp.spend s
      WHERE NOT EXISTS (SELECT 1 FROM input k WHERE k.prev_tx = s.prev_tx AND k.prev_n = s.prev_n)
      GROUP BY prev_tx, prev_n) n`)
  run(`INSERT INTO input SELECT k.tx, k.i, k.prev_tx, k.prev_n, s.holder, s.amount
    FROM temp.spend s CROSS JOIN input k ON k.prev_tx = s.prev_tx AND k.prev_n = s.prev_n
    WHERE k.holder < 0 AND s.holder >= 0 OR k.amount IS NULL AND s.amount IS NOT NULL ORDER BY s.seq
    ON CONFLICT(tx, i) DO UPDATE
      SET holder = iif(holder < 0, excluded.holder, holder), amount = coalesce(amount, excluded.amount)`)
  let contradictions = 0
  const contrary = query(`SELECT s.tx, s.prev_tx, o.tx IS NOT NULL AS proved
    FROM temp.spend s CROSS JOIN input k ON k.prev_tx = s.prev_tx AND k.prev_n = s.prev_n
    LEFT JOIN output o ON o.tx = s.prev_tx AND o.n = s.prev_n
    WHERE s.amount <> coalesce(o.amount, k.amount)
      OR s.holder >= 0 AND coalesce(o.holder, k.holder) >= 0 AND s.holder <> coalesce(o.holder, k.holder) ORDER BY s.seq`)
  for (const [tx, prevTx, proved] of contrary as Iterable<[number, number, number]>) {
    contradictions++
    if (proved === 1) note(database, falsePrevouts, tx, prevTx, 'now')
  }
  run('DROP TABLE temp.spend')
  return contradictions
}

/** @returns how many statements contradict the first one about the same output */
function mergeOutputs({ database, run, count, query }: MergeStep): number {
  run(`CREATE TEMP TABLE lot AS SELECT t.id AS tx, s.n, coalesce(h.id, -1) AS holder, s.amount, s.seq
    FROM @output s CROSS JOIN temp.tx_map t ON t.staged = s.tx LEFT JOIN temp.holder_map h ON h.staged = s.holder
    ORDER BY t.id, s.n, s.seq`)
  let contradictions = 0
  if (
    run('INSERT OR IGNORE INTO output SELECT tx, n, holder, amount FROM temp.lot') <
    count('SELECT count(*) FROM temp.lot')
  ) {
    const find = database.prepare('SELECT holder, amount FROM output WHERE tx = ? AND n = ?')
    const update = database.prepare('UPDATE output SET holder = ? WHERE tx = ? AND n = ?')
    const others = query(`SELECT tx, n, s.holder, s.amount FROM temp.lot s CROSS JOIN output k USING (tx, n)
      WHERE s.amount IS NOT k.amount OR s.holder >= 0 AND s.holder <> k.holder ORDER BY s.seq`)
    for (const [tx, n, holder, amount] of others as Iterable<[number, number, number, number | string]>) {
      const kept = find.get(tx, n)!
      const keptHolder = Number(kept['holder'])
      if (kept['amount'] !== amount || (keptHolder >= 0 && holder >= 0 && keptHolder !== holder))
        contradictions++
      else if (keptHolder < 0) update.run(holder, tx, n)
    }
  }
  run('DROP TABLE temp.lot')
  return contradictions
}

/**
 * Rows into columns. Sets of ids go in as JSON arrays, a few thousand at a time: no temporary tables, no query a row.
 * @module
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MOVEMENT_KINDS, type Movements, NONE } from '../ledger.ts'
import { createMovementBuffer, type MovementBuffer } from '../movementBuffer.ts'
import { heightIn, order1Of } from '../order.ts'

/** Ids a query: 2,000 were a quarter faster than 20,000 (300,000 rows of ten columns, Node 24, 2-core EPYC). */
const CHUNK = 2000
const UTXO = MOVEMENT_KINDS.indexOf('utxo')
/** Asset and kind share a column: every column of a row costs. */
const KINDS = 8

type Row = readonly (number | string | null)[]

export interface Reader {
  ofHolders(holders: Uint32Array): Movements
  ofTransactions(txs: Uint32Array): Movements
}

/** Calls `each` with JSON arrays of at most {@link CHUNK} ids, and where each starts. */
export function inChunks(ids: Uint32Array, each: (json: string, start: number) => void): void {
  for (let start = 0; start < ids.length; start += CHUNK) {
    each(`[${ids.subarray(start, start + CHUNK).join()}]`, start)
  }
}

function distinct(ids: Uint32Array): Uint32Array {
  const sorted = ids.slice().sort()
  let n = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[n - 1]) sorted[n++] = sorted[i]!
  }
  return sorted.subarray(0, n)
}

/**
 * Order keys as in `../order.ts`, computed where the row is, so that fewer columns cross over: a column costs as much as a
 * look-up. The height is in the second key, the chain is that of the asset.
 */
const MOVEMENTS = `SELECT m.id, m.tx, t.time,
    coalesce(t.height, 2147483648) * 2097152 + coalesce(t.idx, 1048576 + t.depth),
    iif(t.idx IS NULL OR m.position IS NULL, m.file_order - 9007199254740991, m.position * 8 + m.kind),
    m.asset * ${KINDS} + m.kind, m.payer, m.payee, m.amount
  FROM json_each(?) j CROSS JOIN tx t ON t.id = j.value CROSS JOIN movement m ON m.tx = t.id`
const INPUTS = `SELECT i.tx, i.holder, iif(p.real, i.prev_tx, -1), i.prev_n, coalesce(i.amount, 0)
  FROM json_each(?) j CROSS JOIN input i ON i.tx = j.value CROSS JOIN tx p ON p.id = i.prev_tx`
const OUTPUTS = `SELECT o.tx, o.holder, o.n, o.amount FROM json_each(?) j CROSS JOIN output o ON o.tx = j.value`

export function createReader(database: DatabaseSync): Reader {
  const arrays = (sql: string): StatementSync => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const movements = arrays(MOVEMENTS)
  const inputs = arrays(INPUTS)
  const outputs = arrays(OUTPUTS)
  const touched = arrays('SELECT h.tx FROM json_each(?) j CROSS JOIN touch h ON h.holder = j.value')
  const chains = database.prepare('SELECT name, by_time FROM chain ORDER BY name')
  const assets = database.prepare('SELECT name FROM asset ORDER BY id')
  /** All at once, because one at a time takes a quarter longer. */
  const rowsOf = (statement: StatementSync, json: string): readonly Row[] =>
    statement.all(json) as unknown as readonly Row[]

  /** @param txs u32[n] distinct, ascending; @param wanted bit set of holders, or null for every movement */
  function read(txs: Uint32Array, wanted: Uint8Array | null): Movements {
    const buffer = createMovementBuffer()
    const chainRows = chains.all()
    const byTime = chainRows.map((row) => row['by_time'] === 1)
    const rankOfName = new Map(chainRows.map((row, rank) => [row['name'], rank]))
    /** Place of each asset's chain in the answer. */
    const ranks = assets.all().map(({ name }) => rankOfName.get(String(name).split('/', 1)[0]!)!)
    inChunks(txs, (json) => {
      const utxo: number[] = []
      for (const row of rowsOf(movements, json)) {
        const [id, tx, time, order2, order3, assetKind, payer, payee, amount] = row as unknown as [
          number,
          number,
          number | null,
          ...number[],
        ]
        const kind = assetKind! & (KINDS - 1)
        if (kind !== UTXO && wanted !== null && !isIn(wanted, payer!) && !isIn(wanted, payee!)) continue
        const asset = Math.floor(assetKind! / KINDS)
        const rank = ranks[asset]!
        const order1 = order1Of(byTime[rank]!, time, heightIn(order2!))
        if (kind === UTXO) {
          utxo.push(id, tx, time ?? Number.NaN, rank, order1, order2!, order3!, assetKind!)
          continue
        }
        buffer.add(id, tx, kind, time ?? Number.NaN, rank, order1, order2!, order3!)
        // -1 >>> 0 is NONE.
        buffer.debit(payer! >>> 0, asset, NONE, NONE, amount!)
        buffer.credit(payee! >>> 0, asset, 0, amount!)
      }
      if (utxo.length > 0) readUtxo(buffer, utxo)
    })
    return buffer.finish()
  }

  /** @param rows eight numbers a movement; inputs and outputs come in the same order, one run a transaction */
  function readUtxo(buffer: MovementBuffer, rows: readonly number[]): void {
    const ids: number[] = []
    for (let at = 1; at < rows.length; at += 8) ids.push(rows[at]!)
    const json = `[${ids.join()}]`
    const debits = rowsOf(inputs, json)
    const credits = rowsOf(outputs, json)
    let debit = 0
    let credit = 0
    for (let at = 0; at < rows.length; at += 8) {
      const [id, tx, time, rank, order1, order2, order3, assetKind] = rows.slice(at, at + 8) as [
        number,
        ...number[],
      ]
      const asset = Math.floor(assetKind! / KINDS)
      buffer.add(id, tx!, UTXO, time!, rank!, order1!, order2!, order3!)
      for (; debits[debit]?.[0] === tx; debit++) {
        const [, holder, lotTx, lotN, amount] = debits[debit] as number[]
        buffer.debit(holder! >>> 0, asset, lotTx! >>> 0, lotN!, amount!)
      }
      for (; credits[credit]?.[0] === tx; credit++) {
        const [, holder, n, amount] = credits[credit] as number[]
        buffer.credit(holder! >>> 0, asset, n!, amount!)
      }
    }
  }

  return {
    ofTransactions: (txs) => read(distinct(txs), null),
    ofHolders(holders) {
      const own = distinct(holders).filter((holder) => holder !== NONE)
      const wanted = new Uint8Array(((own.at(-1) ?? 0) >>> 3) + 1)
      for (const holder of own) wanted[holder >>> 3]! |= 1 << (holder & 7)
      let txs = new Uint32Array(1024)
      let n = 0
      inChunks(own, (json) => {
        for (const row of rowsOf(touched, json)) {
          if (n === txs.length) {
            const larger = new Uint32Array(n * 2)
            larger.set(txs)
            txs = larger
          }
          txs[n++] = row[0] as number
        }
      })
      return read(distinct(txs.subarray(0, n)), wanted)
    },
  }
}

function isIn(bits: Uint8Array, holder: number): boolean {
  return (((bits[holder >>> 3] ?? 0) >>> (holder & 7)) & 1) === 1
}

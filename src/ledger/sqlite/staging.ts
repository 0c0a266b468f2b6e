/**
 * Staged rows, invisible to readers, in an attached database of their own. Names are numbered, nothing is looked up:
 * what repeats is found by the merge, which sorts.
 * @module
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Transaction } from '../../chain/transaction.ts'
import type { Asset } from '../../units/asset.ts'
import { coinOf } from '../describeAsset.ts'
import { type ImportRow, MOVEMENT_KINDS } from '../ledger.ts'
import { type Tide, watchTide } from '../order.ts'
import { STAGING } from './schema.ts'
import { storedAmount, storedTxid } from './stored.ts'

export interface Staging {
  /** Adds rows to the open transaction. After a rollback call `forget`. */
  add(rows: readonly ImportRow[]): void
  addAssets(assets: readonly Asset[]): void
  /** Drops what is remembered of the tables, after they were rolled back. */
  forget(): void
}

/** Names kept in memory, about 150 bytes each; beyond it they are staged again, so that memory stays bounded. */
const REMEMBERED = 300_000
const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const KIND_NUMBERS = new Map(MOVEMENT_KINDS.map((kind, number) => [kind, number]))

type Listing = Tide & { readonly id: number }

function remembering<T>(find: (name: string) => T): { get(name: string): T; forget(): void } {
  const known = new Map<string, T>()
  return {
    get(name): T {
      let value = known.get(name)
      if (value === undefined) {
        value = find(name)
        if (known.size >= REMEMBERED) known.clear()
        known.set(name, value)
      }
      return value
    },
    forget: () => known.clear(),
  }
}

/** Rows a statement: 64 took 0.65 µs a row, one 0.90 (10 columns, Node 24, idle core). */
const BATCH = 64

type Value = number | string | null | Uint8Array

/** Inserts {@link BATCH} rows with one statement; `flush` inserts what is left. */
function batched(
  prepare: (text: string) => StatementSync,
  into: string,
  columns: number,
): { add(...row: Value[]): void; flush(): void; forget(): void } {
  const marks = `(${Array(columns).fill('?').join()})`
  /** Prepared at need: an append of a few rows is quicker without. */
  let many: StatementSync | undefined
  const one = prepare(`INSERT INTO ${into} VALUES${marks}`)
  let values: Value[] = []
  return {
    add(...row): void {
      for (const value of row) values.push(value)
      if (values.length < BATCH * columns) return
      many ??= prepare(`INSERT INTO ${into} VALUES${Array(BATCH).fill(marks).join()}`)
      many.run(...values)
      values = []
    },
    flush(): void {
      for (let at = 0; at < values.length; at += columns) one.run(...values.slice(at, at + columns))
      values = []
    },
    forget(): void {
      values = []
    },
  }
}

export function openStaging(database: DatabaseSync): Staging {
  const sql = (text: string): StatementSync => database.prepare(text.replaceAll('@', `${STAGING}.`))
  const numbered = (table: string): ((name: string) => number) => {
    const insert = sql(
      `INSERT INTO @${table}(name) VALUES(?) ON CONFLICT DO UPDATE SET name = name RETURNING id`,
    )
    return (name) => Number(insert.get(name)!['id'])
  }
  const insertHolder = sql('INSERT INTO @holder(name) VALUES(?)')
  const txRows = batched(sql, '@tx', 7)
  const movementRows = batched(sql, '@movement', 10)
  const outputRows = batched(sql, '@output(tx, n, holder, amount)', 4)
  const inputRows = batched(sql, '@input(tx, prev_tx, prev_n, holder, amount)', 5)
  const tables = [txRows, movementRows, outputRows, inputRows]
  const insertAsset = sql(`INSERT INTO @asset(name, symbol, decimals) VALUES(?, ?, ?) ON CONFLICT DO UPDATE
    SET symbol = excluded.symbol, decimals = excluded.decimals WHERE symbol = ''`)
  const insertListing = sql(`INSERT INTO @listing(name) VALUES(?) ON CONFLICT DO UPDATE SET name = name
    RETURNING id, last_time, rose, fell`)
  const updateListing = sql('UPDATE @listing SET last_time = ?, rose = ?, fell = ? WHERE id = ?')
  const next = sql(`SELECT (SELECT coalesce(max(id) + 1, 0) FROM @tx) AS tx,
    (SELECT coalesce(max(seq) + 1, 0) FROM @movement) AS seq`)
  const updateHead = sql(`UPDATE @head SET rows = rows + ?1,
    from_time = coalesce(min(from_time, ?2), from_time, ?2), to_time = coalesce(max(to_time, ?3), to_time, ?3)`)

  const chains = remembering(numbered('chain'))
  const assets = remembering(numbered('asset'))
  const holders = remembering((name) => Number(insertHolder.run(name).lastInsertRowid))
  const listings = remembering((name): Listing => {
    const { id, last_time, rose, fell } = insertListing.get(name) as Record<string, number | null>
    return { id: id!, lastTime: last_time!, rose: rose === 1, fell: fell === 1 }
  })

  function holderNumber(name: string | null | undefined): number {
    return name === null || name === undefined ? -1 : holders.get(name)
  }

  /** @returns the number of the next statement about a transaction */
  function addLots(transaction: Transaction, tx: number): number {
    const chain = chains.get(transaction.chain)
    let prevTx = tx + 1
    for (const { txid, n, holder, amount } of transaction.inputs) {
      txRows.add(prevTx, storedTxid(txid), chain, null, null, null, 0)
      const drawn = amount === undefined ? null : storedAmount(amount)
      inputRows.add(tx, prevTx++, n, holderNumber(holder), drawn)
    }
    for (const [n, { holder, amount }] of transaction.outputs.entries()) {
      outputRows.add(tx, n, holderNumber(holder), storedAmount(amount))
    }
    return prevTx
  }

  return {
    add(rows): void {
      let { tx, seq } = next.get() as { tx: number; seq: number }
      let from: number | null = null
      let to: number | null = null
      const tides = new Map<string, Listing>()
      for (const { row, listing: name, transaction } of rows) {
        const { chain, txid, height, index, time, transfers, inputs, outputs } = transaction
        txRows.add(tx, storedTxid(txid), chains.get(chain), height ?? null, index ?? null, time ?? null, 1)
        const listing = tides.get(name) ?? listings.get(name)
        if (time !== undefined) {
          watchTide(listing, time)
          tides.set(name, listing)
          from = Math.min(from ?? time, time)
          to = Math.max(to ?? time, time)
        }
        for (const { kind, asset, from: payer, to: payee, amount, position } of transfers) {
          movementRows.add(
            seq++,
            row,
            listing.id,
            tx,
            KIND_NUMBERS.get(kind)!,
            assets.get(asset),
            holderNumber(payer),
            holderNumber(payee),
            storedAmount(amount),
            position ?? null,
          )
        }
        if (inputs.length + outputs.length > 0) {
          movementRows.add(seq++, row, listing.id, tx, UTXO, assets.get(coinOf(chain)), -1, -1, 0, null)
          tx = addLots(transaction, tx)
        } else tx++
      }
      for (const table of tables) table.flush()
      for (const { lastTime, rose, fell, id } of tides.values()) {
        updateListing.run(lastTime, Number(rose), Number(fell), id)
      }
      updateHead.run(rows.length, from, to)
    },
    addAssets(given): void {
      for (const { id, symbol, decimals } of given) insertAsset.run(id, symbol, decimals)
    },
    forget(): void {
      for (const one of [chains, holders, assets, listings, ...tables]) one.forget()
    },
  }
}

/**
 * Staged rows: interned and checked, invisible to readers, in an attached database of their own.
 * @module
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Transaction } from '../../chain/transaction.ts'
import type { Asset } from '../../units/asset.ts'
import { DoubleSpendError } from '../checkTransaction.ts'
import { coinOf } from '../describeAsset.ts'
import { type ImportRow, MOVEMENT_KINDS } from '../ledger.ts'
import { type Tide, watchTide } from '../order.ts'
import { STAGING } from './schema.ts'

export interface Staging {
  /** Adds rows to the open transaction. After a rollback call `forget`. */
  add(rows: readonly ImportRow[]): void
  addAssets(assets: readonly Asset[]): void
  /** Drops what is remembered of the tables, after they were rolled back. */
  forget(): void
}

/** Names kept in memory; beyond it the tables are asked again, so that memory stays bounded (about 100 MB). */
const REMEMBERED = 300_000
const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const KIND_NUMBERS = new Map(MOVEMENT_KINDS.map((kind, number) => [kind, number]))

interface StagedTx {
  readonly id: number
  height: number | null
  index: number | null
  time: number | null
  real: boolean
}

type Listing = Tide & { readonly id: number }

/** SQLite keeps what fits a number as INTEGER, wider amounts as TEXT. */
function storedAmount(amount: bigint): number | string {
  return amount <= Number.MAX_SAFE_INTEGER ? Number(amount) : String(amount)
}

function interner(
  select: StatementSync,
  insert: StatementSync,
): { get(name: string): number; forget(): void } {
  const known = new Map<string, number>()
  return {
    get(name): number {
      let id = known.get(name)
      if (id !== undefined) return id
      const { changes, lastInsertRowid } = insert.run(name)
      id = Number(changes === 1 ? lastInsertRowid : select.get(name)!['id'])
      if (known.size >= REMEMBERED) known.clear()
      known.set(name, id)
      return id
    },
    forget: () => known.clear(),
  }
}

export function openStaging(database: DatabaseSync): Staging {
  const sql = (text: string): StatementSync => database.prepare(text.replaceAll('@', `${STAGING}.`))
  const names = (table: string): ReturnType<typeof interner> =>
    interner(
      sql(`SELECT id FROM @${table} WHERE name = ?`),
      sql(`INSERT OR IGNORE INTO @${table}(name) VALUES(?)`),
    )
  const chains = names('chain')
  const holders = names('holder')
  const assets = names('asset')
  const listings = new Map<string, Listing>()
  const txs = new Map<string, StagedTx>()
  const findTx = sql('SELECT id, height, idx, time, real FROM @tx WHERE txid = ? AND chain = ?')
  const insertTx = sql(
    'INSERT OR IGNORE INTO @tx(txid, chain, height, idx, time, real) VALUES(?, ?, ?, ?, ?, ?)',
  )
  const updateTx = sql('UPDATE @tx SET height = ?, idx = ?, time = ?, real = 1 WHERE id = ?')
  const insertMovement = sql('INSERT INTO @movement VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?1)')
  const insertOutput = sql('INSERT OR IGNORE INTO @output VALUES(?, ?, ?, ?)')
  const findOutput = sql('SELECT holder, amount FROM @output WHERE tx = ? AND n = ?')
  const updateOutput = sql('UPDATE @output SET holder = ? WHERE tx = ? AND n = ?')
  const insertInput = sql(`INSERT INTO @input VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET holder = iif(holder < 0, excluded.holder, holder), amount = coalesce(amount, excluded.amount)
    WHERE tx = excluded.tx`)
  const findSpender = sql(
    'SELECT txid FROM @tx WHERE id = (SELECT tx FROM @input WHERE prev_tx = ? AND prev_n = ?)',
  )
  const findListing = sql('SELECT id, last_time, rose, fell FROM @listing WHERE name = ?')
  const insertListing = sql('INSERT INTO @listing(name) VALUES(?)')
  const updateListing = sql('UPDATE @listing SET last_time = ?, rose = ?, fell = ? WHERE id = ?')
  const insertAsset = sql(`INSERT INTO @asset(name, symbol, decimals) VALUES(?, ?, ?) ON CONFLICT DO UPDATE
    SET symbol = excluded.symbol, decimals = excluded.decimals WHERE symbol = ''`)
  const readHead = sql('SELECT rows, next_seq, contradictions, from_time, to_time FROM @head')
  const writeHead = sql(
    `UPDATE @head SET rows = ?, next_seq = ?, contradictions = ?, from_time = ?, to_time = ?`,
  )

  function holderNumber(name: string | null | undefined): number {
    return name === null || name === undefined ? -1 : holders.get(name)
  }

  function stagedTx(chain: string, txid: string): StagedTx {
    const key = `${chain} ${txid}`
    let tx = txs.get(key)
    if (tx !== undefined) return tx
    const chainNumber = chains.get(chain)
    const row = findTx.get(txid, chainNumber)
    if (row === undefined) {
      const id = Number(insertTx.run(txid, chainNumber, null, null, null, 0).lastInsertRowid)
      tx = { id, height: null, index: null, time: null, real: false }
    } else {
      const [height, index, time] = [row['height'], row['idx'], row['time']] as (number | null)[]
      tx = { id: Number(row['id']), height: height!, index: index!, time: time!, real: row['real'] === 1 }
    }
    if (txs.size >= REMEMBERED) txs.clear()
    txs.set(key, tx)
    return tx
  }

  /** Fills in what was unknown; returns how many statements contradict. */
  function mergeHead(tx: StagedTx, { height, index, time }: Transaction): number {
    let contradictions = 0
    let changed = !tx.real
    const merge = (kept: number | null, given: number | undefined): number | null => {
      if (given === undefined || kept === given) return kept
      if (kept === null) changed = true
      else contradictions++
      return kept ?? given
    }
    tx.height = merge(tx.height, height)
    tx.index = merge(tx.index, index)
    tx.time = merge(tx.time, time)
    tx.real = true
    if (changed) updateTx.run(tx.height, tx.index, tx.time, tx.id)
    return contradictions
  }

  /** The common case: one statement for a transaction not yet staged; undefined for a known one. */
  function addNewTx(transaction: Transaction): StagedTx | undefined {
    const { chain, txid, height = null, index = null, time = null } = transaction
    const key = `${chain} ${txid}`
    if (txs.has(key)) return undefined
    const { changes, lastInsertRowid } = insertTx.run(txid, chains.get(chain), height, index, time, 1)
    if (changes === 0) return undefined
    const tx = { id: Number(lastInsertRowid), height, index, time, real: true }
    if (txs.size >= REMEMBERED) txs.clear()
    txs.set(key, tx)
    return tx
  }

  function listingOf(name: string): Listing {
    let listing = listings.get(name)
    if (listing === undefined) {
      const row = findListing.get(name)
      listing = {
        id: row === undefined ? Number(insertListing.run(name).lastInsertRowid) : Number(row['id']),
        lastTime: (row?.['last_time'] ?? null) as number | null,
        rose: row?.['rose'] === 1,
        fell: row?.['fell'] === 1,
      }
      listings.set(name, listing)
    }
    return listing
  }

  function addLots(transaction: Transaction, tx: StagedTx, seq: number): number {
    let contradictions = 0
    for (const input of transaction.inputs) {
      const prevTx = stagedTx(transaction.chain, input.txid).id
      const holder = holderNumber(input.holder)
      const amount = input.amount === undefined ? null : storedAmount(input.amount)
      if (insertInput.run(prevTx, input.n, tx.id, seq, holder, amount).changes === 0) {
        throw new DoubleSpendError({
          code: 'LEDGER_DOUBLE_SPEND',
          chain: transaction.chain,
          prevout: `${input.txid}:${input.n}`,
          first: String(findSpender.get(prevTx, input.n)?.['txid']),
          second: transaction.txid,
        })
      }
      seq++
    }
    for (const [n, output] of transaction.outputs.entries()) {
      const holder = holderNumber(output.holder)
      const amount = storedAmount(output.amount)
      if (insertOutput.run(tx.id, n, holder, amount).changes === 1) continue
      const kept = findOutput.get(tx.id, n)!
      const other = Number(kept['holder'])
      if (kept['amount'] !== amount || (other >= 0 && holder >= 0 && other !== holder)) contradictions++
      else if (other < 0 && holder >= 0) updateOutput.run(holder, tx.id, n)
    }
    return contradictions
  }

  return {
    add(rows): void {
      const head = readHead.get()!
      let seq = Number(head['next_seq'])
      let contradictions = Number(head['contradictions'])
      let from = head['from_time'] === null ? Infinity : Number(head['from_time'])
      let to = head['to_time'] === null ? -Infinity : Number(head['to_time'])
      const tides = new Set<Listing>()
      if (listings.size >= REMEMBERED) listings.clear()
      for (const { row, listing: name, transaction } of rows) {
        let tx = addNewTx(transaction)
        if (tx === undefined) {
          tx = stagedTx(transaction.chain, transaction.txid)
          contradictions += mergeHead(tx, transaction)
        }
        const listing = listingOf(name)
        if (transaction.time !== undefined) {
          watchTide(listing, transaction.time)
          tides.add(listing)
          from = Math.min(from, transaction.time)
          to = Math.max(to, transaction.time)
        }
        for (const transfer of transaction.transfers) {
          insertMovement.run(
            seq++,
            row,
            listing.id,
            tx.id,
            KIND_NUMBERS.get(transfer.kind)!,
            assets.get(transfer.asset),
            holderNumber(transfer.from),
            holderNumber(transfer.to),
            storedAmount(transfer.amount),
            transfer.position ?? null,
          )
        }
        if (transaction.inputs.length + transaction.outputs.length > 0) {
          const coin = assets.get(coinOf(transaction.chain))
          insertMovement.run(...[seq++, row, listing.id, tx.id, UTXO, coin, -1, -1, 0], null)
          contradictions += addLots(transaction, tx, seq * 2 ** 20)
        }
      }
      for (const { lastTime, rose, fell, id } of tides) {
        updateListing.run(lastTime, Number(rose), Number(fell), id)
      }
      writeHead.run(
        Number(head['rows']) + rows.length,
        seq,
        contradictions,
        from === Infinity ? null : from,
        to === -Infinity ? null : to,
      )
    },
    addAssets(given): void {
      for (const { id, symbol, decimals } of given) insertAsset.run(id, symbol, decimals)
    },
    forget(): void {
      for (const names of [chains, holders, assets]) names.forget()
      listings.clear()
      txs.clear()
    },
  }
}

/**
 * What the book knows of transactions that live sources put into the ledger: on whose word, and in which block.
 * @module
 */
import type { ChainId } from '../units/caip.ts'
import type { BookSql } from './bookSql.ts'

/** Table of `live.sqlite` that these own: `docs/formats/live-sqlite.md`. */
export const PUT_SCHEMA = `
CREATE TABLE put(
  chain TEXT NOT NULL, txid TEXT NOT NULL, height INTEGER NOT NULL, hash TEXT NOT NULL, source TEXT NOT NULL,
  fetched INTEGER NOT NULL, placed INTEGER NOT NULL, PRIMARY KEY(chain, txid)
) STRICT, WITHOUT ROWID;
CREATE INDEX put_block ON put(chain, height);
`

export interface PutRow {
  readonly chain: ChainId
  readonly txid: string
  readonly height: number
  readonly hash: string
  readonly source: string
  /** Unix seconds. */
  readonly fetched: number
  /** Its place in the block is known. */
  readonly placed: boolean
}

export interface BlockKey {
  readonly height: number
  readonly hash: string
}

export interface BookOfPuts {
  /** Says before an append what is appended, so that it can be taken out again. */
  put(rows: readonly PutRow[]): void
  /** On whose word a transaction is in the ledger, or about to be; null where live sources did not put it there. */
  putSource(chain: ChainId, txid: string): string | null
  /** The block that it is said to stand in; null where live sources did not put it there. */
  putBlock(chain: ChainId, txid: string): BlockKey | null
  /** Blocks (of these, or all) with two or more of our transactions, one of which has no place yet; and those transactions. */
  unplaced(
    chain: ChainId,
    heights: readonly number[] | null,
  ): readonly (BlockKey & { readonly txids: string[] })[]
  setPlaced(chain: ChainId, txids: readonly string[]): void

  /** Transactions in blocks above a height, which a reorganisation took back. */
  putAbove(chain: ChainId, height: number): readonly string[]
}

export function bookOfPuts({ run, row, rows, together, onDisk }: BookSql): BookOfPuts {
  return {
    put(put) {
      const insert =
        'INSERT OR REPLACE INTO put(chain, txid, height, hash, source, fetched, placed) VALUES(?, ?, ?, ?, ?, ?, ?)'
      const write = (): void =>
        together(() => {
          for (const { chain, txid, height, hash, source, fetched, placed } of put)
            run(insert, chain, txid, height, hash, source, fetched, placed ? 1 : 0)
        })
      onDisk(write)
    },
    putSource(chain, txid) {
      const found = row('SELECT source FROM put WHERE chain = ? AND txid = ?', chain, txid)
      return found === undefined ? null : String(found['source'])
    },
    putBlock: (chain, txid) =>
      rows('SELECT height, hash FROM put WHERE chain = ? AND txid = ?', chain, txid).map(
        ({ height, hash }) => ({
          height: Number(height),
          hash: String(hash),
        }),
      )[0] ?? null,
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
    putAbove: (chain, height) =>
      rows(
        'SELECT txid FROM put WHERE chain = ? AND height > ? ORDER BY height DESC, txid',
        chain,
        height,
      ).map(({ txid }) => String(txid)),
  }
}

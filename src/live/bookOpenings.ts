/**
 * What the book knows of what holders had before they were looked for: docs/methods/opening-balance.md.
 * @module
 */
import { type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { BookSql } from './bookSql.ts'

/** Table of `live.sqlite` that these own: `docs/formats/live-sqlite.md`. */
export const OPENING_SCHEMA = `
CREATE TABLE opening(
  holder TEXT NOT NULL, asset TEXT NOT NULL, chain TEXT NOT NULL, height INTEGER NOT NULL, balance TEXT,
  PRIMARY KEY(holder, asset)
) STRICT, WITHOUT ROWID;
`

export interface BookOfOpenings {
  /** What it had, base units, after a block; `balance` null where no source knows. null where none was asked. */
  opening(
    holder: HolderId,
    asset: string,
  ): { readonly height: number; readonly balance: bigint | null } | null
  /** The lowest block of any of its openings; null where it has none. */
  openedAt(holder: HolderId): number | null
  /** Who was asked for what it had after a block above a height. */
  openedAbove(chain: ChainId, height: number): readonly HolderId[]
  /** @param height the block after which it had that */
  setOpening(holder: HolderId, asset: string, height: number, balance: bigint | null): void
  dropOpenings(holder: HolderId): void
}

export function bookOfOpenings({ run, row, rows }: Pick<BookSql, 'run' | 'row' | 'rows'>): BookOfOpenings {
  return {
    opening(holder, asset) {
      const found = row('SELECT height, balance FROM opening WHERE holder = ? AND asset = ?', holder, asset)
      if (found === undefined) return null
      const { height, balance } = found
      return { height: Number(height), balance: balance === null ? null : BigInt(String(balance)) }
    },
    openedAbove: (chain, height) =>
      rows('SELECT DISTINCT holder FROM opening WHERE chain = ? AND height > ?', chain, height).map(
        ({ holder }) => String(holder),
      ),
    openedAt(holder) {
      const height = row('SELECT min(height) AS height FROM opening WHERE holder = ?', holder)!['height']
      return height === null ? null : Number(height)
    },
    setOpening(holder, asset, height, balance) {
      run(
        'INSERT OR REPLACE INTO opening(holder, asset, chain, height, balance) VALUES(?, ?, ?, ?, ?)',
        ...[holder, asset, chainOf(holder), height, balance === null ? null : String(balance)],
      )
    },
    dropOpenings: (holder) => run('DELETE FROM opening WHERE holder = ?', holder),
  }
}

/**
 * What the book knows of sources that were caught contradicting themselves, and how it forgets what they said.
 * @module
 */
import type { ChainId, HolderId } from '../units/caip.ts'
import type { BookSql } from './bookSql.ts'

/** Table of `live.sqlite` that these own: `docs/formats/live-sqlite.md`. */
export const LIE_SCHEMA = `
CREATE TABLE lie(
  chain TEXT NOT NULL, source TEXT NOT NULL, what TEXT NOT NULL, forgotten INTEGER NOT NULL, PRIMARY KEY(chain, source)
) STRICT, WITHOUT ROWID;
`

export interface Lie {
  readonly chain: ChainId
  /** URL without secrets. */
  readonly source: string
  /** What it was caught with, a sentence without end. */
  readonly what: string
}

export interface BookOfLies {
  /** What a source was caught with; null where it was not. */
  lieOf(chain: ChainId, source: string): string | null
  lies(): readonly Lie[]
  /** Those whose sources' words are not all forgotten yet: a run was killed. */
  freshLies(): readonly Lie[]
  /** The first that a source is caught with stays. */
  setLie(lie: Lie): void
  forgiveLies(): void
  /** Transactions that are in the ledger on a source's word, or were about to be. */
  putBy(chain: ChainId, source: string): readonly string[]
  /** Holders that the ledger calls whole on live sources' word, or is about to. */
  fetchedOn(chain: ChainId): readonly HolderId[]
  /** Forgets that its whole history was given. */
  dropHistory(holder: HolderId): void
  /** Forgets how far a holder was looked for. */
  dropHolder(holder: HolderId): void
  /** Forgets everything that rests on a source's word, counts of others too: they do not say whose they are. */
  dropSource(chain: ChainId, source: string): void
}

export function bookOfLies({ run, rows, together }: BookSql): BookOfLies {
  const FORGOTTEN = 'moment = NULL, sweep = NULL, since = NULL, count = NULL'
  return {
    lieOf: (chain, source) =>
      rows('SELECT what FROM lie WHERE chain = ? AND source = ?', chain, source).map(({ what }) =>
        String(what),
      )[0] ?? null,
    lies: () => rows('SELECT chain, source, what FROM lie ORDER BY chain, source') as unknown as Lie[],
    freshLies: () => rows('SELECT chain, source, what FROM lie WHERE forgotten = 0') as unknown as Lie[],
    setLie: ({ chain, source, what }) =>
      run('INSERT OR IGNORE INTO lie VALUES(?, ?, ?, 0)', chain, source, what),
    forgiveLies: () => run('DELETE FROM lie'),
    putBy: (chain, source) =>
      rows('SELECT txid FROM put WHERE chain = ? AND source = ? ORDER BY height, txid', chain, source).map(
        ({ txid }) => String(txid),
      ),
    fetchedOn: (chain) =>
      rows('SELECT holder FROM holder WHERE chain = ? AND fetched = 1', chain).map(({ holder }) =>
        String(holder),
      ),
    dropHistory: (holder) => run('UPDATE holder SET moment = NULL WHERE holder = ?', holder),
    dropHolder: (holder) => run(`UPDATE holder SET ${FORGOTTEN} WHERE holder = ?`, holder),
    dropSource(chain, source) {
      const moments = 'SELECT id FROM moment WHERE chain = ?1 AND source = ?2'
      const sweeps = 'SELECT id FROM sweep WHERE chain = ?1 AND source = ?2'
      together(() => {
        run(`DELETE FROM lot WHERE moment IN (${moments}) OR sweep IN (${sweeps})`, chain, source)
        run(
          `UPDATE holder SET ${FORGOTTEN} WHERE moment IN (${moments}) OR sweep IN (${sweeps})`,
          ...[chain, source],
        )
        run('UPDATE holder SET count = NULL WHERE chain = ?', chain)
        for (const table of ['moment', 'sweep', 'put', 'used'])
          run(`DELETE FROM ${table} WHERE chain = ? AND source = ?`, chain, source)
        run('UPDATE lie SET forgotten = 1 WHERE chain = ? AND source = ?', chain, source)
      })
    },
  }
}

/**
 * Prices kept in `prices.sqlite`: the bars of every source, and one answer for a moment.
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { inTransaction, openDatabase } from '../store/database.ts'
import { wrapSqlite } from '../store/sqliteError.ts'
import type { Asset } from '../units/asset.ts'
import { formatDay } from '../units/time.ts'
import { valueCents } from '../units/usd.ts'
import { choose } from './choose.ts'
import { type Disagreement, disagreementsOf, type Oddity, odditiesOf } from './crossCheck.ts'
import { DAY } from './days.ts'
import { type PriceAt, type PriceBar, type PriceBook, type PriceSource, USD_SCALE } from './price.ts'
import type { PriceFile } from './readPrices.ts'

const SCHEMA = `
  CREATE TABLE source (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, file TEXT NOT NULL, sha256 TEXT NOT NULL, options TEXT NOT NULL,
    layout TEXT NOT NULL, imported_time INTEGER NOT NULL, rejected INTEGER NOT NULL, empty INTEGER NOT NULL,
    UNIQUE (sha256, options)
  ) STRICT;
  CREATE TABLE bar (
    source INTEGER NOT NULL REFERENCES source, kind TEXT NOT NULL, symbol TEXT NOT NULL,
    from_time INTEGER NOT NULL, to_time INTEGER NOT NULL, usd_e12 TEXT NOT NULL, low_e12 TEXT, high_e12 TEXT,
    PRIMARY KEY (kind, symbol, from_time, source)
  ) STRICT, WITHOUT ROWID;
`

/** A file ready to be stored. */
interface NamedPriceFile extends PriceFile {
  readonly file: string
  readonly sha256: string
  readonly options: string
  readonly importedTime: number
}

/** What an amount was worth, and by which bar; the bar is null for dollars, which need none. */
export interface UsdAt {
  readonly cents: bigint
  readonly bar: PriceAt | null
}

/** Days, both included, of which no source has a bar. ISO dates. */
export interface PriceGap {
  readonly from: string
  readonly to: string
  readonly days: number
}

export interface PriceStore extends PriceBook {
  /** Cents by the bar of the day; null where the asset is not known to us or the day has no bar: `unpriced`. */
  usdAt(amount: bigint, asset: Asset, unixSeconds: number): UsdAt | null
  /**
   * Dollars for one unit of a state's currency: the bar of the day, else of the last day before it on which rates were
   * published, at most four days back, else the month's average. Read `from` and `to` of the bar to see which.
   */
  fx(currency: string, unixSeconds: number): PriceAt | null
  /** Days on which sources differ by more than the threshold (percent, default 5), the widest first. */
  crossCheck(query?: { readonly symbol?: string; readonly percent?: number }): readonly Disagreement[]
  /** Bars no market could have made, and leaps that want a second look. They are stored and used as they are. */
  oddities(symbol?: string): readonly Oddity[]
  /** Between the first and the last bar of a symbol. */
  gaps(symbol: string): readonly PriceGap[]
  symbols(): readonly string[]
  sources(): readonly PriceSource[]
  /** Stores a file whole or not at all. `known` where the same bytes are stored already. */
  add(file: NamedPriceFile): { readonly known: boolean; readonly name: string }
  close(): void
}

interface Series {
  readonly bars: readonly PriceBar[]
  /** The chosen bar by the midnight it starts at. */
  readonly days: ReadonlyMap<number, PriceAt>
  /** The same for bars longer than a day, which only currencies have. */
  readonly months: ReadonlyMap<number, PriceAt>
}

/** The longest the ECB does not publish is from Maundy Thursday's rate to Tuesday's: four days without one. */
const MAX_FX_DAYS_BACK = 4

/**
 * Opens the prices of a store, making the file where there is none.
 *
 * @param path — a store's folder, its `prices.sqlite`, or `:memory:`
 * @throws {StoreProblemError | ForeignDatabaseError} as the store room says
 */
export function openPriceStore(path: string): PriceStore {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'prices.sqlite') : path
  const database = openDatabase(file, { room: 'price', version: 1, schema: SCHEMA })
  const select = database.prepare(
    `SELECT symbol, from_time, to_time, usd_e12, low_e12, high_e12, name FROM bar JOIN source ON source.id = bar.source
     WHERE kind = ? AND symbol = ? ORDER BY from_time, name`,
  )
  /** Whole series, read on first use: a few thousand bars each. */
  const held = { coin: new Map<string, Series>(), fx: new Map<string, Series>() }
  const seriesOf = (kind: 'coin' | 'fx', symbol: string): Series => {
    let series = held[kind].get(symbol)
    if (series === undefined) {
      const bars = (wrapSqlite(file, () => select.all(kind, symbol)) as unknown as BarRow[]).map(toBar)
      const isDay = (bar: PriceBar): boolean => bar.to - bar.from === DAY
      series = {
        bars,
        days: choose(bars.filter(isDay)),
        months: choose(bars.filter((bar) => !isDay(bar))),
      }
      held[kind].set(symbol, series)
    }
    return series
  }
  const symbols = (): string[] =>
    database
      .prepare(`SELECT DISTINCT symbol FROM bar WHERE kind = 'coin' ORDER BY symbol`)
      .all()
      .map((row) => String(row['symbol']))
  const barsOf = (symbol: string | undefined): PriceBar[] =>
    (symbol === undefined ? symbols() : [symbol]).flatMap((one) => seriesOf('coin', one).bars)
  const at = (symbol: string, unixSeconds: number): PriceAt | null =>
    seriesOf('coin', symbol).days.get(dayOf(unixSeconds)) ?? null

  return {
    at,
    usdAt(amount, asset, unixSeconds) {
      if (!asset.known || asset.priceSymbol === undefined) return null
      if (asset.priceSymbol === 'USD') {
        return { cents: valueCents(amount, asset.decimals, 10n ** BigInt(USD_SCALE)), bar: null }
      }
      const bar = at(asset.priceSymbol, unixSeconds)
      return bar === null ? null : { cents: valueCents(amount, asset.decimals, bar.usdE12), bar }
    },
    fx(currency, unixSeconds) {
      const { days, months } = seriesOf('fx', currency)
      const day = dayOf(unixSeconds)
      for (let back = 0; back <= MAX_FX_DAYS_BACK; back++) {
        const bar = days.get(day - back * DAY)
        if (bar !== undefined) return bar
      }
      const date = new Date(day * 1000)
      return months.get(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000) ?? null
    },
    crossCheck: ({ symbol, percent = 5 } = {}) => disagreementsOf(barsOf(symbol), percent),
    oddities: (symbol) => odditiesOf(barsOf(symbol)),
    gaps: (symbol) => gapsOf([...seriesOf('coin', symbol).days.keys()]),
    symbols,
    sources: () => database.prepare(SOURCES).all().map(toSource),
    add(named) {
      const added = inTransaction(database, file, () => insert(database, named))
      held.coin.clear()
      held.fx.clear()
      return added
    },
    close: () => database.close(),
  }
}

interface BarRow {
  readonly symbol: string
  readonly from_time: number
  readonly to_time: number
  readonly usd_e12: string
  readonly low_e12: string | null
  readonly high_e12: string | null
  readonly name: string
}

function toBar(row: BarRow): PriceBar {
  return {
    symbol: row.symbol,
    from: row.from_time,
    to: row.to_time,
    usdE12: BigInt(row.usd_e12),
    lowE12: row.low_e12 === null ? null : BigInt(row.low_e12),
    highE12: row.high_e12 === null ? null : BigInt(row.high_e12),
    source: row.name,
  }
}

const SOURCES = `SELECT name, sha256, imported_time, count(bar.source) AS bars, min(from_time) AS first, max(from_time) AS last,
  group_concat(DISTINCT symbol) AS symbols FROM source LEFT JOIN bar ON bar.source = source.id GROUP BY source.id ORDER BY source.id`

function toSource(row: Record<string, SQLOutputValue>): PriceSource {
  const day = (value: SQLOutputValue | undefined): string | null =>
    typeof value === 'number' ? formatDay(value) : null
  const symbols = String(row['symbols'] ?? '')
  return {
    name: String(row['name']),
    sha256: String(row['sha256']),
    symbols: symbols === '' ? [] : symbols.split(',').sort(),
    firstDay: day(row['first']),
    lastDay: day(row['last']),
    bars: Number(row['bars']),
    importedTime: Number(row['imported_time']),
  }
}

function insert(database: DatabaseSync, file: NamedPriceFile): { known: boolean; name: string } {
  const same = database
    .prepare('SELECT name FROM source WHERE sha256 = ? AND options = ?')
    .get(file.sha256, file.options)
  if (same !== undefined) return { known: true, name: String(same['name']) }
  // Another file of this name may cover other days ("BTC-USD.csv" is what everyone calls it), so both stay.
  const taken = database.prepare('SELECT 1 FROM source WHERE name = ?')
  const named = `${file.file}#${file.sha256.slice(0, 8)}`
  const name = [file.file, named, `${named} ${file.options}`].find((one) => taken.get(one) === undefined)!
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO source (name, file, sha256, options, layout, imported_time, rejected, empty)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      name,
      file.file,
      file.sha256,
      file.options,
      file.layout,
      file.importedTime,
      file.rejected.length,
      file.empty,
    )
  const text = (price: bigint | null): string | null => (price === null ? null : String(price))
  const bar = database.prepare(
    'INSERT INTO bar (source, kind, symbol, from_time, to_time, usd_e12, low_e12, high_e12) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  for (const { kind, symbol, from, to, usdE12, lowE12, highE12 } of file.bars) {
    bar.run(lastInsertRowid, kind, symbol, from, to, String(usdE12), text(lowE12), text(highE12))
  }
  return { known: false, name }
}

function dayOf(unixSeconds: number): number {
  return Math.floor(unixSeconds / DAY) * DAY
}

function gapsOf(starts: readonly number[]): PriceGap[] {
  const sorted = starts.toSorted((a, b) => a - b)
  const gaps: PriceGap[] = []
  for (let i = 1; i < sorted.length; i++) {
    const missing = (sorted[i]! - sorted[i - 1]!) / DAY - 1
    if (missing < 1) continue
    gaps.push({ from: formatDay(sorted[i - 1]! + DAY), to: formatDay(sorted[i]! - DAY), days: missing })
  }
  return gaps
}

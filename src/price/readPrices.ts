/**
 * Price files in CSV, told apart by their header. The layouts are in docs/formats/prices.md.
 * @module
 */
import { CsvError, parse } from 'csv-parse/sync'
import { printable } from '../units/text.ts'
import { CURRENCY_OF } from './countries.ts'
import { DAY, dateOrderOf, midnightOf } from './days.ts'
import { crossE12, usdE12 } from './decimal.ts'
import { PriceFileError } from './priceFileError.ts'

/** A bar as read, without its source. */
interface ReadBar {
  /** `coin` has a price of its own; `fx` is a state's currency. They are looked up apart: MTL is a token and was the Maltese lira. */
  readonly kind: 'coin' | 'fx'
  readonly symbol: string
  readonly from: number
  readonly to: number
  readonly usdE12: bigint
  readonly lowE12: bigint | null
  readonly highE12: bigint | null
}

/** A line that gave no bar. Empty cells are gaps, not refusals. */
export interface PriceRejection {
  readonly line: number
  readonly value: string
  readonly reason: string
}

export interface PriceFile {
  readonly layout: string
  readonly bars: readonly ReadBar[]
  readonly rejected: readonly PriceRejection[]
  /** Rows whose price is empty, `N/A` or zero: days that stay unpriced. */
  readonly empty: number
}

export interface PriceOptions {
  /** Symbol of the priced asset, where neither a column nor the name of the file says it. */
  readonly symbol?: string
}

/** The largest file in public use, the ECB's, has 1.9 MB, 42 columns and 7,000 rows; monthly rates have 17,000. */
export const MAX_PRICE_BYTES: number = 16 << 20
const MAX_ROWS = 200_000
const MAX_COLUMNS = 200
const MAX_RECORD = 1 << 16
const EMPTY = /^(?:|n\/?a|nan|null|none|-|\.)$/i
/** Letters and digits as exchanges list them. */
const SYMBOL = /^[A-Z0-9]{2,12}$/

/**
 * The bars of a file.
 *
 * @param file — name without folders: Yahoo's and Coin Metrics' name the asset
 * @throws {PriceFileError} where it is too big, no text, no CSV, of no known layout, or does not say its symbol or dates
 */
export function readPrices(bytes: Uint8Array, file: string, options: PriceOptions = {}): PriceFile {
  if (bytes.length > MAX_PRICE_BYTES) {
    throw new PriceFileError('PRICE_TOO_BIG', file, `more than ${MAX_PRICE_BYTES} bytes`)
  }
  const rows = rowsOf(bytes, file)
  if (rows.length > MAX_ROWS) throw new PriceFileError('PRICE_TOO_BIG', file, `more than ${MAX_ROWS} rows`)
  if ((rows[0]?.length ?? 0) > MAX_COLUMNS) {
    throw new PriceFileError('PRICE_UNKNOWN_LAYOUT', file, `more than ${MAX_COLUMNS} columns`)
  }
  const header = (rows[0] ?? []).map((cell) => cell.trim())
  const lower = header.map((cell) => cell.toLowerCase())
  const column = (name: string): number => lower.indexOf(name)
  if (lower[0] === 'price' && /^ticker$/i.test(rows[1]?.[0] ?? '') && /^date$/i.test(rows[2]?.[0] ?? '')) {
    // yfinance with several tickers: fields, tickers, then "Date" over the index.
    const symbol = symbolOf(options.symbol ?? rows[1]?.[column('close')] ?? '', file)
    return barsOf(rows, 3, { layout: 'yahoo-ticker', file, symbol, date: 0, close: column('close'), column })
  }
  if (column('date') >= 0 && column('country') >= 0 && column('exchange rate') >= 0) {
    return monthly(rows, file, column)
  }
  if (
    column('date') === 0 &&
    header.filter((cell) => /^[A-Z]{3}$/.test(cell)).length >= 3 &&
    header.includes('USD')
  ) {
    return euroRates(rows, header, file)
  }
  if (column('priceusd') > 0) {
    const symbol = symbolOf(options.symbol ?? assetOf(file), file)
    return barsOf(rows, 1, {
      layout: 'coinmetrics',
      file,
      symbol,
      date: 0,
      close: column('priceusd'),
      column,
    })
  }
  if (column('date') >= 0 && column('close') >= 0) {
    const listed = column('symbol') >= 0
    const symbol = listed ? column('symbol') : symbolOf(options.symbol ?? pairOf(file), file)
    const layout = column('marketcap') >= 0 ? 'coinmarketcap' : listed ? 'bars' : 'yahoo'
    return barsOf(rows, 1, { layout, file, symbol, date: column('date'), close: column('close'), column })
  }
  const what = `columns ${printable(header.join(', '), 100)}: no date with a closing price`
  throw new PriceFileError('PRICE_UNKNOWN_LAYOUT', file, what)
}

function rowsOf(bytes: Uint8Array, file: string): string[][] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new PriceFileError('PRICE_NOT_TEXT', file, 'not UTF-8 text')
  }
  try {
    return parse(text, {
      max_record_size: MAX_RECORD,
      relax_column_count: true,
      relax_quotes: true,
      to: MAX_ROWS + 1,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new PriceFileError('PRICE_BAD_FILE', file, `no CSV: ${error.message}`)
  }
}

/** Yahoo's pairs: `BTC-USD_2012-2024_cablej.csv` is BTC. */
function pairOf(file: string): string {
  return /^([A-Za-z0-9]+)-USD(?![A-Za-z])/.exec(file)?.[1] ?? ''
}

/** Coin Metrics' asset, and the chain it is issued on: `usdt_trx.csv` is USDT. */
function assetOf(file: string): string {
  return /^([a-z0-9]+)(?:_[a-z]+)?\.csv$/.exec(file)?.[1] ?? ''
}

function symbolOf(text: string, file: string): string {
  const symbol = text.trim().toUpperCase().replace(/-USD$/, '')
  if (SYMBOL.test(symbol)) return symbol
  throw new PriceFileError(
    'PRICE_NO_SYMBOL',
    file,
    'neither a column nor the name of the file gives the symbol',
  )
}

interface Columns {
  readonly layout: string
  readonly file: string
  /** A symbol, or the column that has it. */
  readonly symbol: string | number
  readonly date: number
  readonly close: number
  readonly column: (name: string) => number
}

function barsOf(rows: readonly (readonly string[])[], first: number, columns: Columns): PriceFile {
  const { layout, file, symbol, date, close, column } = columns
  const read = collect()
  for (const { line, cells, from } of dated(rows, first, date, file, read.reject)) {
    const coin = typeof symbol === 'string' ? symbol : (cells[symbol] ?? '').trim().toUpperCase()
    if (!SYMBOL.test(coin)) {
      read.reject(line, coin, 'no symbol')
      continue
    }
    read.add(line, cells[close] ?? '', usdE12, (price) => ({
      kind: 'coin',
      symbol: coin,
      from,
      to: from + DAY,
      usdE12: price,
      lowE12: bound(cells[column('low')]),
      highE12: bound(cells[column('high')]),
    }))
  }
  return { layout, ...read.done() }
}

/** Rows below the header with the midnight of their day. Blank lines are passed over, rows without a date refused. */
function* dated(
  rows: readonly (readonly string[])[],
  first: number,
  date: number,
  file: string,
  reject: (line: number, value: string | undefined, reason: string) => void,
): Generator<{ line: number; cells: readonly string[]; from: number }> {
  const body = rows.slice(first)
  const dates = body.map((cells) => cells[date]?.trim() ?? '')
  const dateOrder = dateOrderOf(dates, file)
  for (const [i, cells] of body.entries()) {
    const line = first + i + 1
    if (cells.length === 1 && cells[0]?.trim() === '') continue
    const from = midnightOf(dates[i]!, dateOrder)
    if (from === null) reject(line, dates[i], 'no date')
    else yield { line, cells, from }
  }
}

function bound(cell: string | undefined): bigint | null {
  const price = cell === undefined ? null : usdE12(cell)
  return price === 0n ? null : price
}

/** ECB `eurofxref-hist.csv`: units of each currency for one euro, on the days the ECB publishes. */
function euroRates(rows: readonly (readonly string[])[], header: readonly string[], file: string): PriceFile {
  const usd = header.indexOf('USD')
  const read = collect()
  for (const { line, cells, from } of dated(rows, 1, 0, file, read.reject)) {
    const usdPerEuro = cells[usd] ?? ''
    for (const [c, currency] of header.entries()) {
      if (!/^[A-Z]{3}$/.test(currency)) continue
      const rate = cells[c] ?? ''
      const cross = (text: string): bigint | null => crossE12(usdPerEuro, text)
      read.add(line, rate, c === usd ? usdE12 : cross, (price) =>
        fxBar(c === usd ? 'EUR' : currency, from, from + DAY, price),
      )
    }
  }
  return { layout: 'ecb', ...read.done() }
}

/** datahub.io `exchange-rates`, monthly: units of a country's currency for one dollar. */
function monthly(
  rows: readonly (readonly string[])[],
  file: string,
  column: (name: string) => number,
): PriceFile {
  const read = collect()
  for (const { line, cells, from } of dated(rows, 1, column('date'), file, read.reject)) {
    const country = (cells[column('country')] ?? '').trim()
    const currency = CURRENCY_OF.get(country)
    if (currency === undefined) {
      read.reject(line, country, 'no currency of ours for this country')
      continue
    }
    const day = new Date(from * 1000)
    const to = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1) / 1000
    const rate = cells[column('exchange rate')] ?? ''
    read.add(
      line,
      rate,
      (text) => crossE12('1', text),
      (price) => fxBar(currency, from, to, price),
    )
  }
  return { layout: 'datahub-monthly', ...read.done() }
}

function fxBar(symbol: string, from: number, to: number, price: bigint): ReadBar {
  return { kind: 'fx', symbol, from, to, usdE12: price, lowE12: null, highE12: null }
}

/** Gathers bars, one for each symbol and start. A second one of the same day is refused: the first is the settled one. */
function collect(): {
  add(
    line: number,
    text: string,
    parse: (text: string) => bigint | null,
    bar: (price: bigint) => ReadBar,
  ): void
  reject(line: number, value: string | undefined, reason: string): void
  done(): Omit<PriceFile, 'layout'>
} {
  const bars = new Map<string, ReadBar>()
  const rejected: PriceRejection[] = []
  let empty = 0
  const reject = (line: number, value: string | undefined, reason: string): void => {
    rejected.push({ line, value: printable(value ?? ''), reason })
  }
  return {
    reject,
    add(line, text, parse, make) {
      if (EMPTY.test(text.trim()) || /^0*\.?0*$/.test(text.trim())) {
        empty++
        return
      }
      const price = parse(text)
      if (price === null) return reject(line, text, 'no price')
      if (price === 0n) return reject(line, text, 'below 10^-12 dollars')
      const bar = make(price)
      const key = `${bar.symbol} ${bar.from}`
      if (bars.has(key)) reject(line, text, 'a second price for the same day')
      else bars.set(key, bar)
    },
    done: () => ({ bars: [...bars.values()], rejected, empty }),
  }
}

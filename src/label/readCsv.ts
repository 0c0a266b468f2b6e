/**
 * Label files in CSV, told apart by their header (OFAC's tables, which have none, by their columns).
 * @module
 */
import { CsvError, type Info, parse } from 'csv-parse/sync'
import { printable } from '../units/text.ts'
import { categoryOfSlugs } from './etherscan.ts'
import { LabelFileError } from './labelFileError.ts'
import { isNbctf, nbctf } from './nbctf.ts'
import { ofacTable } from './ofacTable.ts'
import { dayOf, type LabelFile, type Rejection, type Statement, statement, textOf } from './statement.ts'

/** The longest record of OFAC's tables is 12,000 characters. */
const MAX_RECORD = 1 << 20

/** A million short rows take 0.9 GB while they are read; the largest list in public use has 23,000. */
const MAX_ROWS = 1_000_000

/** A record and the line it ends on. */
export interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * @param file — name without folders; Etherscan's exports are named after their label
 * @throws {LabelFileError} LABEL_BAD_FILE where it is no CSV, LABEL_NO_ADDRESSES or LABEL_UNKNOWN_LAYOUT by its header
 */
export function readCsv(text: string, file: string): LabelFile {
  const rows = rowsOf(text, file)
  const [first, ...rest] = rows
  if (first === undefined) throw new LabelFileError('LABEL_UNKNOWN_LAYOUT', file, 'no rows')
  if (/^\d+$/.test(first.cells[0] ?? '')) return ofacTable(rows, file)
  const header = first.cells.map((cell) => cell.trim().toLowerCase())
  if (isNbctf(header)) return nbctf(rest, header)
  if (!header.includes('address')) {
    const what = `no column "address" among: ${printable(first.cells.join(', '), 100)}`
    throw new LabelFileError('LABEL_NO_ADDRESSES', file, what)
  }
  if (header.includes('name tag')) return etherscan(rest, header, file)
  if (header.includes('entity') && !header.includes('name')) return table('curated-csv', rest, header)
  if (header.includes('name') || header.includes('label')) return table('simple-csv', rest, header)
  throw new LabelFileError('LABEL_UNKNOWN_LAYOUT', file, `no column "name" or "entity" beside "address"`)
}

function rowsOf(text: string, file: string): Row[] {
  if (Math.max(count(text, '\n'), count(text, '\r')) > MAX_ROWS)
    throw new LabelFileError('LABEL_TOO_BIG', file, `more than ${MAX_ROWS} rows`)
  try {
    const records = parse(text, {
      comment: '#',
      comment_no_infix: true,
      info: true,
      max_record_size: MAX_RECORD,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: Info }[]
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new LabelFileError('LABEL_BAD_FILE', file, `no CSV: ${error.message}`)
  }
}

function count(text: string, char: string): number {
  let n = 0
  for (let i = text.indexOf(char); i >= 0; i = text.indexOf(char, i + 1)) n++
  return n
}

/** A statement but for its place and address. */
type Made = Partial<Omit<Statement, 'name'>> & { readonly name: string | null }

/** Makes statements of rows; `make` gives null where a row says nothing of an address. */
function collect(
  rows: readonly Row[],
  make: (cell: (name: string) => string | null) => Made,
  header: readonly string[],
): { statements: Statement[]; rejected: Rejection[] } {
  const statements: Statement[] = []
  const rejected: Rejection[] = []
  for (const row of rows) {
    const place = `line ${row.line}`
    const cell = (name: string): string | null => {
      const column = header.indexOf(name)
      return column < 0 ? null : textOf(row.cells[column])
    }
    const address = cell('address')
    const made = make(cell)
    if (address === null || made.name === null) {
      const value = printable(address ?? row.cells.join(','))
      rejected.push({ place, value, reason: 'no address or no name' })
    } else statements.push(statement({ ...made, place, address, name: made.name }))
  }
  return { statements, rejected }
}

/** `,Address,Name Tag,Balance,Txn Count` or `Address,Name Tag`. The file's name is Etherscan's label slug. */
function etherscan(rows: readonly Row[], header: readonly string[], file: string): LabelFile {
  const slug = file.replace(/\.csv$/i, '')
  const grounds = categoryOfSlugs([slug])
  const { statements, rejected } = collect(
    rows,
    (cell) => ({
      name: cell('name tag') ?? (grounds.category !== null || grounds.abuse !== null ? slug : null),
      currency: 'ETH',
      confidence: 'web_crawl',
      source: `Etherscan label ${slug}`,
      ...grounds,
    }),
    header,
  )
  return { layout: 'etherscan-csv', pack: null, date: null, statements, actors: [], rejected }
}

/**
 * `address,entity,source` and `address,name[,chain,category,entity,confidence,source,date,abuse,currency]`.
 * Where no confidence is stated, a row that cites a source is a `web_crawl` ("from crawling the web or other data
 * dumps", confidence.csv); one that does not is left to be `unknown`.
 */
function table(layout: string, rows: readonly Row[], header: readonly string[]): LabelFile {
  const { statements, rejected } = collect(
    rows,
    (cell) => ({
      name: cell('name') ?? cell('label') ?? cell('entity'),
      chain: cell('chain'),
      currency: cell('currency'),
      entity: cell('entity'),
      category: cell('category'),
      abuse: cell('abuse'),
      confidence: cell('confidence') ?? (cell('source') === null ? null : 'web_crawl'),
      source: cell('source'),
      date: dayOf(cell('date')),
    }),
    header,
  )
  return { layout, pack: null, date: null, statements, actors: [], rejected }
}

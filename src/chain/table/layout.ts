/**
 * A layout is the columns by which a table is recognised and the reader of its rows.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import type { CellProblem, Checks } from './checks.ts'
import type { TextRecord } from './splitCsv.ts'
import type { TableCovers, TableOptions, TableRow } from './table.ts'
import type { Tally } from './tally.ts'

/** How a column may be spelled, lower-case; a pattern where a coin's symbol is part of it. */
type Spelling = string | RegExp

/** What a reader works with. */
export interface LayoutContext {
  readonly file: string
  readonly header: readonly string[]
  readonly checks: Checks
  readonly tally: Tally
  readonly options: TableOptions
  /** Hands a bad row to the operator. @throws BadRowError where bad rows end the reading. */
  reject(record: TextRecord, problem: CellProblem): void
}

export interface RowReader {
  /** Sees every record before the first `read`, where amounts cannot be read without. */
  survey?(record: TextRecord): void
  /** Adds what the record completes to `out`: nothing where it is no movement. @throws CellProblem */
  read(record: TextRecord, row: number, out: TableRow[]): void
  /** Adds the transaction that was open at the end of the file. */
  end?(out: TableRow[]): void
  covers(): TableCovers
}

/** Place of each field in the row; -1 where the file lacks it. */
export type Columns<Field extends string> = Readonly<Record<Field, number>>

export interface Layout<Required extends string = string, Optional extends string = string> {
  readonly id: string
  readonly title: string
  readonly required: Readonly<Record<Required, readonly Spelling[]>>
  readonly optional: Readonly<Record<Optional, readonly Spelling[]>>
  /** Columns that show it is another kind of table. */
  readonly excludes?: readonly Spelling[]
  open(columns: Columns<Required | Optional>, context: LayoutContext): RowReader
}

/** Keeps the field names of a layout's columns in the type of its `open`. */
export function defineLayout<R extends string, O extends string>(layout: Layout<R, O>): Layout {
  return layout as unknown as Layout
}

/** A column name as compared: case, surrounding and doubled white space do not count. */
export function foldColumn(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, ' ')
}

/** The first layout whose required columns are all there, with the places of its columns. */
export function recognise(
  layouts: readonly Layout[],
  header: readonly string[],
  file: string,
): { layout: Layout; columns: Columns<string> } {
  const folded = header.map(foldColumn)
  const missing = layouts.map((layout) => {
    const absent = Object.entries(layout.required).filter(([, spellings]) => placeOf(folded, spellings) < 0)
    return { layout, absent: absent.map(([, spellings]) => shown(spellings[0]!)) }
  })
  const fit = missing.find(
    ({ layout, absent }) => absent.length === 0 && placeOf(folded, layout.excludes ?? []) < 0,
  )
  if (fit === undefined) {
    missing.sort((a, b) => a.absent.length - b.absent.length)
    throw new UnknownLayoutError(file, header, missing)
  }
  return { layout: fit.layout, columns: placesOf(fit.layout, header, file) }
}

function placesOf(layout: Layout, header: readonly string[], file: string): Columns<string> {
  const folded = header.map(foldColumn)
  const fields = Object.entries({ ...layout.required, ...layout.optional })
  return Object.fromEntries(
    fields.map(([field, spellings]) => {
      const place = placeOf(folded, spellings)
      if (place >= 0 && folded.lastIndexOf(folded[place]!) !== place) {
        throw new DuplicateColumnError(file, header[place]!)
      }
      return [field, place]
    }),
  )
}

/** Place of the first spelling that is there. */
function placeOf(folded: readonly string[], spellings: readonly Spelling[]): number {
  for (const spelling of spellings) {
    const place =
      typeof spelling === 'string'
        ? folded.indexOf(spelling)
        : folded.findIndex((name) => spelling.test(name))
    if (place >= 0) return place
  }
  return -1
}

function shown(spelling: Spelling): string {
  return typeof spelling === 'string' ? spelling : spelling.source.slice(1).replace(/\\\(.*$/, '(…)')
}

/** The columns of an unknown header that a mapping most likely wants. */
const GUESSES: readonly [field: string, pattern: RegExp][] = [
  ['txid', /hash|tx.?id|txn/i],
  ['time', /time|date|when/i],
  ['from', /from|sender|source/i],
  ['to', /^to$|to[ _]|receiver|recipient|dest/i],
  ['amount_decimal', /amount|value|qty|quantity/i],
]

function mappingExample(header: readonly string[]): string {
  const free = [...header]
  return GUESSES.map(([field, pattern]) => {
    const place = free.findIndex((name) => pattern.test(name))
    return `${field}=${place < 0 ? '…' : printable(free.splice(place, 1)[0]!)}`
  }).join(',')
}

/** A header that no layout fits. */
export class UnknownLayoutError extends LootlineError<{
  readonly code: 'TABLE_UNKNOWN_LAYOUT'
  readonly file: string
  readonly columns: readonly string[]
  readonly layouts: readonly { readonly id: string; readonly missing: readonly string[] }[]
  readonly example: string
}> {
  override readonly name = 'UnknownLayoutError'
  constructor(
    file: string,
    header: readonly string[],
    missing: readonly { layout: Layout; absent: readonly string[] }[],
  ) {
    const columns = header.slice(0, 40).map((name) => printable(name))
    const example = `--map ${mappingExample(header.slice(0, 40))}`
    const lines = missing.map(({ layout, absent }) =>
      absent.length === 0
        ? `${layout.title}: another column shows that it is not`
        : `${layout.title}: no ${absent.join(', ')}`,
    )
    super(
      {
        code: 'TABLE_UNKNOWN_LAYOUT',
        file,
        columns,
        layouts: missing.map(({ layout, absent }) => ({ id: layout.id, missing: absent })),
        example,
      },
      `${file}: no known layout has these columns: ${columns.join(', ')}. Missing for each layout: ${lines.join('; ')}.`,
      `Say which column is what: ${example} with --chain and --asset where no column has them (amount= instead of amount_decimal= for whole numbers of the smallest unit). Labels go to lootline labels add, prices to lootline prices add, flows to lootline report.`,
    )
  }
}

/** A column that is read and is there twice. */
export class DuplicateColumnError extends LootlineError<{
  readonly code: 'TABLE_DUPLICATE_COLUMN'
  readonly file: string
  readonly column: string
}> {
  override readonly name = 'DuplicateColumnError'
  constructor(file: string, header: string) {
    const column = printable(header)
    super(
      { code: 'TABLE_DUPLICATE_COLUMN', file, column },
      `${file}: the header has the column "${column}" twice.`,
      'Rename or remove one of them.',
    )
  }
}

/** An option that does not go with the file. */
export class BadOptionError extends LootlineError<{
  readonly code: 'TABLE_BAD_OPTION'
  readonly file: string
  readonly option: string
}> {
  override readonly name = 'BadOptionError'
  constructor(file: string, option: string, what: string, next: string) {
    super({ code: 'TABLE_BAD_OPTION', file, option }, `${file}: --${option}: ${what}.`, next)
  }
}

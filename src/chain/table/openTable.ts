/**
 * Explorers' exports, recognised by their columns and never by their names, read as rows of transactions.
 * @module
 */
import { basename } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import { CellProblem, chainIn, createChecks } from './checks.ts'
import {
  etherscanInternal,
  etherscanTransactions,
  etherscanTxlist,
  etherscanTxlistinternal,
} from './etherscanCoins.ts'
import { etherscanTokens, etherscanTokentx, oklinkTokens } from './etherscanTokens.ts'
import { launderNet } from './launderNet.ts'
import {
  BadOptionError,
  type Columns,
  type Layout,
  type LayoutContext,
  type RowReader,
  recognise,
} from './layout.ts'
import { lootlineTable } from './lootlineTable.ts'
import { applyMap } from './mapping.ts'
import { openRecords, type Records } from './records.ts'
import type { TextRecord } from './splitCsv.ts'
import type { Table, TableCovers, TableOptions, TableRow } from './table.ts'
import { createTally, type Tally } from './tally.ts'
import { tronTransfers } from './tronTransfers.ts'

/** In order: where two fit, the first is taken. */
const LAYOUTS: readonly Layout[] = [
  launderNet,
  tronTransfers,
  etherscanTransactions,
  etherscanInternal,
  etherscanTokens,
  etherscanTxlist,
  etherscanTxlistinternal,
  etherscanTokentx,
  oklinkTokens,
  lootlineTable,
]
/** A name of a fetched table that pandas wrote: columns without a name are numbered. */
const UNNAMED = /^\d*$/

/**
 * Recognises the file; rows are read when asked for.
 * @throws BadFileError, UnknownLayoutError, DuplicateColumnError, BadOptionError
 *
 * @example
 * const table = await openTable('flow_records.csv', { nowUnixSeconds })
 * for await (const rows of table.rows()) session.add(rows)
 * table.summary().covers // { kind: 'all' }
 */
export async function openTable(path: string, options: TableOptions): Promise<Table> {
  const file = basename(path)
  const settled = { ...options, ...chainOption(file, options) }
  const records = await openRecords(path, file)
  const { layout, columns, header } = recogniseRecords(records, file, settled)
  let tally = createTally()
  let covers = (): TableCovers => ({ kind: 'none' })

  return {
    name: file,
    layout: settled.map === undefined ? layout.id : 'mapped',
    header: records.header,
    rows: async function* () {
      tally = createTally()
      const context = contextOf(file, header, settled, tally, records.place)
      const reader = layout.open(columns, context)
      covers = reader.covers
      const further = header.slice(records.header.length)
      if (reader.survey !== undefined) {
        for await (const batch of records.batches(further)) for (const record of batch) reader.survey(record)
      }
      const width = widthOf(records)
      for await (const batch of records.batches(further)) yield readBatch(batch, reader, context, width)
      const last: TableRow[] = []
      reader.end?.(last)
      yield last
    },
    summary: () => {
      // Asked first: it notes what it cannot tell.
      const who = covers()
      return tally.summary(who)
    },
  }
}

interface Width {
  readonly least: number
  readonly most: number
}

function readBatch(
  batch: readonly TextRecord[],
  reader: RowReader,
  context: LayoutContext,
  { least, most }: Width,
): TableRow[] {
  const { tally } = context
  const out: TableRow[] = []
  for (const record of batch) {
    tally.row()
    try {
      const { length } = record.cells
      if (length === 0) throw new CellProblem(-1, 'not an object')
      if (length < least || length > most) {
        throw new CellProblem(-1, `${length} values where the header has ${most} columns`)
      }
      reader.read(record, tally.rows(), out)
    } catch (error) {
      if (!(error instanceof CellProblem)) throw error
      context.reject(record, error)
    }
  }
  return out
}

/** Numbered columns at the end, left over from a data frame, may be missing in a row. */
function widthOf({ header, sparse }: Records): Width {
  if (sparse) return { least: 0, most: Number.POSITIVE_INFINITY }
  return { least: header.findLastIndex((name) => !UNNAMED.test(name)) + 1, most: header.length }
}

function recogniseRecords(
  records: Records,
  file: string,
  { map }: TableOptions,
): { layout: Layout; columns: Columns<string>; header: readonly string[] } {
  const mapped = map === undefined ? records.header : applyMap(records.header, map, file)
  const header = [...records.header]
  const layouts = map === undefined ? LAYOUTS : [lootlineTable]
  const found = recognise(layouts, mapped, file)
  if (!records.sparse || records.place === 'item' || map !== undefined) return { ...found, header }
  // The first of many JSON lines may lack a column that later ones have.
  const absent = Object.entries(found.layout.optional).filter(([field]) => found.columns[field]! < 0)
  for (const [, [spelling]] of absent) if (typeof spelling === 'string') header.push(spelling)
  return { ...recognise([found.layout], header, file), header }
}

function chainOption(file: string, { chain }: TableOptions): { chain?: string } {
  if (chain === undefined) return {}
  try {
    return { chain: chainIn(chain) }
  } catch {
    throw new BadOptionError(
      file,
      'chain',
      `"${printable(chain)}" is no chain`,
      'Give a name or a CAIP-2 id: eip155:1.',
    )
  }
}

function contextOf(
  file: string,
  header: readonly string[],
  options: TableOptions,
  tally: Tally,
  place: Records['place'],
): LayoutContext {
  const { nowUnixSeconds, onReject } = options
  return {
    file,
    header,
    checks: createChecks(nowUnixSeconds),
    tally,
    options,
    reject: ({ line, cells }, { column: at, reason }) => {
      const column = header[at] ?? ''
      const value = cells[at] ?? ''
      if (onReject === undefined) throw new BadRowError(file, place, line, column, value, reason)
      tally.reject()
      onReject({ line, column, value, reason, record: cells })
    },
  }
}

/** A row that cannot be read. */
export class BadRowError extends LootlineError<{
  readonly code: 'TABLE_BAD_ROW'
  readonly file: string
  /** 1-based line, or item of a JSON array. */
  readonly line: number
  readonly column: string
  readonly value: string
  readonly reason: string
}> {
  override readonly name = 'BadRowError'
  constructor(
    file: string,
    place: 'line' | 'item',
    line: number,
    header: string,
    cell: string,
    reason: string,
  ) {
    const column = printable(header)
    const value = printable(cell)
    const where = column === '' ? '' : `, column "${column}", value "${value}"`
    super(
      { code: 'TABLE_BAD_ROW', file, line, column, value, reason },
      `${file}: ${place} ${line}${where}: ${reason}.`,
      'Mend the row, or import with --skip-bad: bad rows then go to a file of their own and are counted.',
    )
  }
}

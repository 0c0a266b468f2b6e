/**
 * OFAC's legacy tables, which have no header.
 * @module
 */
import { LabelFileError } from './labelFileError.ts'
import type { Row } from './readCsv.ts'
import { type LabelFile, type Statement, statement, textOf } from './statement.ts'

/** Columns of OFAC's legacy tables (treasury.gov/ofac/downloads/dat_spec.txt); `-0-` is null. */
const SDN = { number: 0, name: 1, program: 3, remarks: 11, count: 12 } as const
const DIGITAL_CURRENCY = /Digital Currency Address - ([A-Z0-9]{2,10}) ([^\s;."]{1,200})/g

/** sdn.csv, and sdn_comments.csv with the rest of remarks longer than 1,000 characters: an address cut there fails its checksum. */
export function ofacTable(rows: readonly Row[], file: string): LabelFile {
  const width = rows[0]?.cells.length ?? 0
  if (width !== SDN.count && width !== 2) {
    const what = 'a table of names and postal addresses: it carries no wallet addresses'
    throw new LabelFileError('LABEL_NO_ADDRESSES', file, what)
  }
  const comments = width === 2
  const statements: Statement[] = []
  for (const { line, cells } of rows) {
    const remarks = cells[comments ? 1 : SDN.remarks] ?? ''
    const program = comments ? '?' : (cells[SDN.program] ?? '?').trim()
    for (const [, currency, address] of remarks.matchAll(DIGITAL_CURRENCY)) {
      const uid = (cells[SDN.number] ?? '').trim()
      statements.push(
        statement({
          place: `line ${line}`,
          address: address ?? '',
          name: (comments ? null : textOf(cells[SDN.name])) ?? `OFAC SDN entry ${uid}`,
          currency: currency ?? null,
          abuse: 'sanction',
          confidence: 'authority_data',
          source: `OFAC SDN uid ${uid} (${program})`,
        }),
      )
    }
  }
  const layout = comments ? 'ofac-sdn-comments' : 'ofac-sdn'
  return { layout, pack: 'OFAC SDN List', date: null, statements, actors: [], rejected: [] }
}

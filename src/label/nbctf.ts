/**
 * Seizure orders of Israel's National Bureau for Counter Terror Financing (nbctf.mod.gov.il), as a table in Hebrew.
 * @module
 */
import { printable } from '../units/text.ts'
import type { Row } from './readCsv.ts'
import { type LabelFile, type Rejection, type Statement, statement, textOf } from './statement.ts'

/** "Identification number of the electronic wallet / user". */
const WALLET = 'מספר זיהוי הארנק האלקטרוני/ יוזר'
/** "Full name". */
const NAME = 'שם מלא'
/** "Currency". */
const CURRENCY = 'מטבע'
/** "Seizure order 79/21", or its usual abbreviation, in the first cell: heads the rows of that order. */
const ORDER = /^(?:צ\.ת|צו תפיסה)\s*\d+\/\d+/

/** True for the header of the table. */
export function isNbctf(header: readonly string[]): boolean {
  return header.includes(WALLET)
}

/** The wallets of all orders. Users of exchanges are listed by account number, which is no address. */
export function nbctf(rows: readonly Row[], header: readonly string[]): LabelFile {
  const statements: Statement[] = []
  const rejected: Rejection[] = []
  const column = (cells: readonly string[], name: string): string | null => {
    const text = textOf(cells[header.indexOf(name)])
    return text === '-' ? null : text
  }
  let order = 'seizure order'
  for (const { line, cells } of rows) {
    const heads = ORDER.exec((cells[0] ?? '').trim())
    if (heads) order = heads[0]
    const wallets = heads ? null : column(cells, WALLET)
    // Some cells hold two addresses.
    for (const address of wallets?.split(/[,;]\s*/) ?? []) {
      const place = `line ${line}`
      if (/^\d*$/.test(address)) {
        rejected.push({ place, value: printable(address), reason: 'the number of an account at a service' })
        continue
      }
      statements.push(
        statement({
          place,
          address,
          name: column(cells, NAME) ?? `Israel NBCTF order ${order}`,
          currency: column(cells, CURRENCY),
          abuse: 'sanction',
          confidence: 'authority_data',
          source: `Israel NBCTF, ${order}`,
        }),
      )
    }
  }
  return { layout: 'nbctf-csv', pack: 'Israel NBCTF wallets', date: null, statements, actors: [], rejected }
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openTable } from '../chain/table/index.ts'
import { dump } from './dump.test-suite.ts'
import { importRows, sha } from './ledger.test-suite.ts'
import type { ImportResult, ImportRow, Ledger } from './ledger.ts'
import { createMemoryLedger } from './memoryLedger.ts'
import { sqliteMaker } from './sqlite/sqliteMaker.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? '../shared/data'
const HARMONY = join(DATA, 'ethereum-harmony/flow_records.csv')
const TRON_SEIZURE = join(DATA, 'tron-seizure/trc20_xfers.csv')
const absent = [HARMONY, TRON_SEIZURE].filter((path) => !existsSync(path))
if (absent.length > 0)
  console.warn(`Skipped: real tables are not there (${absent.join(', ')}); set LOOTLINE_DATA.`)

async function rowsOf(path: string): Promise<ImportRow[]> {
  const table = await openTable(path, { nowUnixSeconds: Date.UTC(2026, 0, 1) / 1000 })
  const rows: ImportRow[] = []
  for await (const batch of table.rows()) rows.push(...batch)
  return rows
}

const maker = sqliteMaker()
afterEach(() => maker.clean())

/** Imports into both makers; the answers about the first holders and transactions must be equal. */
function importBoth(rows: readonly ImportRow[]): { ledger: Ledger; result: ImportResult } {
  const ledger = maker.open()
  const memory = createMemoryLedger()
  const result = importRows(ledger, sha('1'), rows, { kind: 'all' })
  importRows(memory, sha('1'), rows, { kind: 'all' })
  const txids = [...new Set(rows.map(({ transaction }) => transaction.txid))].slice(0, 300)
  const parties = rows.flatMap(({ transaction }) =>
    transaction.transfers.flatMap(({ from, to }) => [from, to]),
  )
  const holders = [...new Set(parties)].filter((holder) => holder !== null).slice(0, 20)
  expect(dump(ledger, txids, holders)).toEqual(dump(memory, txids, holders))
  return { ledger, result }
}

describe.skipIf(absent.length > 0)('real tables', () => {
  test('Tron seizure wallets: 222 transfers listed by both endpoints are kept once', async () => {
    const { result, ledger } = importBoth(await rowsOf(TRON_SEIZURE))
    expect(result).toMatchObject({ added: 10_605, duplicates: 222, contradictions: 0 })
    expect(ledger.size().movements).toBe(10_605)
  })

  test('Harmony: 275 rows that repeat an earlier one in the single listing are all kept', async () => {
    const rows = await rowsOf(HARMONY)
    const { result } = importBoth(rows)
    expect(result).toMatchObject({ added: 3887, duplicates: 0, transactions: 3348, contradictions: 0 })
    const distinct = new Set(
      rows.map(({ transaction: { txid, transfers } }) =>
        transfers.map(({ from, to, amount }) => [txid, from, to, amount].join()).join(),
      ),
    )
    expect(rows.length - distinct.size).toBe(275)
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import type { LootlineError } from '../../errors.ts'
import { createStore, integer, openDatabase } from '../../store/index.ts'
import { ETHEREUM } from '../../units/caip.ts'
import { dump } from '../dump.test-suite.ts'
import { begin, importRows, sha } from '../ledger.test-suite.ts'
import type { ImportRow, Ledger } from '../ledger.ts'
import { createMemoryLedger } from '../memoryLedger.ts'
import { LEDGER_FORMAT } from './schema.ts'
import { sqliteLedgerOn } from './sqliteLedger.ts'
import { sqliteMaker } from './sqliteMaker.test-suite.ts'

const ROWS = 2000
const CHUNK = 200
const HOLDERS = Array.from({ length: 50 }, (_, i) => `${ETHEREUM}:0x${i}`)
const TXIDS = Array.from({ length: ROWS / 2 }, (_, i) => `0x${i}`)

/** Two rows a transaction, far apart in the file. The child runs the same text. */
function rowAt(i: number): ImportRow {
  const holder = (n: number): string => `eip155:1:0x${n % 50}`
  const asset = 'eip155:1/slip44:60'
  const transfer = {
    from: holder(i * 7),
    to: holder(i * 11 + 1),
    asset,
    amount: BigInt(i),
    kind: 'native',
  } as const
  const transaction = { chain: 'eip155:1', txid: `0x${i % 1000}`, time: 1000 + (i % 1000) }
  return {
    row: i + 1,
    listing: '',
    transaction: { ...transaction, transfers: [transfer], inputs: [], outputs: [] },
  }
}

const maker = sqliteMaker()
afterEach(() => maker.clean())

function answers(ledger: Ledger): unknown {
  return dump(ledger, TXIDS, HOLDERS)
}

/** An import in a process of its own, killed `milliseconds` after it says `moment`. */
async function killAt(path: string, moment: string, milliseconds: number): Promise<void> {
  const script = `
    const { openSqliteLedger } = await import(${JSON.stringify(new URL('./sqliteLedger.ts', import.meta.url).href)})
    ${rowAt.toString()}
    const session = openSqliteLedger(${JSON.stringify(path)}).beginImport(
      { name: 'a.csv', sha256: ${JSON.stringify(sha('1'))}, bytes: 1, layout: 'test' })
    if (!('already' in session)) {
      for (let i = session.stagedRows; i < ${ROWS}; i += ${CHUNK}) {
        session.add(Array.from({ length: ${CHUNK} }, (_, k) => rowAt(i + k)))
        console.log(String(i))
      }
      console.log('commit')
      session.commit({ kind: 'all' }, { rows: ${ROWS}, rejected: 0 })
    }
    console.log('done')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) {
    if (line !== moment && line !== 'done') continue
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    break
  }
  child.kill('SIGKILL')
  await ended
}

describe('an import killed with -9', () => {
  test('at several instants, one after the other, then resumed, gives what an uninterrupted one gives', async () => {
    const whole = createMemoryLedger()
    const rows = Array.from({ length: ROWS }, (_, i) => rowAt(i))
    importRows(whole, sha('1'), rows, { kind: 'all' })
    let ledger = maker.open()
    const path = maker.pathOf(ledger)
    for (const [moment, milliseconds] of [
      ['0', 0],
      ['600', 3],
      ['1400', 1],
      ['commit', 0],
      ['commit', 15],
    ] as const) {
      await killAt(path, moment, milliseconds)
      ledger = maker.reopen(ledger)
      // All or nothing, at whatever instant the kill came.
      expect([0, ROWS]).toContain(ledger.size().movements)
    }
    const session = ledger.beginImport({ name: '1000.csv', sha256: sha('1'), bytes: 1, layout: 'test' })
    if (!('already' in session)) {
      expect(session.stagedRows).toBe(ROWS)
      session.commit({ kind: 'all' }, { rows: ROWS, rejected: 0 })
    }
    const named = (ledger: Ledger): object => ({ ...(answers(ledger) as object), sources: null })
    expect(named(ledger)).toEqual(named(whole))
    expect(ledger.sources().map(({ added, duplicates }) => [added, duplicates])).toEqual([[ROWS, 0]])
  })
})

describe('a full disk', () => {
  test('is STORE_FULL at commit, the ledger is as before, and the same session commits once there is space', () => {
    const first = maker.open()
    const path = maker.pathOf(first)
    importRows(first, sha('2'), [rowAt(0)])
    const before = answers(first)
    first.close()
    const database = openDatabase(createStore(path).ledger, LEDGER_FORMAT)
    const ledger = sqliteLedgerOn(database, path)
    const session = begin(ledger, sha('1'))
    session.add(Array.from({ length: ROWS }, (_, i) => rowAt(i)))
    database.exec(`PRAGMA main.max_page_count=${integer(database, 'PRAGMA main.page_count') + 10}`)
    const commit = (): unknown => session.commit({ kind: 'none' }, { rows: ROWS, rejected: 0 })
    let code = ''
    try {
      commit()
    } catch (error) {
      code = (error as LootlineError).code
    }
    expect(code).toBe('STORE_FULL')
    expect(answers(ledger)).toEqual(before)
    database.exec('PRAGMA main.max_page_count=100000')
    expect(commit()).toMatchObject({ added: ROWS - 1, duplicates: 1 })
    ledger.close()
  })
})

describe('staging', () => {
  test('a damaged staging file is dropped and the import starts again', () => {
    let ledger = maker.open()
    const path = maker.pathOf(ledger)
    begin(ledger, sha('1')).add([rowAt(0)])
    ledger = maker.reopen(ledger)
    writeFileSync(join(path, 'staging', `${sha('1')}.sqlite`), 'not a database'.repeat(1000))
    expect(begin(ledger, sha('1')).stagedRows).toBe(0)
  })

  test('nothing is left of it after a commit', () => {
    const ledger = maker.open()
    importRows(ledger, sha('1'), [rowAt(0)])
    expect(readdirSync(join(maker.pathOf(ledger), 'staging'))).toEqual([])
  })

  test('a ledger opened for reading refuses to write', () => {
    const first = maker.open()
    const path = maker.pathOf(first)
    const database = openDatabase(createStore(path).ledger, { ...LEDGER_FORMAT, readOnly: true })
    const ledger = sqliteLedgerOn(database, path, true)
    expect(() => ledger.append([])).toThrow(expect.objectContaining({ code: 'STORE_READ_ONLY' }))
    expect(() => begin(ledger, sha('1'))).toThrow(expect.objectContaining({ code: 'STORE_READ_ONLY' }))
    expect(ledger.size().movements).toBe(0)
    expect(existsSync(join(path, 'staging'))).toBe(false)
    ledger.close()
  })
})

/**
 * Reading a LaunderNet-like file: recognised and parsed only, and imported into SQLite whole.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTable } from '../src/chain/table/index.ts'
import { importFile } from '../src/cli/import/importFile.ts'
import { writeWhole } from '../src/cli/writeFile.ts'
import { openLabelStore } from '../src/label/index.ts'
import { openSqliteLedger } from '../src/ledger/index.ts'
import { random } from '../src/simulate/index.ts'
import { createStore } from '../src/store/index.ts'
import { formatAmount, formatTime, toHex } from '../src/units/index.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo, timed } from './harness.ts'

const SIZES = [10_000, 100_000, 1_000_000]
/** 2026-01-01, later than any row. */
const NOW = 1_767_225_600

/** One holder for ten rows, as in the Harmony records (469 holders, 3,887 rows); amounts in cents. */
function* launderNet(rows: number): Generator<string> {
  const draw = random(1, rows)
  const holders = Array.from({ length: Math.ceil(rows / 10) }, () => `0x${toHex(draw.bytes(20))}`)
  yield 'Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n'
  for (let row = 0; row < rows; row++) {
    const time = formatTime(1_673_642_051 + row * 12).slice(0, 19)
    const value = formatAmount(BigInt(draw.between(1, 1_000_000_000)), 2)
    yield `${time},${16_400_290 + row},0x${toHex(draw.bytes(32))},${draw.pick(holders)},,${draw.pick(holders)},,${value}\n`
  }
}

export const importBench: Benchmark = {
  name: 'import',
  about:
    'A generated file in the LaunderNet layout. "read" recognises, parses and checks every row; "import" also hashes the file, stages and commits to SQLite with synchronous=FULL, into a new store each time.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
    try {
      for (const size of sizesUpTo(largest, SIZES)) {
        const file = join(folder, `${size}.csv`)
        writeWhole(file, launderNet(size))
        const read = async (): Promise<number> => {
          const table = await openTable(file, { nowUnixSeconds: NOW })
          let rows = 0
          for await (const batch of table.rows()) rows += batch.length
          return rows
        }
        premise((await read()) === size, `all ${size} rows are read`)
        const runs = size >= 1_000_000 ? 3 : 5
        measurements.push({
          name: 'read',
          size,
          unit: 'rows',
          runs: await timed(runs, read),
        })
        let made = 0
        const prepare = () => {
          const store = join(folder, `store-${size}-${made++}`)
          createStore(store)
          return { ledger: openSqliteLedger(store), labels: openLabelStore(store), store }
        }
        const load = async (books: ReturnType<typeof prepare>): Promise<void> => {
          const { result } = await importFile(books, file, { nowUnixSeconds: NOW, skipBad: false })
          premise(result.added === size, `all ${size} transfers are added`)
          books.ledger.close()
          books.labels.close()
          rmSync(books.store, { recursive: true })
        }
        measurements.push({ name: 'import', size, unit: 'rows', runs: await timed(runs, load, prepare) })
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return measurements
  },
}

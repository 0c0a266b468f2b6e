import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { xoshiro128 } from '../../simulate/random.ts'
import { NONE } from '../ledger.ts'
import { readColumn } from './columnFile.ts'
import { clean, temporary } from './made.test-suite.ts'
import { RANGE } from './pairPostings.ts'
import { openPool } from './pool.ts'
import { f64s, u32s, type WorkSegment, writeOf } from './workSegment.ts'
import { writePostings } from './writePostings.ts'

afterEach(clean)

/** Several groups of ranges; the first range is busy, the addresses of the others lie far apart. */
const ADDRESSES = 130 * RANGE + 17
const BUSY = RANGE / 2
const TRANSACTIONS = 12_000

/** Two segments of made-up transactions, one of them with more addresses than are compared one by one. */
function segmentsIn(folder: string, postings: Map<number, Set<number>>): WorkSegment[] {
  const random = xoshiro128(1, 2, 3, 4)
  const draw = (): number => {
    const kind = random() % 8
    return kind === 0 ? NONE : kind < 4 ? random() % BUSY : random() % ADDRESSES
  }
  return [0, 1].map((at) => {
    const segment: WorkSegment = {
      head: {
        ...{ name: `s1-${at}`, firstHeight: at, blocks: 1, firstHash: '', lastHash: '' },
        ...{ transactions: TRANSACTIONS, inputs: 0, outputs: 0 },
      },
      ...{ folder: join(folder, `s1-${at}`), fresh: true, firstTx: at * TRANSACTIONS },
      ...{ batchEnd: 2 * TRANSACTIONS, firstAddress: 0, addresses: at === 0 ? ADDRESSES : 0 },
    }
    mkdirSync(segment.folder)
    const columns = { txInputs: [0], inAddress: [] as number[], txOutputs: [0], outAddress: [] as number[] }
    for (let tx = 0; tx < TRANSACTIONS; tx++) {
      const some = tx === 5 ? 300 : random() % 9
      for (let i = 0; i < some; i++) columns[i % 3 === 0 ? 'inAddress' : 'outAddress'].push(draw())
      columns.txInputs.push(columns.inAddress.length)
      columns.txOutputs.push(columns.outAddress.length)
      const own = [
        ...columns.inAddress.slice(columns.txInputs.at(-2)),
        ...columns.outAddress.slice(columns.txOutputs.at(-2)),
      ]
      for (const address of own) {
        if (address === NONE) continue
        if (!postings.has(address)) postings.set(address, new Set())
        postings.get(address)!.add(segment.firstTx + tx)
      }
    }
    for (const [name, rows] of Object.entries(columns))
      writeOf(segment, name as keyof typeof columns, Uint32Array.from(rows))
    return segment
  })
}

describe('writePostings', () => {
  test.each([
    ['a range at a time', 1, 2 ** 10],
    ['all ranges at once', 1, 2 ** 26],
    ['on two threads', 2, 2 ** 20],
  ])('%s: each transaction once, in order', async (_name, threads, memory) => {
    const folder = temporary()
    const [batch, work] = [join(folder, 'batch'), join(folder, 'work')]
    for (const path of [batch, work]) mkdirSync(path)
    const expected = new Map<number, Set<number>>()
    const segments = segmentsIn(folder, expected)
    const pool = openPool(threads)
    await writePostings(pool, segments, batch, work, memory)
    await pool.close()
    const address = readColumn(join(batch, 'postingAddress'), 4, u32s)
    const start = readColumn(join(batch, 'postingStart'), 8, f64s)
    const tx = readColumn(join(batch, 'postingTx'), 4, u32s)
    const ascending = [...expected.keys()].toSorted((a, b) => a - b)
    expect([...address]).toEqual(ascending)
    expect(start.at(-1)).toBe(tx.length)
    const each = ascending.map((of) => [...expected.get(of)!])
    expect([...tx]).toEqual(each.flat())
    const lengths = each.map((of) => of.length)
    expect([...address.keys()].map((row) => start[row + 1]! - start[row]!)).toEqual(lengths)
    expect(readdirSync(work)).toEqual([])
  })
})

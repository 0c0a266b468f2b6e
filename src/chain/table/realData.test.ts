import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TRON } from '../../units/caip.ts'
import { hashFile } from './hashFile.ts'
import { readStrict, type WholeTable } from './table.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? '../shared/data'
const HARMONY = join(DATA, 'ethereum-harmony/flow_records.csv')
const ATOMIC = join(DATA, 'ethereum-atomic/flow_records.csv')
const TRON_SEIZURE = join(DATA, 'tron-seizure/trc20_xfers.csv')
const absent = [HARMONY, ATOMIC, TRON_SEIZURE].filter((path) => !existsSync(path))
if (absent.length > 0)
  console.warn(`Skipped: real tables are not there (${absent.join(', ')}); set LOOTLINE_DATA.`)

function counted({ rows }: Pick<WholeTable, 'rows'>): {
  rows: number
  transactions: number
  holders: number
  sum: bigint
} {
  const holders = new Set<string | null>()
  let sum = 0n
  for (const { transaction } of rows) {
    for (const { from, to, amount } of transaction.transfers) {
      holders.add(from).add(to)
      sum += amount
    }
  }
  return {
    rows: rows.length,
    transactions: new Set(rows.map(({ transaction }) => transaction.txid)).size,
    holders: holders.size,
    sum,
  }
}

describe.skipIf(absent.length > 0)('real tables', () => {
  test('Harmony bridge theft (LaunderNetEvm41, cluster 2)', async () => {
    const table = await readStrict(HARMONY)
    expect(table.layout).toBe('laundernet')
    expect(counted(table)).toMatchObject({ rows: 3887, transactions: 3348, holders: 469 })
    expect(table.summary).toMatchObject({ rows: 3887, rejected: 0, covers: { kind: 'all' }, notes: [] })
    expect(await hashFile(HARMONY)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('Atomic Wallet theft (cluster 1)', async () => {
    const table = await readStrict(ATOMIC)
    expect(counted(table)).toMatchObject({ rows: 1080, holders: 389 })
    expect(table.summary.covers).toEqual({ kind: 'all' })
  })

  test('Tron wallets of seizure orders: every row, its tokens, and what they pretend to be', async () => {
    const table = await readStrict(TRON_SEIZURE)
    const { rows, summary } = table
    expect(table.layout).toBe('tron-trc20')
    expect(counted(table)).toMatchObject({ rows: 10827, transactions: 10605 })
    const usdt = `${TRON}/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`
    const others = rows.filter(({ transaction }) => transaction.transfers[0]?.asset !== usdt)
    expect(others).toHaveLength(80)
    expect(summary.assets.filter(({ known }) => known).map(({ id }) => id)).toEqual([usdt])
    expect(summary.listings).toHaveLength(40)
    expect(summary.covers).toEqual({ kind: 'holders', holders: summary.listings })
    expect(summary.impostors.filter(({ sign }) => sign !== 'advert')).toEqual([
      {
        asset: `${TRON}/trc20:TV7rB5oK44V3MNS3CKWpQBF6piyeQB6fMt`,
        symbol: 'TV7rB5oK44V3MNS3CKWpQBF6piyeQB6fMt',
        sign: 'name',
        imitates: usdt,
      },
    ])
    expect(summary.impostors.filter(({ sign }) => sign === 'advert').map(({ symbol }) => symbol)).toContain(
      'HAXI9.com',
    )
    expect(summary.labels).toContainEqual({
      holder: `${TRON}:TS2oMCWeBsYmMFWsXFx5u7M96KDF8BZDyG`,
      name: 'LBank',
    })
  })

  test('no wallet of the seizure orders ever has a negative balance of USDT', async () => {
    const { rows } = await readStrict(TRON_SEIZURE)
    const lowest = new Map<string, bigint>()
    for (const wallet of new Set(rows.map(({ listing }) => listing))) {
      const own = rows.filter(({ listing }) => listing === wallet)
      own.sort((a, b) => a.transaction.time! - b.transaction.time!)
      let balance = 0n
      let low = 0n
      for (let i = 0; i < own.length; ) {
        // Within one second the order is not in the file: credits and debits of it are taken together.
        const { time } = own[i]!.transaction
        for (; i < own.length && own[i]!.transaction.time === time; i++) {
          const { from, to, asset, amount } = own[i]!.transaction.transfers[0]!
          if (!asset.endsWith('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t')) continue
          if (to === wallet) balance += amount
          if (from === wallet) balance -= amount
        }
        if (balance < low) low = balance
      }
      lowest.set(wallet, low)
    }
    expect([...lowest].filter(([, low]) => low < 0n)).toEqual([])
  })
})

import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AddedPriceFile, addPrices } from './addPrices.ts'
import { openPriceStore, type PriceStore } from './store.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? '../shared/data'
const absent = !existsSync(`${DATA}/prices`)
if (absent) console.log(`skipped: no real price files in ${DATA}`)

describe.skipIf(absent)('real price files', () => {
  let store: PriceStore
  let files: AddedPriceFile[]
  beforeAll(() => {
    store = openPriceStore(':memory:')
    files = addPrices(store, `${DATA}/prices`, { unixSeconds: 1 })
  }, 60_000)
  const noon = (day: string): number => Date.parse(`${day}T12:00:00Z`) / 1000

  test('all 38 files are read; only countries without a currency of ours are refused', () => {
    expect(files.map(({ status }) => status)).toEqual(Array.from({ length: 38 }, () => 'added'))
    const reasons = files.flatMap(({ rejected }) => rejected.map(({ reason }) => reason))
    expect(new Set(reasons)).toEqual(new Set(['no currency of ours for this country']))
    expect(store.symbols()).toEqual(
      'BCH BTC DAI DASH ETC ETH LTC TRX USDC USDT WETH XLM XMR XRP ZEC'.split(' '),
    )
  })

  test.each([
    // The highest close of 2017: 19497.400390625 by Yahoo and by CoinMarketCap.
    ['BTC', '2017-12-16', 19_497_400_390_625_000n],
    // coin_Ripple.csv, 05/08/13: the fifth of August, not the eighth of May.
    ['XRP', '2013-08-05', 5_612_660_000n],
    ['XRP', '2013-05-08', null],
    // dai.csv begins on 2019-11-13 with seven empty days.
    ['DAI', '2019-11-13', null],
    ['DAI', '2019-11-20', 1_002_719_094_354n],
    // Files of several currencies begin in 2014 with empty cells until the coin is listed.
    ['ETC', '2014-09-17', null],
    ['BTC', '2012-02-23', null],
    ['BTC', '2026-06-24', 60_802_851_562_500_000n],
  ])('%s on %s', (symbol, day, usdE12) => {
    expect(store.at(symbol, noon(day))?.usdE12 ?? null).toBe(usdE12)
  })

  test('won: euro rates by day, and by month before the euro', () => {
    // 2024-01-05: 1.0921 dollars and 1439.64 won a euro; the 6th was a Saturday.
    expect(store.fx('KRW', noon('2024-01-06'))).toMatchObject({
      from: noon('2024-01-05') - 43_200,
      usdE12: 758_592_426n,
    })
    expect(store.fx('KRW', noon('1998-03-05'))).toMatchObject({ source: 'datahub-monthly.csv' })
  })

  test('sources differ by over 5 % on 199 days, most on Tether in 2015', () => {
    const found = store.crossCheck()
    const bySymbol = Map.groupBy(found, ({ symbol }) => symbol)
    expect([...bySymbol].map(([symbol, days]) => [symbol, days.length]).sort()).toEqual([
      ['BCH', 20],
      ['TRX', 4],
      ['USDT', 150],
      ['XMR', 25],
    ])
    expect(found[0]).toMatchObject({
      day: '2015-03-02',
      basisPoints: 6093,
      lowest: { source: 'coin_Tether.csv', usdE12: 606_501_996_517n },
      highest: { source: 'usdt.csv', usdE12: 976_063_759_645n },
    })
    expect(store.at('USDT', noon('2015-03-02'))?.disputedBy).toEqual(['usdt.csv'])
  })

  test('no bar contradicts itself; seven leaps by a factor of two', () => {
    expect(new Set(store.oddities().map(({ kind }) => kind))).toEqual(new Set(['leap']))
    expect(store.oddities()).toHaveLength(7)
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dollars, KNOWN_ASSETS } from '../units/asset.ts'
import { BITCOIN } from '../units/caip.ts'
import { type AddedPriceFile, addPrices } from './addPrices.ts'
import { openPriceStore, type PriceStore } from './store.ts'

let folder: string
let store: PriceStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-price-'))
  store = openPriceStore(':memory:')
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function add(name: string, text: string): AddedPriceFile {
  const path = join(folder, name)
  writeFileSync(path, text)
  return addPrices(store, path, { unixSeconds: 1_700_000_000 })[0]!
}

const closes = (...rows: string[]): string => `date,close\n${rows.join('\n')}\n`
const at = (moment: string): number => Date.parse(moment) / 1000
const E12 = 10n ** 12n

describe('at', () => {
  test('a bar covers its UTC day and nothing else', () => {
    add('BTC-USD.csv', closes('2020-01-02,7000'))
    expect(store.at('BTC', at('2020-01-02T00:00:00Z'))?.usdE12).toBe(7000n * E12)
    expect(store.at('BTC', at('2020-01-02T23:59:59Z'))).toMatchObject({
      from: at('2020-01-02T00:00:00Z'),
      to: at('2020-01-03T00:00:00Z'),
      source: 'BTC-USD.csv',
      disputedBy: [],
    })
    expect(store.at('BTC', at('2020-01-03T00:00:00Z'))).toBeNull()
    expect(store.at('BTC', at('2020-01-01T23:59:59Z'))).toBeNull()
    expect(store.at('ETH', at('2020-01-02T00:00:00Z'))).toBeNull()
    expect(store.at('BTC', Number.NaN)).toBeNull()
  })

  test('of several sources the median is used, and who is over 5 % off is named', () => {
    add('BTC-USD_a.csv', closes('2020-01-02,100', '2020-01-03,100', '2020-01-04,100'))
    add('BTC-USD_b.csv', closes('2020-01-02,104', '2020-01-03,105', '2020-01-04,100'))
    expect(store.at('BTC', at('2020-01-02'))).toMatchObject({ source: 'BTC-USD_a.csv', disputedBy: [] })
    add('BTC-USD_c.csv', closes('2020-01-02,1', '2020-01-03,111', '2020-01-04,105'))
    expect(store.at('BTC', at('2020-01-02'))).toMatchObject({
      source: 'BTC-USD_a.csv',
      disputedBy: ['BTC-USD_c.csv'],
    })
    expect(store.at('BTC', at('2020-01-03'))).toMatchObject({
      usdE12: 105n * E12,
      disputedBy: ['BTC-USD_c.csv'],
    })
    // Exactly 5 % is not over 5 %; of equal prices the first by name.
    expect(store.at('BTC', at('2020-01-04'))).toMatchObject({ source: 'BTC-USD_a.csv', disputedBy: [] })
  })
})

describe('usdAt', () => {
  const btc = KNOWN_ASSETS.find(({ symbol }) => symbol === 'BTC')!

  test('cents by the bar of the day; dollars are dollars; what is not known is unpriced', () => {
    add('BTC-USD.csv', closes('2020-01-02,7000.005'))
    expect(store.usdAt(150_000_000n, btc, at('2020-01-02'))).toMatchObject({
      cents: 1_050_001n,
      bar: { source: 'BTC-USD.csv' },
    })
    expect(store.usdAt(150_000_000n, btc, at('2020-01-03'))).toBeNull()
    expect(store.usdAt(12_345n, dollars(BITCOIN), 0)).toEqual({ cents: 12_345n, bar: null })
    expect(store.usdAt(1n, { ...btc, known: false }, at('2020-01-02'))).toBeNull()
    const tbtc = KNOWN_ASSETS.find(({ symbol }) => symbol === 'tBTC')!
    expect(store.usdAt(1n, tbtc, at('2020-01-02'))).toBeNull()
  })
})

describe('fx', () => {
  test('the day, else the last day within four, else the average of the month', () => {
    add('eurofxref-hist.csv', 'Date,USD,JPY,KRW\n2020-01-03,1.1,120,1000\n')
    add('monthly.csv', 'Date,Country,Exchange rate\n2020-01-01,South Korea,2000\n')
    expect(store.fx('EUR', at('2020-01-03'))?.usdE12).toBe(1_100_000_000_000n)
    expect(store.fx('KRW', at('2020-01-07T12:00:00Z'))).toMatchObject({
      from: at('2020-01-03'),
      usdE12: 1_100_000_000n,
    })
    expect(store.fx('KRW', at('2020-01-08'))).toMatchObject({
      from: at('2020-01-01'),
      to: at('2020-02-01'),
      usdE12: 500_000_000n,
    })
    expect(store.fx('JPY', at('2020-01-08'))).toBeNull()
    expect(store.fx('KRW', at('2020-02-01'))).toBeNull()
    expect(store.at('KRW', at('2020-01-03'))).toBeNull()
  })
})

describe('crossCheck', () => {
  test('days on which sources are apart, the widest first', () => {
    add('BTC-USD_a.csv', closes('2020-01-02,100', '2020-01-03,100', '2020-01-04,100'))
    add('BTC-USD_b.csv', closes('2020-01-02,106', '2020-01-03,105', '2020-01-04,150'))
    const found = store.crossCheck()
    expect(found.map(({ day, basisPoints }) => [day, basisPoints])).toEqual([
      ['2020-01-04', 5000],
      ['2020-01-02', 600],
    ])
    expect(found[0]).toMatchObject({
      symbol: 'BTC',
      lowest: { source: 'BTC-USD_a.csv', usdE12: 100n * E12 },
      highest: { source: 'BTC-USD_b.csv', usdE12: 150n * E12 },
    })
    expect(store.crossCheck({ percent: 40 })).toHaveLength(1)
    expect(store.crossCheck({ symbol: 'ETH' })).toEqual([])
  })
})

describe('oddities', () => {
  test('bars that contradict themselves, and leaps', () => {
    add(
      'BTC-USD.csv',
      'date,close,low,high\n2020-01-01,100,99,101\n2020-01-02,100,110,90\n2020-01-03,100,101,120\n2020-01-04,0.1,0.1,100\n2020-01-05,0.15,0.1,0.2\n',
    )
    expect(store.oddities().map(({ bar, kind, before }) => [bar.from, kind, before?.usdE12])).toEqual([
      [at('2020-01-02'), 'low above high', undefined],
      [at('2020-01-03'), 'close outside low and high', undefined],
      [at('2020-01-04'), 'leap', 100n * E12],
    ])
  })
})

describe('gaps', () => {
  test('days no source has', () => {
    add('BTC-USD_a.csv', closes('2020-01-01,1', '2020-01-05,1'))
    add('BTC-USD_b.csv', closes('2020-01-03,1', '2020-01-09,1'))
    expect(store.gaps('BTC')).toEqual([
      { from: '2020-01-02', to: '2020-01-02', days: 1 },
      { from: '2020-01-04', to: '2020-01-04', days: 1 },
      { from: '2020-01-06', to: '2020-01-08', days: 3 },
    ])
    expect(store.gaps('ETH')).toEqual([])
  })
})

describe('addPrices', () => {
  test('the same bytes twice change nothing; another file of the same name is another source', () => {
    add('BTC-USD.csv', closes('2020-01-01,1'))
    expect(add('BTC-USD_copy.csv', closes('2020-01-01,1')).status).toBe('known')
    const { status, name } = add('BTC-USD.csv', closes('2020-01-02,2'))
    expect([status, name]).toEqual(['added', expect.stringMatching(/^BTC-USD\.csv#[0-9a-f]{8}$/)])
    expect(store.at('BTC', at('2020-01-01'))?.usdE12).toBe(E12)
    expect(store.sources()).toMatchObject([
      { name: 'BTC-USD.csv', symbols: ['BTC'], firstDay: '2020-01-01', bars: 1, importedTime: 1_700_000_000 },
      { firstDay: '2020-01-02', lastDay: '2020-01-02' },
    ])
  })

  test('a folder goes on after a bad file; prices outlive the process', () => {
    writeFileSync(join(folder, 'LICENSE'), 'x')
    writeFileSync(join(folder, 'bad.csv'), 'a,b\n')
    writeFileSync(join(folder, 'BTC-USD.csv'), closes('2020-01-01,1'))
    const first = openPriceStore(join(folder, 'prices.sqlite'))
    const added = ['BTC-USD.csv', 'LICENSE', 'bad.csv'].flatMap((name) =>
      addPrices(first, join(folder, name), { unixSeconds: 1 }),
    )
    expect(added.map(({ status }) => status)).toEqual(['added', 'refused', 'refused'])
    expect(
      addPrices(first, folder, { unixSeconds: 1 })
        .map(({ status }) => status)
        .slice(0, 3),
    ).toEqual(['known', 'skipped', 'refused'])
    first.close()
    const second = openPriceStore(folder)
    expect(second.at('BTC', at('2020-01-01'))?.usdE12).toBe(E12)
    second.close()
  })
})

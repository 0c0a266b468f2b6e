import { describe, expect, test } from 'vitest'
import { type PriceFile, type PriceOptions, readPrices } from './readPrices.ts'

function read(text: string, file: string, options: PriceOptions = {}): PriceFile {
  return readPrices(new TextEncoder().encode(text), file, options)
}

const DAY_2017_11_09 = Date.UTC(2017, 10, 9) / 1000

describe('readPrices', () => {
  test.each([
    ['Date,Open,High,Low,Close,Adj Close,Volume\n2017-11-09,1,3,0.5,2,9,7\n'],
    ['Date,Adj Close,Close,High,Low,Open,Volume\n2017-11-08,,,,,,\n2017-11-09,9,2,3,0.5,1,7\n'],
    [
      'Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\n2017-11-09 00:00:00+00:00,1,3,0.5,2,7,0.0,0.0\n',
    ],
  ])('Yahoo names the asset in the file: %j', (text) => {
    expect(read(text, 'BTC-USD_2014-2022.csv')).toMatchObject({
      layout: 'yahoo',
      bars: [
        {
          kind: 'coin',
          symbol: 'BTC',
          from: DAY_2017_11_09,
          to: DAY_2017_11_09 + 86_400,
          usdE12: 2_000_000_000_000n,
          lowE12: 500_000_000_000n,
          highE12: 3_000_000_000_000n,
        },
      ],
      rejected: [],
    })
  })

  test('yfinance names it in the second of three header lines', () => {
    const text =
      'Price,Close,High,Low,Open,Volume\nTicker,XRP-USD,XRP-USD,XRP-USD,XRP-USD,XRP-USD\nDate,,,,,\n2017-11-09,2,3,1,2,7\n'
    expect(read(text, 'any.csv')).toMatchObject({ layout: 'yahoo-ticker', bars: [{ symbol: 'XRP' }] })
  })

  test('Coin Metrics leaves days empty: they give no bar', () => {
    const text = 'time,PriceUSD,PriceBTC\n2019-11-13,,\n2019-11-20,1.002719094354,0.000124\n2019-11-21,0,0\n'
    const { layout, bars, empty } = read(text, 'usdt_trx.csv')
    expect(layout).toBe('coinmetrics')
    expect(bars.map(({ symbol, lowE12 }) => [symbol, lowE12])).toEqual([['USDT', null]])
    expect(empty).toBe(2)
  })

  test('the order of day and month is told by the whole column', () => {
    const header = 'SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap\n'
    const row = (date: string): string => `1,Ripple,XRP,${date},2,1,1,1,0,0\n`
    const days = (...dates: string[]): number[] =>
      read(header + dates.map(row).join(''), 'x.csv').bars.map(({ from }) => from)
    expect(days('05/08/13 23:59', '13/08/13 23:59')[0]).toBe(Date.UTC(2013, 7, 5) / 1000)
    expect(days('05/08/13 23:59', '08/13/13 23:59')[0]).toBe(Date.UTC(2013, 4, 8) / 1000)
    expect(() => days('05/08/13 23:59', '06/08/13 23:59')).toThrow(/no date tells/)
    expect(() => days('13/08/13', '08/13/13')).toThrow(/"13\/08\/13" puts the day first/)
  })

  test('euro rates become dollars for one unit of each currency', () => {
    const { layout, bars } = read('Date,USD,JPY,KRW,\n2026-04-13,1.1684,186.75,N/A,\n', 'eurofxref-hist.csv')
    expect(layout).toBe('ecb')
    expect(bars.map(({ kind, symbol, usdE12 }) => [kind, symbol, usdE12])).toEqual([
      ['fx', 'EUR', 1_168_400_000_000n],
      // 1.1684 / 186.75
      ['fx', 'JPY', 6_256_492_637n],
    ])
  })

  test('monthly averages span their month; countries we cannot place are refused', () => {
    const { bars, rejected } = read(
      'Date,Country,Exchange rate\n2008-12-01,South Korea,1000\n2008-12-01,Germany,1.9\n',
      'm.csv',
    )
    expect(bars).toMatchObject([
      {
        symbol: 'KRW',
        from: Date.UTC(2008, 11, 1) / 1000,
        to: Date.UTC(2009, 0, 1) / 1000,
        usdE12: 1_000_000_000n,
      },
    ])
    expect(rejected).toEqual([{ line: 3, value: 'Germany', reason: expect.stringContaining('country') }])
  })

  test('rows that cannot be a price are refused, the rest stay', () => {
    const { bars, rejected } = read(
      'date,close\n2020-01-01,1\n2020-01-01,2\nsoon,3\n2020-01-02,-4\n2020-01-03,1e-20\n2020-01-04,5\n\n',
      'BTC-USD.csv',
    )
    expect(bars).toHaveLength(2)
    expect(rejected.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '3 a second price for the same day',
      '4 no date',
      '5 no price',
      '6 below 10^-12 dollars',
    ])
  })

  test.each([
    ['no symbol anywhere', 'date,close\n2020-01-01,1\n', 'close.csv', 'PRICE_NO_SYMBOL'],
    ['prices in euros', 'date,close\n2020-01-01,1\n', 'BTC-EUR.csv', 'PRICE_NO_SYMBOL'],
    ['no price', 'a,b\n1,2\n', 'x.csv', 'PRICE_UNKNOWN_LAYOUT'],
    ['nothing', '', 'x.csv', 'PRICE_UNKNOWN_LAYOUT'],
    ['too many rows', `date,close\n${'1,1\n'.repeat(200_001)}`, 'BTC-USD.csv', 'PRICE_TOO_BIG'],
    ['too many columns', `Date,USD${',AAA'.repeat(200)}\n`, 'x.csv', 'PRICE_UNKNOWN_LAYOUT'],
    ['an endless field', `date,close\n"${'x'.repeat(70_000)}`, 'BTC-USD.csv', 'PRICE_BAD_FILE'],
  ])('refuses %s', (_name, text, file, code) => {
    expect(() => read(text, file)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code }) }),
    )
  })

  test('the caller may name the symbol', () => {
    expect(read('date,close\n2020-01-01,1\n', 'My Prices.csv', { symbol: 'sol' }).bars[0]?.symbol).toBe('SOL')
  })
})

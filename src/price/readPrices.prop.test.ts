import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PriceFileError } from './priceFileError.ts'
import { readPrices } from './readPrices.ts'

/** Reads or refuses; every bar is a day or a month, above nothing. */
function survives(text: string): void {
  try {
    for (const bar of readPrices(new TextEncoder().encode(text), 'BTC-USD.csv').bars) {
      expect(bar.usdE12 > 0n, text).toBe(true)
      expect(bar.to, text).toBeGreaterThan(bar.from)
      expect(bar.symbol, text).toMatch(/^[A-Z0-9]{2,12}$/)
    }
  } catch (error) {
    expect(error, text).toBeInstanceOf(PriceFileError)
  }
}

const words = fc.constantFrom(
  'Date,Close\n',
  'time,PriceUSD\n',
  'Date,USD,JPY,KRW\n',
  'Date,Country,Exchange rate\n',
  'Price,Close\nTicker,BTC-USD\nDate,\n',
  'Date,Symbol,Close\n',
  '2020-01-01',
  '05/08/13',
  '13/08/13 23:59',
  '0000-01-01',
  '9999-12-31',
  'Japan',
  '1e40',
  '1e-40',
  '0',
  '-1',
  '.',
  'N/A',
  ',',
  '\n',
  '"',
  '1.5',
  '__proto__',
  '\u202e',
)

describe('readPrices', () => {
  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), survives), {
      seed: 11,
      numRuns: 1000,
    })
  })
  test('any text of the layouts’ own words is read or refused', () => {
    const texts = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(fc.property(texts, survives), { seed: 12, numRuns: 4000 })
  })
  test('length does not bring it down', () => {
    for (const unit of [',', '"', 'a,', '\n', '2020-01-01,1\n', '1'])
      survives(`Date,Close\n${unit.repeat(10_000)}`)
  })
})

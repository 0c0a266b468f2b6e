import { describe, expect, test } from 'vitest'
import { describeAsset } from '../ledger/describeAsset.ts'
import type { PriceBook } from '../price/price.ts'
import { createValuer } from './valuer.ts'

const DAY = 86_400
const eth = describeAsset('eip155:1/slip44:60')
const dollars = describeAsset('eip155:1/iso4217:USD')
const stranger = describeAsset('eip155:1/erc20:0x0000000000000000000000000000000000000001', {
  symbol: 'ETH',
  decimals: 18,
})
/** One bar, of 1970-01-02, at 1,000.50 USD. */
const prices: PriceBook = {
  at: (symbol, unixSeconds) =>
    symbol !== 'ETH' || unixSeconds < DAY || unixSeconds >= 2 * DAY
      ? null
      : {
          symbol,
          from: DAY,
          to: 2 * DAY,
          usdE12: 1_000_500_000_000_000n,
          lowE12: 900_000_000_000_000n,
          highE12: null,
          source: 'a.csv',
          disputedBy: ['b.csv'],
        },
  sources: () => [],
}

describe('createValuer', () => {
  test('values by the day, half a cent up, and lists each price once', () => {
    const valuer = createValuer(prices)
    expect(valuer.cents(10n ** 18n, eth, DAY)).toBe(100_050n)
    expect(valuer.cents(5n * 10n ** 12n, eth, 2 * DAY - 1)).toBe(1n)
    expect(valuer.used()).toEqual([
      {
        symbol: 'ETH',
        day: '1970-01-02',
        usd: '1000.5',
        low: '900',
        high: null,
        source: 'a.csv',
        disputedBy: ['b.csv'],
      },
    ])
  })

  test('what is not known is null, never 0: no bar, no time, an asset that only calls itself so', () => {
    const valuer = createValuer(prices)
    expect(valuer.cents(1n, eth, 2 * DAY)).toBeNull()
    expect(valuer.cents(1n, eth, null)).toBeNull()
    expect(valuer.cents(10n ** 18n, stranger, DAY)).toBeNull()
    expect(valuer.used()).toEqual([])
  })

  test('dollars need neither price nor time', () => {
    expect(createValuer(prices).cents(12_345n, dollars, null)).toBe(12_345n)
  })
})

/**
 * What an asset may have cost at any moment of a span of time.
 * @module
 */
import { DAY } from '../price/days.ts'
import { type PriceBook, USD_SCALE } from '../price/index.ts'
import type { Asset } from '../units/asset.ts'
import type { PriceRange } from './score.ts'

/** A choice of ours: one market differs from another, and from the published bar, by this to either side; hundredths of a per cent. */
const SPREAD_BASIS_POINTS = 50n

/**
 * The lowest low and the highest high of the days that the span touches, a little widened. We hold daily bars: the range is
 * much wider than that of the minutes in question (LOCARD: 300 s to either side), so more fits and more is refused.
 * A bar without low and high counts with the closes of its neighbours. Null where a day has no bar, or the asset is not ours
 * to value.
 *
 * @param from unix seconds
 * @param to unix seconds, included
 */
export function priceRange(prices: PriceBook, asset: Asset, from: number, to: number): PriceRange | null {
  if (!asset.known || asset.priceSymbol === undefined) return null
  if (asset.priceSymbol === 'USD') {
    const one = 10n ** BigInt(USD_SCALE)
    return { lowE12: one, highE12: one }
  }
  const values: bigint[] = []
  for (let day = Math.floor(from / DAY) * DAY; day <= to; day += DAY) {
    const bar = prices.at(asset.priceSymbol, day)
    if (bar === null) return null
    const { usdE12, lowE12, highE12 } = bar
    values.push(usdE12)
    if (lowE12 !== null && highE12 !== null) values.push(lowE12, highE12)
    else
      for (const near of [day - DAY, day + DAY])
        values.push(prices.at(asset.priceSymbol, near)?.usdE12 ?? usdE12)
  }
  const low = values.reduce((a, b) => (a < b ? a : b))
  const high = values.reduce((a, b) => (a > b ? a : b))
  const lowE12 = (low * (10_000n - SPREAD_BASIS_POINTS)) / 10_000n
  return lowE12 <= 0n ? null : { lowE12, highE12: (high * (10_000n + SPREAD_BASIS_POINTS)) / 10_000n }
}

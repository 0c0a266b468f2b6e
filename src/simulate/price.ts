/**
 * Made-up daily prices: whole numbers of 10^-12 US dollars, a seeded walk.
 * @module
 */
import type { Asset } from '../units/asset.ts'
import { random } from './random.ts'
import { STREAM } from './stream.ts'

/** One UTC day of one symbol; every price is US dollars per whole unit times 10^12. */
export interface SimulatedPrice {
  readonly symbol: string
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly openE12: bigint
  readonly highE12: bigint
  readonly lowE12: bigint
  readonly closeE12: bigint
}

export const SECONDS_PER_DAY = 86_400

/** First price and largest daily step in parts per 100,000. Orders of magnitude of ETH, of a stablecoin and of BTC, chosen. */
const PATHS: Readonly<Record<string, { readonly first: bigint; readonly step: number }>> = {
  SIM: { first: 3_000n * 10n ** 12n, step: 4_000 },
  SIMUSD: { first: 10n ** 12n, step: 0 },
  RBTC: { first: 60_000n * 10n ** 12n, step: 3_000 },
}

/** One bar a day for each asset that may be valued, from the day of `startTime` on. */
export function simulatePrices(
  seed: number,
  assets: readonly Asset[],
  startTime: number,
  days: number,
): SimulatedPrice[] {
  const bars: SimulatedPrice[] = []
  for (const [number, { priceSymbol }] of assets.entries()) {
    const path = priceSymbol === undefined ? undefined : PATHS[priceSymbol]
    if (path === undefined || priceSymbol === undefined) continue
    const draw = random(seed, STREAM.price, number)
    const parts = (): bigint => BigInt(draw.below(path.step + 1))
    let price = path.first
    for (let day = 0; day < days; day++) {
      const openE12 = price
      const closeE12 = (price * (100_000n + parts() - parts())) / 100_000n
      const top = closeE12 > openE12 ? closeE12 : openE12
      const bottom = closeE12 < openE12 ? closeE12 : openE12
      bars.push({
        symbol: priceSymbol,
        day: new Date((startTime + day * SECONDS_PER_DAY) * 1_000).toISOString().slice(0, 10),
        openE12,
        highE12: (top * (100_000n + parts() / 2n)) / 100_000n,
        lowE12: (bottom * (100_000n - parts() / 2n)) / 100_000n,
        closeE12,
      })
      price = closeE12
    }
  }
  return bars
}

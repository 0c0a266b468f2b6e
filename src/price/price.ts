/**
 * Prices: daily bars in US dollars, each with its source. What is not known is `null` here and `unpriced` in a flow.
 * @module
 */

/** Price scale: US dollars times 10^12, as bigint. XRP in 2013 needs eight places; published series give up to seventeen, the rest is rounded half up. */
export const USD_SCALE = 12

/** One bar of one source: [from, to) in unix seconds. */
export interface PriceBar {
  readonly symbol: string
  readonly from: number
  readonly to: number
  /** Closing (or reference) price, US dollars x 10^12. */
  readonly usdE12: bigint
  readonly lowE12: bigint | null
  readonly highE12: bigint | null
  readonly source: string
}

/** The answer for a moment: the bar of the preferred source, and what others say. */
export interface PriceAt extends PriceBar {
  /** Sources whose price for the same day differs by over 5 % from the one used. */
  readonly disputedBy: readonly string[]
}

export interface PriceSource {
  readonly name: string
  readonly sha256: string
  readonly symbols: readonly string[]
  /** First and last day, ISO. */
  readonly firstDay: string | null
  readonly lastDay: string | null
  readonly bars: number
  readonly importedTime: number
}

export interface PriceBook {
  /** Null where no source has a bar covering the moment: `unpriced`. */
  at(symbol: string, unixSeconds: number): PriceAt | null
  sources(): readonly PriceSource[]
}

/**
 * Values of amounts at moments, and a record of every price used.
 * @module
 */
import type { PriceBook } from '../price/price.ts'
import { USD_SCALE } from '../price/price.ts'
import { formatAmount } from '../units/amount.ts'
import type { Asset } from '../units/asset.ts'
import { formatDay } from '../units/time.ts'
import { valueCents } from '../units/usd.ts'
import type { FlowPrice } from './flow.ts'

export interface Valuer {
  /** US cents, rounded half up; null where the asset, the moment or the price is not known. */
  cents(amount: bigint, asset: Asset, unixSeconds: number | null): bigint | null
  /** Every price used so far, by symbol and day. */
  used(): FlowPrice[]
}

/** One US dollar, as {@link USD_SCALE} has it. */
const ONE_DOLLAR = 10n ** BigInt(USD_SCALE)

export function createValuer(prices: PriceBook): Valuer {
  const used = new Map<string, FlowPrice>()
  return {
    cents(amount, asset, unixSeconds) {
      const symbol = asset.known ? asset.priceSymbol : undefined
      if (symbol === undefined) return null
      // A ledger already valued in dollars needs no price, and no time.
      if (symbol === 'USD') return valueCents(amount, asset.decimals, ONE_DOLLAR)
      if (unixSeconds === null) return null
      const bar = prices.at(symbol, unixSeconds)
      if (!bar) return null
      const day = formatDay(bar.from)
      used.set(`${symbol} ${day}`, {
        symbol,
        day,
        usd: formatAmount(bar.usdE12, USD_SCALE),
        low: bar.lowE12 === null ? null : formatAmount(bar.lowE12, USD_SCALE),
        high: bar.highE12 === null ? null : formatAmount(bar.highE12, USD_SCALE),
        source: bar.source,
        disputedBy: bar.disputedBy,
      })
      return valueCents(amount, asset.decimals, bar.usdE12)
    },
    used: () => [...used.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, price]) => price),
  }
}

/**
 * What is wrong with the prices we hold: days on which sources disagree, and bars that are wrong by themselves.
 * @module
 */
import { formatDay } from '../units/time.ts'
import { apart, byPrice } from './choose.ts'
import type { PriceBar } from './price.ts'

/** The two sources furthest apart on one day. */
export interface Disagreement {
  readonly symbol: string
  readonly day: string
  readonly lowest: PriceBar
  readonly highest: PriceBar
  /** How far the highest is above the lowest, in hundredths of a percent, rounded down. */
  readonly basisPoints: number
}

/** Days on which the highest source is more than `percent` above the lowest, the widest first. */
export function disagreementsOf(bars: readonly PriceBar[], percent: number): Disagreement[] {
  const found: Disagreement[] = []
  for (const group of Map.groupBy(bars, (bar) => `${bar.symbol} ${bar.from}`).values()) {
    if (group.length < 2) continue
    const sorted = group.toSorted(byPrice)
    const lowest = sorted[0]!
    const highest = sorted.at(-1)!
    if (!apart(lowest.usdE12, highest.usdE12, percent, lowest.usdE12)) continue
    const basisPoints = Number(((highest.usdE12 - lowest.usdE12) * 10_000n) / lowest.usdE12)
    found.push({ symbol: lowest.symbol, day: formatDay(lowest.from), lowest, highest, basisPoints })
  }
  return found.sort(
    (a, b) => b.basisPoints - a.basisPoints || order(a.symbol, b.symbol) || order(a.day, b.day),
  )
}

export interface Oddity {
  readonly bar: PriceBar
  /** `low above high`; `close outside low and high`; `leap`: the close is this many times the one before, or less than that part of it. */
  readonly kind: 'low above high' | 'close outside low and high' | 'leap'
  /** The bar before, of the same source, where there is a leap. */
  readonly before: PriceBar | null
}

/** A close three times the last one, or a third of it: rare in coins of size, and the mark of a slipped digit or unit. */
const LEAP = 2n
/** Closes are compared with low and high to 0.01 %: sources round the three apart. */
const SLACK_PERCENT = 0.01

/** Bars that contradict themselves, and leaps between neighbours of one source, by symbol, source and day. */
export function odditiesOf(bars: readonly PriceBar[]): Oddity[] {
  const sorted = bars.toSorted(
    (a, b) => order(a.symbol, b.symbol) || order(a.source, b.source) || a.from - b.from,
  )
  const found: Oddity[] = []
  sorted.forEach((bar, i) => {
    const { usdE12, lowE12, highE12 } = bar
    const last = sorted[i - 1]
    const before = last?.symbol === bar.symbol && last.source === bar.source ? last : null
    if (lowE12 !== null && highE12 !== null && lowE12 > highE12)
      found.push({ bar, kind: 'low above high', before: null })
    else if (
      (lowE12 !== null && usdE12 < lowE12 && apart(usdE12, lowE12, SLACK_PERCENT, lowE12)) ||
      (highE12 !== null && usdE12 > highE12 && apart(usdE12, highE12, SLACK_PERCENT, highE12))
    ) {
      found.push({ bar, kind: 'close outside low and high', before: null })
    }
    if (before !== null && (usdE12 >= before.usdE12 * LEAP || usdE12 * LEAP <= before.usdE12)) {
      found.push({ bar, kind: 'leap', before })
    }
  })
  return found
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

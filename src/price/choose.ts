/**
 * One price for a day, out of what several sources say.
 * @module
 */
import type { PriceAt, PriceBar } from './price.ts'

/** Sources this far from the one used are named in `disputedBy`. In percent; the project's own rule. */
const DISPUTED_PERCENT = 5

/**
 * The median source of each start, the lower one of two in the middle (a loss is then not overstated); of equal prices
 * the first by name. No source is trusted above another: where three agree, one that is wrong cannot win.
 */
export function choose(bars: readonly PriceBar[]): Map<number, PriceAt> {
  const chosen = new Map<number, PriceAt>()
  for (const [from, group] of Map.groupBy(bars, (bar) => bar.from)) {
    const sorted = group.toSorted(byPrice)
    const middle = sorted[(sorted.length - 1) >> 1]!
    const used = sorted.find((bar) => bar.usdE12 === middle.usdE12)!
    const disputedBy = sorted
      .filter((bar) => apart(used.usdE12, bar.usdE12, DISPUTED_PERCENT, used.usdE12))
      .map((bar) => bar.source)
    chosen.set(from, { ...used, disputedBy })
  }
  return chosen
}

/** Lowest first, then by name. */
export function byPrice(a: PriceBar, b: PriceBar): number {
  if (a.usdE12 !== b.usdE12) return a.usdE12 < b.usdE12 ? -1 : 1
  return a.source < b.source ? -1 : a.source > b.source ? 1 : 0
}

/** True where two prices are more than `percent` of `base` apart. Percent counts to hundredths. */
export function apart(a: bigint, b: bigint, percent: number, base: bigint): boolean {
  const difference = a < b ? b - a : a - b
  return difference * 10_000n > base * BigInt(Math.round(percent * 100))
}

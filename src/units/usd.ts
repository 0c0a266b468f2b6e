/**
 * US dollars as whole cents, and the division of a whole into parts that add up to it.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { formatGrouped } from './amount.ts'

/**
 * Cents that an amount was worth at a price, rounded half up (a half cent counts as a whole one).
 * @param amount Base units, >= 0n.
 * @param decimals Places of the asset.
 * @param usdE12 US dollars x 10^12 for one whole unit, >= 0n.
 *
 * @example
 * valueCents(150_000_000n, 8, 60_000_000_000_000_000n) // 9000000n: 1.5 BTC at 60,000 USD
 */
export function valueCents(amount: bigint, decimals: number, usdE12: bigint): bigint {
  const scale = 10n ** BigInt(decimals + 10)
  return (2n * amount * usdE12 + scale) / (2n * scale)
}

/**
 * Cents for people. `unpriced` stays `unpriced`.
 *
 * @example
 * formatUsdCents('7052514727') // '$70,525,147.27'
 */
export function formatUsdCents(cents: bigint | string): string {
  if (cents === 'unpriced') return cents
  const value = BigInt(cents)
  const text = formatGrouped(value < 0n ? -value : value, 2, { minDecimals: 2 })
  return value < 0n ? `-$${text}` : `$${text}`
}

/**
 * Divides a total in proportion to weights so that the shares add up to the total exactly: share i is the difference of
 * the cumulative shares through i and through i - 1, each rounded half up. A share is less than one unit off its exact
 * value, and a zero weight gets 0n.
 * @param weights All >= 0n, and some above unless the total is 0n.
 * @throws NothingToShareError otherwise.
 */
export function shareOut(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n)
  if (weights.some((weight) => weight < 0n) || total < 0n || (sum === 0n && total !== 0n)) {
    throw new NothingToShareError(total, weights.length)
  }
  if (sum === 0n) return weights.map(() => 0n)
  let cumulative = 0n
  let given = 0n
  return weights.map((weight) => {
    cumulative += weight
    const through = (2n * total * cumulative + sum) / (2n * sum)
    const share = through - given
    given = through
    return share
  })
}

/** A total that cannot be divided by these weights. */
export class NothingToShareError extends LootlineError<{
  readonly code: 'UNITS_NOTHING_TO_SHARE'
  readonly total: bigint
  readonly weights: number
}> {
  override readonly name = 'NothingToShareError'
  constructor(total: bigint, weights: number) {
    super(
      { code: 'UNITS_NOTHING_TO_SHARE', total, weights },
      `${total} cannot be divided among ${weights} weights: a total and weights of at least 0 are needed, not all 0.`,
      'Report this: the figures behind the division do not agree.',
    )
  }
}

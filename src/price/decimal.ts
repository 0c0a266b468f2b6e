/**
 * Price text to integers, without a float on the way.
 * @module
 */
import { USD_SCALE } from './price.ts'

/** Series give up to 22 significant digits; more than this is no price. */
const MAX_LENGTH = 64
const MAX_EXPONENT = 40
const DECIMAL = /^\+?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * US dollars x 10^12, rounded half up; null where the text is no plain or scientific decimal of at least 0.
 *
 * @example usdE12('1.2E-05') // 12000000n
 */
export function usdE12(text: string): bigint | null {
  const exact = fraction(text)
  return exact === null ? null : divideHalfUp(exact.digits * 10n ** BigInt(USD_SCALE), exact.scale)
}

/**
 * The price of one unit of a currency, US dollars x 10^12, from two rates against a third: `usd / currency`, rounded
 * half up. Null where either is no number or the second is 0.
 *
 * @example crossE12('1.1684', '1740.86') // 671162644n: won, by euro rates
 */
export function crossE12(usdPerBase: string, currencyPerBase: string): bigint | null {
  const usd = fraction(usdPerBase)
  const currency = fraction(currencyPerBase)
  if (usd === null || currency === null || currency.digits === 0n) return null
  return divideHalfUp(usd.digits * currency.scale * 10n ** BigInt(USD_SCALE), usd.scale * currency.digits)
}

/** digits / scale, exactly. */
function fraction(text: string): { digits: bigint; scale: bigint } | null {
  const match = text.length > MAX_LENGTH ? null : DECIMAL.exec(text.trim())
  const whole = match?.[1] ?? ''
  const decimals = match?.[2] ?? ''
  if (match === null || whole + decimals === '') return null
  const exponent = Number(match[3] ?? 0)
  if (Math.abs(exponent) > MAX_EXPONENT) return null
  const places = decimals.length - exponent
  const digits = BigInt(whole + decimals)
  return places >= 0
    ? { digits, scale: 10n ** BigInt(places) }
    : { digits: digits * 10n ** BigInt(-places), scale: 1n }
}

function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator)
}

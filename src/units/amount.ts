/**
 * Amounts: exact decimal text to integers of base units and back. No float is made on the way.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from './text.ts'

/** No chain here holds a wider amount: EVM words are 256 bits (Ethereum yellow paper, section 9.1). */
export const MAX_AMOUNT: bigint = 2n ** 256n - 1n
/** ERC-20 `decimals()` is a uint8 (EIP-20). */
const MAX_DECIMALS = 255
/** 78 digits of a uint256, the 255 decimals of the finest token, separators of thousands and a point. */
const MAX_LENGTH = 400

const PLAIN = /^(\d*)(?:\.(\d*))?$/
/** Groups of three, comma between, as English-language explorers and spreadsheets write. */
const GROUPED = /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/
const EXPONENT = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)e[+-]?\d+$/i

/** How amounts are written where the plain form is not all. */
export interface AmountOptions {
  /** Accept `1,234,567.89` beside `1234567.89`. Off unless asked for: `1,234` may also mean 1.234. */
  readonly thousands?: boolean
}

/**
 * Base units from a plain decimal, exactly.
 * @param decimals Places of the asset: 8 for BTC.
 * @throws BadAmountError for anything that is not one exact amount the asset can have, 0 to 2^256 - 1 base units.
 *
 * @example
 * parseAmount('0.1', 8) // 10000000n
 * parseAmount('1.2E+18', 0) // throws: a spreadsheet has rounded it
 */
export function parseAmount(text: string, decimals: number, options: AmountOptions = {}): bigint {
  checkDecimals(decimals)
  if (text.length > MAX_LENGTH) throw new BadAmountError(text, `longer than ${MAX_LENGTH} characters`)
  const plain = options.thousands === true && GROUPED.test(text) ? text.replaceAll(',', '') : text
  const match = PLAIN.exec(plain)
  if (match === null || plain === '' || plain === '.') throw new BadAmountError(text, why(text))
  const whole = match[1] ?? ''
  const fraction = match[2] ?? ''
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new BadAmountError(text, `more decimals than the asset's ${decimals}`)
  }
  const amount = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  if (amount > MAX_AMOUNT) throw new BadAmountError(text, 'more than 2^256 - 1 base units')
  return amount
}

/** Exact decimal text without trailing zeros: what {@link parseAmount} reads back. Negative differences get `-`. */
export function formatAmount(baseUnits: bigint, decimals: number): string {
  const [sign, whole, fraction] = split(baseUnits, decimals)
  const kept = fraction.replace(/0+$/, '')
  return kept === '' ? sign + whole : `${sign}${whole}.${kept}`
}

/**
 * The same for people: commas between thousands, at least `minDecimals` places, still exact.
 *
 * @example
 * formatGrouped(123456789n, 2, { minDecimals: 2 }) // '1,234,567.89'
 */
export function formatGrouped(
  baseUnits: bigint,
  decimals: number,
  options: { readonly minDecimals?: number } = {},
): string {
  const [sign, whole, fraction] = split(baseUnits, decimals)
  const kept = fraction.replace(/0+$/, '').padEnd(options.minDecimals ?? 0, '0')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return kept === '' ? sign + grouped : `${sign}${grouped}.${kept}`
}

/** `1 address`, `2 addresses`, `1,234 hops`. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${formatGrouped(BigInt(n), 0)} ${n === 1 ? one : many}`
}

function split(baseUnits: bigint, decimals: number): [sign: string, whole: string, fraction: string] {
  checkDecimals(decimals)
  const negative = baseUnits < 0n
  const digits = String(negative ? -baseUnits : baseUnits).padStart(decimals + 1, '0')
  const point = digits.length - decimals
  return [negative ? '-' : '', digits.slice(0, point), digits.slice(point)]
}

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS)
    throw new BadDecimalsError(decimals)
}

/** What is wrong with text that is no plain decimal. */
function why(text: string): string {
  if (text.trim() === '' || text === '.') return 'empty'
  if (EXPONENT.test(text)) {
    return 'exponent notation, as left by a spreadsheet that opened and saved the file; digits may be lost'
  }
  if (/^-[\d.,]+$/.test(text)) return 'negative'
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(text)) return 'not a finite number'
  if (/^\d[\d,]*,\d+(?:\.\d*)?$/.test(text)) {
    return 'a comma, which may separate thousands or decimals'
  }
  return 'not a plain decimal such as 1234.56'
}

/** Text that is not an amount. */
export class BadAmountError extends LootlineError<{
  readonly code: 'UNITS_BAD_AMOUNT'
  readonly value: string
  readonly reason: string
}> {
  override readonly name = 'BadAmountError'
  constructor(text: string, reason: string) {
    const value = printable(text)
    super(
      { code: 'UNITS_BAD_AMOUNT', value, reason },
      `"${value}" is not an amount: ${reason}.`,
      reason.startsWith('exponent')
        ? 'Export the file again and import it without opening it in a spreadsheet.'
        : 'Mend the value, or say which column, decimals and separators the file has.',
    )
  }
}

/** Decimal places that no asset has. */
export class BadDecimalsError extends LootlineError<{
  readonly code: 'UNITS_BAD_DECIMALS'
  readonly decimals: number
}> {
  override readonly name = 'BadDecimalsError'
  constructor(decimals: number) {
    super(
      { code: 'UNITS_BAD_DECIMALS', decimals },
      `${decimals} is not a number of decimal places: a whole number from 0 to ${MAX_DECIMALS} is (EIP-20).`,
      'Correct the decimals of the asset.',
    )
  }
}

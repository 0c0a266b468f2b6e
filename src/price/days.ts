/**
 * The days of a column of dates.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type DateOrder, parseUnixSeconds } from '../units/time.ts'
import { PriceFileError } from './priceFileError.ts'

/** Seconds of a UTC day. */
export const DAY = 86_400

/**
 * The order of day and month, from all dates of a column: a number above 12 is a day. Undefined where every date has
 * its year first.
 *
 * @throws {PriceFileError} PRICE_AMBIGUOUS_DATES where no date tells, or two tell different things
 */
export function dateOrderOf(dates: readonly string[], file: string): DateOrder | undefined {
  let yearLast: string | undefined
  let dayFirst: string | undefined
  let monthFirst: string | undefined
  for (const date of dates) {
    const match = /^(\d{1,2})[-/.](\d{1,2})[-/.]\d/.exec(date)
    if (match === null) continue
    yearLast ??= date
    if (Number(match[1]) > 12) dayFirst ??= date
    if (Number(match[2]) > 12) monthFirst ??= date
  }
  if (yearLast === undefined) return undefined
  if (dayFirst !== undefined && monthFirst !== undefined) {
    throw new PriceFileError(
      'PRICE_AMBIGUOUS_DATES',
      file,
      `"${dayFirst}" puts the day first, "${monthFirst}" the month`,
    )
  }
  if (dayFirst === undefined && monthFirst === undefined) {
    throw new PriceFileError(
      'PRICE_AMBIGUOUS_DATES',
      file,
      `"${yearLast}": no date tells whether the day or the month is first`,
    )
  }
  return dayFirst === undefined ? 'mdy' : 'dmy'
}

/** Midnight UTC of the day a date falls on, unix seconds; null where it is no date. */
export function midnightOf(date: string, dateOrder: DateOrder | undefined): number | null {
  try {
    const time = parseUnixSeconds(date.trim(), dateOrder === undefined ? {} : { dateOrder })
    return Math.floor(time / DAY) * DAY
  } catch (error) {
    if (error instanceof LootlineError) return null
    throw error
  }
}

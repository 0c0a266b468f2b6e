/**
 * Moments as whole unix seconds, UTC. Text without a zone is read as UTC, because explorers and exports print UTC.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from './text.ts'

/** What the first two of three numbers mean in `05/08/13`. */
export type DateOrder = 'dmy' | 'mdy'

const MAX_LENGTH = 40
const DAY = 86_400

const CLOCK = String.raw`(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?: ?([AaPp][Mm]))?)?`
const ZONE = String.raw`(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?`
/** ISO 8601 and its relatives with a space, slashes or no seconds. */
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/])(\d{1,2})\2(\d{1,2})${CLOCK}${ZONE}$`)
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${CLOCK}${ZONE}$`)
/** 9 or 10 digits are seconds from 1973 to 2286; 12 or 13 are milliseconds of the same years. */
const UNIX = /^(\d{9,10}|\d{12,13})$/

/**
 * Unix seconds (fractions dropped) from the layouts met in exports: `2023-01-13 20:34:11`, ISO 8601 with or without a
 * zone, `YYYY-MM-DD` (midnight), unix seconds, unix milliseconds, and `05/08/13 23:59` where `dateOrder` is stated.
 * Two-digit years are 2000 to 2099: no chain is older than 2009.
 * @throws BadTimeError for impossible dates, unknown layouts, and a date that could be read in two ways.
 *
 * @example
 * parseUnixSeconds('2023-01-13 20:34:11') // 1673642051
 */
export function parseUnixSeconds(text: string, options: { readonly dateOrder?: DateOrder } = {}): number {
  if (text.length > MAX_LENGTH) throw new BadTimeError(text, `longer than ${MAX_LENGTH} characters`)
  if (UNIX.test(text)) return text.length > 10 ? Math.floor(Number(text) / 1000) : Number(text)
  const first = YEAR_FIRST.exec(text)
  if (first !== null) {
    return toUnixSeconds(text, [Number(first[1]), Number(first[3]), Number(first[4])], first)
  }
  const last = YEAR_LAST.exec(text)
  if (last === null) throw new BadTimeError(text, 'a layout that is not known')
  if (options.dateOrder === undefined) {
    throw new BadTimeError(text, 'the day or the month may come first', 'State the order of day and month.')
  }
  const [day, month] = options.dateOrder === 'dmy' ? [last[1], last[3]] : [last[3], last[1]]
  const year = Number(last[4])
  return toUnixSeconds(text, [year < 100 ? 2000 + year : year, Number(month), Number(day)], last)
}

/** Groups 5 to 9 of both patterns are hour, minute, second, half of the day and zone. */
function toUnixSeconds(
  text: string,
  [year, month, day]: [number, number, number],
  match: RegExpExecArray,
): number {
  const [hourText, minuteText, secondText, half, zone] = match.slice(5)
  let hour = Number(hourText ?? 0)
  const minute = Number(minuteText ?? 0)
  const second = Number(secondText ?? 0)
  if (half !== undefined) {
    if (hour < 1 || hour > 12) throw new BadTimeError(text, 'no such hour')
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second > 59) throw new BadTimeError(text, 'no such time of day')
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new BadTimeError(text, 'no such day')
  }
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second - zoneSeconds(text, zone)
}

/** Seconds east of Greenwich. */
function zoneSeconds(text: string, zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  // The widest offset in use is +14:00 (IANA tz, Pacific/Kiritimati).
  if (hours > 14 || minutes > 59) throw new BadTimeError(text, 'no such time zone')
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/** `2023-01-13 20:34:11 UTC`; `unknown time` for null, NaN and years beyond 0 to 9999. */
export function formatTime(unixSeconds: number | null): string {
  const iso = isoOf(unixSeconds)
  return iso === null ? 'unknown time' : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** The UTC day, `2023-01-13`; `unknown day` where {@link formatTime} says unknown. */
export function formatDay(unixSeconds: number | null): string {
  return isoOf(unixSeconds)?.slice(0, 10) ?? 'unknown day'
}

function isoOf(unixSeconds: number | null): string | null {
  // -62167219200 is 0000-01-01 and 253402300799 is 9999-12-31 23:59:59: the four-digit years of ISO 8601.
  if (unixSeconds === null || !(unixSeconds >= -62_167_219_200 && unixSeconds < 253_402_300_800)) return null
  return new Date(Math.floor(unixSeconds) * 1000).toISOString()
}

/**
 * A length of time in its two largest units, the rest dropped.
 *
 * @example
 * formatDuration(97_200) // '1 d 3 h'
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time'
  const whole = Math.floor(Math.abs(seconds))
  const parts: [number, string][] = [
    [Math.floor(whole / DAY), 'd'],
    [Math.floor((whole % DAY) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0)
  return (seconds < 0 ? '-' : '') + shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

/** Text that is not one moment. */
export class BadTimeError extends LootlineError<{
  readonly code: 'UNITS_BAD_TIME'
  readonly value: string
  readonly reason: string
}> {
  override readonly name = 'BadTimeError'
  constructor(
    text: string,
    reason: string,
    next = 'Mend the value, or say in which layout the file writes times.',
  ) {
    const value = printable(text)
    super({ code: 'UNITS_BAD_TIME', value, reason }, `"${value}" is not a time: ${reason}.`, next)
  }
}

/**
 * Moments as people type them: unix seconds, a date, or a date and a time; UTC.
 * @module
 */

import { parseUnixSeconds } from '../units/index.ts'
import { type Option, UsageError, value } from './command.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `--after <moment>`: a day alone means its first second. */
export function fromOption(flags: string, help: string): Option<number | undefined> {
  return value(flags, help, (typed) => momentOf(flags, typed))
}

/** `--before <moment>`: a day alone means its last second. */
export function untilOption(flags: string, help: string): Option<number | undefined> {
  return value(flags, help, (typed) => momentOf(flags, typed) + (DAY.test(typed) ? 86_399 : 0))
}

/** Unix seconds. @throws {UsageError} naming the option */
export function momentOf(flags: string, typed: string): number {
  // The epoch's first years are seconds too: shorter numbers than a date's are taken as they stand.
  if (/^\d{1,8}$/.test(typed)) return Number(typed)
  try {
    return parseUnixSeconds(typed)
  } catch (error) {
    throw new UsageError(
      `${flags}: ${(error as Error).message}`,
      'Write 2023-01-13, "2023-01-13 20:34:11" (UTC) or unix seconds.',
    )
  }
}

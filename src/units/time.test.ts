import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LootlineError } from '../errors.ts'
import { formatDay, formatDuration, formatTime, parseUnixSeconds } from './time.ts'

const HARMONY = 1_673_642_051

describe('parseUnixSeconds', () => {
  it.each([
    ['2023-01-13 20:34:11', HARMONY],
    ['2023-01-13T20:34:11Z', HARMONY],
    ['2023-01-13 20:34:11 UTC', HARMONY],
    ['2023-01-13T20:34:11.999999Z', HARMONY],
    ['2023-01-13T22:34:11+02:00', HARMONY],
    ['2023-01-13T15:04:11-0530', HARMONY],
    ['2017-11-09 00:00:00+00:00', 1_510_185_600],
    ['2023/1/13 8:34:11 PM', HARMONY],
    ['1673642051', HARMONY],
    ['1673642051999', HARMONY],
    ['2023-01-13', HARMONY - (HARMONY % 86_400)],
    ['2013-04-29 23:59:59', 1_367_279_999],
    ['2024-02-29', 1_709_164_800],
  ])('reads %s', (text, want) => {
    expect(parseUnixSeconds(text)).toBe(want)
  })

  it('reads a date with the day or month first only where told which', () => {
    expect(() => parseUnixSeconds('05/08/13 23:59')).toThrow('the day or the month may come first')
    // XRP's first price in a CoinMarketCap export is of 2013-08-05.
    expect(formatTime(parseUnixSeconds('05/08/13 23:59', { dateOrder: 'dmy' }))).toBe(
      '2013-08-05 23:59:00 UTC',
    )
    expect(formatTime(parseUnixSeconds('05/08/13 23:59', { dateOrder: 'mdy' }))).toBe(
      '2013-05-08 23:59:00 UTC',
    )
    expect(formatTime(parseUnixSeconds('6/14/2023 3:42:10 PM', { dateOrder: 'mdy' }))).toBe(
      '2023-06-14 15:42:10 UTC',
    )
    expect(formatTime(parseUnixSeconds('1.2.2020 12:05 AM', { dateOrder: 'dmy' }))).toBe(
      '2020-02-01 00:05:00 UTC',
    )
    expect(() => parseUnixSeconds('25/12/13', { dateOrder: 'mdy' })).toThrow('no such day')
    expect(() => parseUnixSeconds('25/12-13', { dateOrder: 'dmy' })).toThrow('not known')
  })

  it.each([
    ['2023-02-31', 'no such day'],
    ['2023-02-29', 'no such day'],
    ['2023-13-01', 'no such day'],
    ['2023-00-01', 'no such day'],
    ['2023-01-00', 'no such day'],
    ['2023-01-01 24:00:00', 'no such time of day'],
    ['2023-01-01 23:60:00', 'no such time of day'],
    ['2023-01-01 23:59:60', 'no such time of day'],
    ['2023-01-01 13:00 PM', 'no such hour'],
    ['2023-01-01 00:00:00+15:00', 'no such time zone'],
    ['20230113', 'not known'],
    ['-1673642051', 'not known'],
    ['16736420519', 'not known'],
    ['1.67E+09', 'not known'],
    ['', 'not known'],
    ['yesterday', 'not known'],
    [' 2023-01-13', 'not known'],
    ['2023-01-13\n', 'not known'],
    ['1'.repeat(41), 'longer than 40'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseUnixSeconds(text)).toThrow(reason)
  })

  it('never fails otherwise', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'0123456789-/.:T Z+UTCAPM'), maxLength: 42 }),
    )
    fc.assert(
      fc.property(text, fc.constantFrom<'dmy' | 'mdy'>('dmy', 'mdy'), (value, dateOrder) => {
        try {
          expect(Number.isSafeInteger(parseUnixSeconds(value, { dateOrder }))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(LootlineError)
        }
      }),
      { seed: 2009, numRuns: 5000 },
    )
  })
})

describe('formatTime', () => {
  it('is read back as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (unixSeconds) => {
        expect(parseUnixSeconds(formatTime(unixSeconds))).toBe(unixSeconds)
      }),
      { seed: 1, numRuns: 1000 },
    )
  })

  it('says when it does not know', () => {
    expect(formatTime(HARMONY)).toBe('2023-01-13 20:34:11 UTC')
    expect(formatDay(HARMONY)).toBe('2023-01-13')
    for (const unknown of [null, Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_800]) {
      expect(formatTime(unknown), String(unknown)).toBe('unknown time')
      expect(formatDay(unknown), String(unknown)).toBe('unknown day')
    }
  })
})

describe('formatDuration', () => {
  it('shows the two largest units', () => {
    expect([0, 59, 60, 3661, 97_200, 86_400 + 61, -7200, 0.9].map(formatDuration)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '1 h 1 min',
      '1 d 3 h',
      '1 d',
      '-2 h',
      '0 s',
    ])
    expect(formatDuration(Number.NaN)).toBe('unknown time')
  })
})

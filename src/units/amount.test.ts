import { describe, expect, it } from 'vitest'
import { formatAmount, formatGrouped, MAX_AMOUNT, parseAmount } from './amount.ts'

describe('parseAmount', () => {
  it('reads plain decimals exactly', () => {
    expect(parseAmount('0.1', 8)).toBe(10_000_000n)
    expect(parseAmount('119756.62032288', 8)).toBe(11_975_662_032_288n)
    expect(parseAmount('.5', 1)).toBe(5n)
    expect(parseAmount('5.', 0)).toBe(5n)
    expect(parseAmount('007', 0)).toBe(7n)
    expect(parseAmount('1.123456789012345678', 18)).toBe(1_123_456_789_012_345_678n)
    // 0.1 + 0.2 in float64 is not 0.3.
    expect(parseAmount('0.1', 18) + parseAmount('0.2', 18)).toBe(parseAmount('0.3', 18))
  })

  it('takes extra decimals only where they are zeros', () => {
    expect(parseAmount('1.2300', 2)).toBe(123n)
    expect(parseAmount('7.000', 0)).toBe(7n)
    expect(() => parseAmount('1.231', 2)).toThrow("more decimals than the asset's 2")
  })

  it('stops at 2^256 - 1', () => {
    expect(parseAmount(String(MAX_AMOUNT), 0)).toBe(MAX_AMOUNT)
    expect(() => parseAmount(String(MAX_AMOUNT + 1n), 0)).toThrow('more than 2^256 - 1')
    expect(() => parseAmount('1', 255)).toThrow('more than 2^256 - 1')
  })

  it.each([
    ['1.2E+18', 'spreadsheet'],
    ['1e-7', 'spreadsheet'],
    ['2,3E5', 'spreadsheet'],
    ['-1', 'negative'],
    ['NaN', 'not a finite number'],
    ['-inf', 'not a finite number'],
    ['Infinity', 'not a finite number'],
    ['', 'empty'],
    ['   ', 'empty'],
    ['.', 'empty'],
    ['1,234.5', 'comma'],
    ['1.234,5', 'not a plain decimal'],
    ['0x10', 'not a plain decimal'],
    ['1_000', 'not a plain decimal'],
    ['+1', 'not a plain decimal'],
    [' 1', 'not a plain decimal'],
    ['1\n', 'not a plain decimal'],
    ['١٢', 'not a plain decimal'],
    ['9'.repeat(401), 'longer than 400'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseAmount(text, 8)).toThrow(reason)
  })

  it('reads separators of thousands only when told, and only in threes', () => {
    expect(parseAmount('1,234,567.89', 2, { thousands: true })).toBe(123_456_789n)
    expect(parseAmount('1234.5', 2, { thousands: true })).toBe(123_450n)
    expect(() => parseAmount('12,34', 2, { thousands: true })).toThrow('comma')
    expect(() => parseAmount('1,2345', 2, { thousands: true })).toThrow('comma')
  })

  it('says what to do about a spreadsheet, as data', () => {
    let caught: unknown
    try {
      parseAmount('1.2E+18', 18)
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({
      code: 'UNITS_BAD_AMOUNT',
      data: { value: '1.2E+18' },
      next: 'Export the file again and import it without opening it in a spreadsheet.',
    })
  })

  it('refuses decimals that no asset has', () => {
    for (const decimals of [-1, 0.5, 256, Number.NaN]) {
      expect(() => parseAmount('1', decimals), String(decimals)).toThrow('not a number of decimal places')
    }
  })
})

describe('formatAmount', () => {
  it('is exact and has no trailing zeros', () => {
    expect(formatAmount(10_000_000n, 8)).toBe('0.1')
    expect(formatAmount(0n, 18)).toBe('0')
    expect(formatAmount(500n, 0)).toBe('500')
    expect(formatAmount(-150n, 2)).toBe('-1.5')
    expect(formatAmount(MAX_AMOUNT, 0)).toBe(String(MAX_AMOUNT))
  })
})

describe('formatGrouped', () => {
  it('groups thousands and keeps every digit', () => {
    expect(formatGrouped(123_456_789n, 2)).toBe('1,234,567.89')
    expect(formatGrouped(100_000n, 2)).toBe('1,000')
    expect(formatGrouped(100_000n, 2, { minDecimals: 2 })).toBe('1,000.00')
    expect(formatGrouped(-99_900n, 2)).toBe('-999')
    expect(formatGrouped(11_975_662_032_288n, 8)).toBe('119,756.62032288')
    expect(formatGrouped(1n, 0, { minDecimals: 2 })).toBe('1.00')
  })
})

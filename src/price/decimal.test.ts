import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossE12, usdE12 } from './decimal.ts'

describe('usdE12', () => {
  test.each([
    ['19497.400390625', 19_497_400_390_625_000n],
    ['0.00561266', 5_612_660_000n],
    ['1.2E-05', 12_000_000n],
    ['6.7e+2', 670_000_000_000_000n],
    ['.5', 500_000_000_000n],
    ['0.9922169279339196', 992_216_927_934n],
    ['0.0000000000005', 1n],
    ['0.00000000000049', 0n],
    ['0', 0n],
  ])('%s', (text, expected) => {
    expect(usdE12(text)).toBe(expected)
  })

  test.each(['', '.', '-1', 'N/A', '1,5', '1e', '0x1', 'NaN', 'Infinity', '1e999', '1'.repeat(65)])(
    '%j is no price',
    (text) => {
      expect(usdE12(text)).toBeNull()
    },
  )

  test('is exact wherever the text has at most twelve places', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 30n })
    fc.assert(
      fc.property(digits, (value) => {
        const text = String(value).padStart(13, '0')
        expect(usdE12(`${text.slice(0, -12)}.${text.slice(-12)}`)).toBe(value)
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('crossE12', () => {
  test('won by euro rates of 2026-04-13: 1.1684 dollars and 1740.86 won', () => {
    // 1.1684 / 1740.86 = 0.000671162528865…
    expect(crossE12('1.1684', '1740.86')).toBe(671_162_529n)
  })
  test('a rate of nothing gives nothing', () => {
    expect(crossE12('1.1684', '0')).toBeNull()
    expect(crossE12('N/A', '1')).toBeNull()
  })
})

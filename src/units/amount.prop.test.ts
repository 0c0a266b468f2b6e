import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LootlineError } from '../errors.ts'
import { formatAmount, formatGrouped, MAX_AMOUNT, parseAmount } from './amount.ts'

const amount = fc.bigInt({ min: 0n, max: MAX_AMOUNT })
const decimals = fc.integer({ min: 0, max: 77 })

describe('amounts', () => {
  it('come back as they went out', () => {
    fc.assert(
      fc.property(amount, decimals, fc.integer({ min: 0, max: 90 }), (baseUnits, places, minDecimals) => {
        expect(parseAmount(formatAmount(baseUnits, places), places)).toBe(baseUnits)
        const grouped = formatGrouped(baseUnits, places, { minDecimals })
        expect(parseAmount(grouped, places, { thousands: true })).toBe(baseUnits)
      }),
      { seed: 20, numRuns: 2000 },
    )
  })

  it('refuse arbitrary text with an error of ours, or read an amount within bounds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.string({ unit: fc.constantFrom(...'0123456789.,eE+-'), maxLength: 500 }),
    )
    fc.assert(
      fc.property(text, fc.integer({ min: -2, max: 300 }), fc.boolean(), (value, places, thousands) => {
        try {
          const got = parseAmount(value, places, { thousands })
          expect(got >= 0n && got <= MAX_AMOUNT).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(LootlineError)
        }
      }),
      { seed: 256, numRuns: 5000 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUsdCents, shareOut, valueCents } from './usd.ts'

describe('valueCents', () => {
  it('values whole and part units', () => {
    expect(valueCents(150_000_000n, 8, 60_000n * 10n ** 12n)).toBe(9_000_000n)
    // 119,756.62032288 BTC at 588.91 USD a coin.
    expect(valueCents(11_975_662_032_288n, 8, 58_891n * 10n ** 10n)).toBe(7_052_587_127n)
    expect(valueCents(10n ** 18n, 18, 1n)).toBe(0n)
  })

  it('rounds half a cent up, and less than half down', () => {
    expect(valueCents(1n, 0, 5n * 10n ** 9n)).toBe(1n)
    expect(valueCents(1n, 0, 5n * 10n ** 9n - 1n)).toBe(0n)
    expect(valueCents(3n, 0, 5n * 10n ** 9n)).toBe(2n)
  })
})

describe('formatUsdCents', () => {
  it('prints dollars and cents', () => {
    expect(formatUsdCents(7_052_514_727n)).toBe('$70,525,147.27')
    expect(formatUsdCents('0')).toBe('$0.00')
    expect(formatUsdCents('5')).toBe('$0.05')
    expect(formatUsdCents(-100n)).toBe('-$1.00')
  })

  it('never turns unknown into a number', () => {
    expect(formatUsdCents('unpriced')).toBe('unpriced')
  })
})

describe('shareOut', () => {
  it('adds up exactly, each share within one of its exact value, nothing for no weight', () => {
    const weights = fc.array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 200n })), {
      minLength: 1,
      maxLength: 50,
    })
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 100n }), weights, (total, parts) => {
        const sum = parts.reduce((all, part) => all + part, 0n)
        fc.pre(sum > 0n)
        const shares = shareOut(total, parts)
        expect(shares.reduce((all, share) => all + share, 0n)).toBe(total)
        shares.forEach((share, i) => {
          const off = share * sum - total * parts[i]!
          expect(off < sum && off > -sum, `share ${i}`).toBe(true)
          if (parts[i] === 0n) expect(share).toBe(0n)
          expect(share >= 0n).toBe(true)
        })
      }),
      { seed: 7, numRuns: 1000 },
    )
  })

  it('divides a cent among three', () => {
    expect(shareOut(1n, [1n, 1n, 1n])).toEqual([0n, 1n, 0n])
    expect(shareOut(100n, [1n, 1n, 1n])).toEqual([33n, 34n, 33n])
    expect(shareOut(0n, [])).toEqual([])
  })

  it('refuses what cannot be divided', () => {
    expect(() => shareOut(1n, [])).toThrow('cannot be divided')
    expect(() => shareOut(1n, [0n, 0n])).toThrow('cannot be divided')
    expect(() => shareOut(1n, [2n, -1n])).toThrow('cannot be divided')
    expect(() => shareOut(-1n, [1n])).toThrow('cannot be divided')
  })
})

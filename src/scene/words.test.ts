import { describe, expect, test } from 'vitest'
import { fitText, textWidth, wrapText } from './textWidth.ts'
import { counted, sharedName, shareText, shortAddress, shortAmount } from './words.ts'

describe('words', () => {
  test('shortAmount rounds half up and marks what is missing', () => {
    expect(shortAmount(123456789n, 8, 'BTC')).toBe('≈ 1.23 BTC')
    expect(shortAmount(150000000n, 8, 'BTC')).toBe('1.50 BTC')
    expect(shortAmount(1235n, 3, 'X')).toBe('≈ 1.24 X')
    expect(shortAmount(1n, 18, 'ETH')).toBe('0.000000000000000001 ETH')
    expect(shortAmount(123456n, 18, 'ETH')).toBe('≈ 0.000000000000123 ETH')
    expect(shortAmount(0n, 8, 'BTC')).toBe('0 BTC')
    expect(shortAmount(7052514727n, 2, 'USD')).toBe('70,525,147.27 USD')
    expect(shortAmount(7n, 0, 'NFT')).toBe('7 NFT')
  })

  test('shareText never says none or all of what is some', () => {
    expect(shareText(1n, 3n)).toBe('33.3 %')
    expect(shareText(0n, 3n)).toBe('0.0 %')
    expect(shareText(1n, 10_000n)).toBe('< 0.1 %')
    expect(shareText(9_999n, 10_000n)).toBe('> 99.9 %')
    expect(shareText(5n, 5n)).toBe('100.0 %')
    expect(shareText(0n, 0n)).toBe('–')
  })

  test('shortAddress keeps both ends', () => {
    expect(shortAddress('eip155:1:0x7a017e5e9672bc994dcb1a2a27d853c9c629f7c3')).toBe('0x7a017e…29f7c3')
    expect(shortAddress('eip155:1:none')).toBe('no address')
  })

  test('sharedName finds what the names begin with', () => {
    expect(sharedName(['HTX 33', 'HTX 34'])).toBe('HTX')
    expect(sharedName(['Binance 14', 'Binance 14'])).toBe('Binance 14')
    expect(sharedName(['huobi reserve wallets ETH', 'Huobi 33'])).toBe('Huobi')
    expect(sharedName(['Huobi 10', 'HTX 34', 'HTX 33'])).toBe('HTX 33 and 2 more')
  })

  test('counted takes the plural where it is due', () => {
    expect([counted(1, 'hop'), counted(1234, 'hop')]).toEqual(['1 hop', '1,234 hops'])
  })
})

describe('textWidth', () => {
  test('adds up the widths of Helvetica', () => {
    expect(textWidth('HTX 34', 12, false)).toBeCloseTo(12 * (0.722 + 0.611 + 0.667 + 0.278 + 0.556 * 2), 9)
    expect(textWidth('漢', 10, false)).toBe(10)
  })

  test('fitText and wrapText stay inside the room, whatever the text', () => {
    for (const text of ['', 'HTX 34', 'A'.repeat(10_000), 'Harmony Bridge Hacker 45', '漢字'.repeat(40)]) {
      expect(textWidth(fitText(text, 11, true, 80), 11, true)).toBeLessThanOrEqual(80)
      const lines = wrapText(text, 11, true, 80)
      expect(lines.length).toBeLessThanOrEqual(2)
      for (const line of lines) expect(textWidth(line, 11, true), line).toBeLessThanOrEqual(80)
    }
    expect(wrapText('Harmony Bridge Hacker 45', 11, true, 100)).toEqual(['Harmony Bridge', 'Hacker 45'])
  })
})

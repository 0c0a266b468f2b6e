import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableJson } from './text.ts'

describe('printable', () => {
  it('escapes what acts on a terminal or a reader', () => {
    expect(printable('a\nb\x1b[31mc\x07')).toBe('a\\u{a}b\\u{1b}[31mc\\u{7}')
    expect(printable('\u009b31m')).toBe('\\u{9b}31m')
    for (const code of [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]) {
      expect(printable(String.fromCodePoint(code))).toBe(`\\u{${code.toString(16)}}`)
    }
    for (const code of [
      0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0xad, 0x34f, 0x115f, 0x3164, 0xfe0f, 0xe0041, 0x2028,
    ]) {
      expect(printable(String.fromCodePoint(code)), code.toString(16)).toBe(`\\u{${code.toString(16)}}`)
    }
    expect(printable('\ud800')).toBe('\\u{d800}')
  })

  it('leaves ordinary text of any script alone', () => {
    expect(printable('Büro 東京 🚀 кит')).toBe('Büro 東京 🚀 кит')
  })

  it('cuts without halving a character or an escape', () => {
    expect(printable('abcdef', 6)).toBe('abcdef')
    expect(printable('abcdefg', 6)).toBe('abcde…')
    expect(printable('🚀🚀🚀', 4)).toBe('🚀…')
    expect(printable('abc\u202edef', 8)).toBe('abc…')
  })

  it('is always short and clean', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 80 }),
        (text, max) => {
          const shown = printable(text, max)
          expect(shown.length).toBeLessThanOrEqual(max)
          expect(/[\p{C}\u2028\u2029]/u.test(shown.replace(/\p{Cn}/gu, ''))).toBe(false)
        },
      ),
      { seed: 2021, numRuns: 3000 },
    )
  })
})

describe('printableJson', () => {
  it('keeps the value and shows everything', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        const shown = printableJson(json)
        expect(JSON.parse(shown)).toEqual(JSON.parse(json))
        expect(shown).not.toMatch(/[\x7f-\x9f\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u)
      }),
      { seed: 5, numRuns: 500 },
    )
    expect(printableJson(JSON.stringify('a\u202eb\u009b\u{e0041}'))).toBe('"a\\u202eb\\u009b\\udb40\\udc41"')
  })
})

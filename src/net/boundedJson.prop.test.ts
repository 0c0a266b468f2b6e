import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedJson } from './boundedJson.ts'

/** Doubles beyond 2^53 and below 10^21 are written with all digits (ECMA-262, Number::toString). */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asWritten(inner)]))
  const wide = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return wide && Math.abs(value) < 1e21 ? String(value) : value
}

describe('boundedJson', () => {
  test('gives what JSON.parse gives, and integers beyond a float as written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt(), (value, integer) => {
        const safe = integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER
        const text = `{"value":${JSON.stringify(value)},"integers":[${integer}, ${integer}]}`
        const expected = safe ? Number(integer) : String(integer)
        expect(boundedJson(text)).toEqual({
          ok: true,
          value: { value: asWritten(JSON.parse(JSON.stringify(value))), integers: [expected, expected] },
        })
      }),
    )
  })

  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['1e400', Number.POSITIVE_INFINITY],
    ['12345678901234567890.5', Number('12345678901234567890.5')],
    ['0.1234567890123456789', Number('0.1234567890123456789')],
    ['"12345678901234567890"', '12345678901234567890'],
    ['"\\\\"', '\\'],
    ['"a\\"[{"', 'a"[{'],
  ])('%s', (text, value) => {
    expect(boundedJson(text)).toEqual({ ok: true, value })
  })

  test('any text is JSON or refused as JSON.parse does; what is cut says so', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1e-') }))
    fc.assert(
      fc.property(text, (written) => {
        let expected: unknown
        try {
          expected = JSON.parse(written)
        } catch {
          expect(boundedJson(written).ok).toBe(false)
          return
        }
        expect(boundedJson(written)).toEqual({ ok: true, value: asWritten(expected) })
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(), (value, at) => {
        const whole = JSON.stringify(value)
        expect(boundedJson(whole.slice(0, at % whole.length))).toEqual({
          ok: false,
          came: 'JSON that is cut off',
          cut: true,
        })
      }),
    )
  })

  test('depth and number of values are bounded before anything is made of them', () => {
    expect(boundedJson(`${'['.repeat(2400)}${']'.repeat(2400)}`).ok).toBe(true)
    expect(boundedJson('['.repeat(2401))).toMatchObject({ came: 'JSON nested deeper than 2400', cut: false })
    expect(boundedJson('{"a":'.repeat(30_000_000 / 5))).toMatchObject({
      came: 'JSON nested deeper than 2400',
    })
    expect(boundedJson(`[${'{},'.repeat(5_000_000)}{}]`)).toMatchObject({
      came: 'JSON of more than 2000000 values',
    })
  })
})

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answerOf } from './answer.ts'
import { listOf } from './listOf.ts'
import { answerError, checkJson, readJson } from './readJson.ts'
import { AnswerError } from './sourceError.ts'

const SCHEMA = z.object({
  txid: z.string().regex(/^[0-9a-f]{64}$/, 'a transaction id'),
  outs: z.array(z.union([z.object({ sats: z.int().min(0) }), z.object({ wei: z.string() }), z.null()])),
})
const TXID = 'ab'.repeat(32)

describe('readJson', () => {
  test('gives what the schema makes', () => {
    const bytes = Buffer.from(JSON.stringify({ txid: TXID, outs: [{ sats: 1 }, null], more: true }))
    expect(readJson(SCHEMA)(answerOf(200, bytes))).toEqual({ txid: TXID, outs: [{ sats: 1 }, null] })
  })

  test.each<[unknown, string, string, string]>([
    [null, '$', 'object', 'null'],
    [[1, 2], '$', 'object', 'an array of 2'],
    [{ outs: [] }, '$.txid', 'string', 'nothing'],
    [{ txid: 'AB', outs: [] }, '$.txid', 'a transaction id', '"AB"'],
    [{ txid: TXID, outs: {} }, '$.outs', 'array', 'an object of '],
    [{ txid: TXID, outs: [{ sats: -1 }] }, '$.outs[0].sats', 'number to be >=0', '-1'],
    [{ txid: TXID, outs: [null, { sats: 1.5 }] }, '$.outs[1].sats', 'int', '1.5'],
    [
      { txid: TXID, outs: [{ sats: '12345678901234567890' }] },
      '$.outs[0].sats',
      'number',
      '"12345678901234567890"',
    ],
    [
      { txid: TXID, outs: [{ a: 1, b: 2, c: 3, d: 4, e: 5, 'f\n': 6 }] },
      '$.outs[0].sats',
      'number',
      'nothing',
    ],
    [
      { txid: { a: 1, 'b\n': 2, c: 3, d: 4, e: 5, f: 6 } },
      '$.txid',
      'string',
      'an object of a, b\\u{a}, c, d, e, …',
    ],
  ])('%j', (value, path, expected, came) => {
    const bytes = Buffer.from(JSON.stringify(value))
    const read = () => readJson(SCHEMA)(answerOf(200, bytes))
    expect(read).toThrow(AnswerError)
    try {
      read()
    } catch (error) {
      expect(error).toMatchObject({ code: 'NET_BAD_ANSWER', data: { path, expected, came: came.trim() } })
    }
    const { error } = SCHEMA.safeParse(value)
    expect(answerError(error!, value).data).toMatchObject({ path, expected })
  })

  test.each<[z.ZodType, unknown, string]>([
    [z.strictObject({ a: z.int() }), { a: 1, b: 2 }, 'no key "b"'],
    [z.strictObject({ a: z.int() }), { a: 1, b: 2, c: 3 }, 'no keys "b", "c"'],
    [z.int().max(5), 6, 'number to be <=5'],
    [z.array(z.int()).min(1), [], 'array to have >=1 items'],
    [z.enum(['a', 'b']), 'c', 'one of "a"|"b"'],
    [z.string().startsWith('0x'), 'a', 'string to start with "0x"'],
    [z.number().multipleOf(2), 1, 'number to be a multiple of 2'],
    [z.discriminatedUnion('k', [z.object({ k: z.literal(1) })]), { k: 2 }, "'1'"],
    [z.record(z.string().regex(/^a/), z.int()), { b: 1 }, 'valid key in record'],
    [z.hex(), 'x', 'valid hex'],
  ])('zod’s words fit behind "expected": %#', (schema, value, expected) => {
    expect(answerError(schema.safeParse(value).error!, value).data).toMatchObject({ expected })
  })

  test('a part is called by its place', () => {
    expect(() => checkJson(z.array(z.int()), [1, 'x'], '$.result')).toThrow(
      'expected number at $.result[1], got "x"',
    )
  })

  test('as many faults as an answer may have are no more work than one', () => {
    const wrong = new Array(300_000).fill(1)
    expect(() => checkJson(z.array(z.string()), wrong)).toThrow('expected string at $[0], got 1')
  })
})

describe('listOf', () => {
  const pairs = listOf(z.object({ a: listOf(z.int(), { max: 2 }), b: z.string().nullish() }), { min: 1 })

  test('gives what it is made of', () => {
    expect(checkJson(pairs, [{ a: [1, 2], b: 'x', c: 0 }, { a: [] }])).toEqual([
      { a: [1, 2], b: 'x' },
      { a: [] },
    ])
    expect(checkJson(z.object({ all: pairs.nullish() }), {})).toEqual({})
  })

  test.each([
    [{}, 'expected array at $, got an object of'],
    [[], 'expected an array of 1 items or more at $, got an array of 0'],
    [[{ a: [1, 2, 3] }], 'expected an array of 0 to 2 items at $[0].a, got an array of 3'],
    [[{ a: [] }, { a: [1, 'x'] }], 'expected number at $[1].a[1], got "x"'],
    [[{ b: 'x' }], 'expected array at $[0].a, got nothing'],
  ])('%j is refused with its place', (value, message) => {
    expect(() => checkJson(pairs, value)).toThrow(message)
  })

  test('looks at no item behind the first that is wrong', () => {
    let looked = 0
    const item = z.custom<number>((value) => {
      looked++
      return typeof value === 'number'
    })
    expect(() => checkJson(listOf(item), [1, 'x', 'y', 'z'])).toThrow('$[1]')
    expect(looked).toBe(2)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerError } from '../../net/index.ts'
import { readContract } from './contract.ts'
import { readMessage } from './protobuf.ts'

type Field = readonly [field: number, value: bigint | Uint8Array]

function varint(value: bigint): number[] {
  const rest = BigInt.asUintN(64, value)
  return rest < 128n ? [Number(rest)] : [Number(rest & 127n) | 128, ...varint(rest >> 7n)]
}

function written(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([field, value]) =>
      typeof value === 'bigint'
        ? [...varint(BigInt(field * 8)), ...varint(value)]
        : [...varint(BigInt(field * 8 + 2)), ...varint(BigInt(value.length)), ...value],
    ),
  )
}

const plain = (blobs: readonly Uint8Array[]): number[][] => blobs.map((blob) => [...blob])

const SEED = { seed: 7, numRuns: 500 }
const someField = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 2 ** 29 - 1 }))
const someBytes = fc.uint8Array({ maxLength: 200 })
const someFields = fc.array(
  fc.tuple(someField, fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), someBytes)),
)

describe('readMessage', () => {
  it('reads what was written; the last of a field counts', () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const message = readMessage(written(fields))
        for (const [field] of fields) {
          const own = fields.filter(([each]) => each === field).map(([, value]) => value)
          const ints = own.filter((value) => typeof value === 'bigint')
          const blobs = own.filter((value) => typeof value !== 'bigint')
          expect(message.int(field)).toBe(ints.at(-1) ?? 0n)
          expect([...message.bytes(field)]).toEqual([...(blobs.at(-1) ?? [])])
          expect(plain(message.list(field))).toEqual(plain(blobs))
        }
      }),
      SEED,
    )
  })

  it('merges the parts of a message', () => {
    fc.assert(
      fc.property(someFields, someFields, (first, second) => {
        const parts = written([first, second].map((fields) => [9, written(fields)] as const))
        const whole = readMessage(written([...first, ...second]))
        const merged = readMessage(parts).message(9)
        for (const [field] of [...first, ...second]) {
          expect(merged.int(field)).toBe(whole.int(field))
          expect(plain(merged.list(field))).toEqual(plain(whole.list(field)))
        }
      }),
      { ...SEED, numRuns: 100 },
    )
  })

  it.each([
    ['fixed numbers', '09 0102030405060708 0d 01020304 1007', 7n],
    ['a group, and a group in it', '1b 1005 23 24 1c 1007', 7n],
    ['nothing after a group', '1007 1b 1005 1c', 7n],
  ])('passes over %s', (_, hex, expected) => {
    expect(readMessage(Buffer.from(hex.replaceAll(' ', ''), 'hex')).int(2)).toBe(expected)
  })

  it.each([
    ['a number that does not end', '10ff'],
    ['a number of 11 bytes', `10${'ff'.repeat(10)}01`],
    ['more bytes than there are', '120561'],
    ['a length of 2^63', '12ffffffffffffffff7f61'],
    ['field 0', '0001'],
    ['wire type 7', '0f'],
    ['a group that does not end', '1b1005'],
    ['the end of another group', '1b2c'],
    ['an end without a group', '1c'],
    ['a hundred and one groups', '1b'.repeat(101) + '1c'.repeat(101)],
  ])('refuses %s', (_, hex) => {
    expect(() => readMessage(Buffer.from(hex, 'hex'))).toThrow(AnswerError)
  })
})

describe('readContract', () => {
  const owner = Uint8Array.of(0x41, ...new Uint8Array(20).fill(1))
  const to = Uint8Array.of(0x41, ...new Uint8Array(20).fill(2))
  const raw = (kind: bigint, value: readonly Field[]): Uint8Array =>
    written([
      [
        11,
        written([
          [1, kind],
          [2, written([[2, written(value)]])],
        ]),
      ],
    ])
  const [A, B] = [`41${'01'.repeat(20)}`, `41${'02'.repeat(20)}`]

  it('an endowment, and tokens with a call', () => {
    expect(
      readContract(
        raw(30n, [
          [1, owner],
          [2, written([[5, 8n]])],
        ]),
      ),
    ).toEqual({
      owner: A,
      creates: true,
      sun: 8n,
    })
    const call = raw(31n, [
      [1, owner],
      [2, to],
      [5, 9n],
      [6, 1_000_001n],
    ])
    expect(readContract(call)).toEqual({
      owner: A,
      to: B,
      sun: 0n,
      token: { name: Buffer.from('1000001'), amount: 9n },
    })
  })

  it('the owner of other kinds', () => {
    expect(readContract(raw(4n, [[1, owner]]))).toEqual({ owner: A })
    expect(
      readContract(
        raw(10n, [
          [1, to.subarray(1)],
          [2, owner],
        ]),
      ),
    ).toEqual({ owner: A })
    expect(readContract(raw(51n, []))).toEqual({ owner: null })
  })

  it.each([
    [
      'no payee',
      raw(1n, [
        [1, owner],
        [3, 5n],
      ]),
    ],
    [
      'less than nothing',
      raw(1n, [
        [1, owner],
        [2, to],
        [3, -5n],
      ]),
    ],
    ['no contract', Uint8Array.of()],
    [
      'two contracts',
      written([
        [11, raw(1n, [])],
        [11, raw(1n, [])],
      ]),
    ],
  ])('refuses %s', (_, bytes) => {
    expect(() => readContract(bytes)).toThrow(AnswerError)
  })

  it('ends with an answer or an error of the source, whatever the bytes', () => {
    const valid = raw(1n, [
      [1, owner],
      [2, to],
      [3, 5n],
    ])
    const mutated = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 })
      .map((changes) => {
        const bytes = Uint8Array.from(valid)
        for (const [at, value] of changes) bytes[at] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(mutated, someBytes), (bytes) => {
        try {
          const { owner: found, sun = 0n } = readContract(bytes)
          expect(found === null || /^41[0-9a-f]{40}$/.test(found)).toBe(true)
          expect(sun >= 0n).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(AnswerError)
        }
      }),
      { seed: 7, numRuns: 3000 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { parseSeeds } from './readSeedFile.ts'

const seeds = (text: string): [string, string | null][] =>
  parseSeeds(text, 's.csv').map(({ address, theft }) => [address, theft])

describe('parseSeeds', () => {
  test('one address a line; byte order mark, blank lines, comments and spaces are passed over', () => {
    expect(seeds('\ufeff# from the victim\n0xaa\n\n  0xbb \r\n# end\n')).toEqual([
      ['0xaa', null],
      ['0xbb', null],
    ])
  })

  test('a header names the columns in any order and case', () => {
    expect(seeds('Theft,note,Address\nbridge,"a, b",0xaa\n,x,0xbb\n')).toEqual([
      ['0xaa', 'bridge'],
      ['0xbb', null],
    ])
  })

  test('lines are those of the file', () => {
    expect(parseSeeds('# one\n\naddress\n0xaa\n', 's.csv')).toEqual([
      { line: 4, address: '0xaa', theft: null },
    ])
  })

  test.each([
    ['', 's.csv: no addresses.'],
    ['address\n', 's.csv: no addresses.'],
    ['0xaa,0xbb\n', 's.csv:1: several columns, but no header that names one "address".'],
    ['theft,address\nx\n', 's.csv:2: no address.'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseSeeds(text, 's.csv')).toThrow(message)
  })

  test('any text gives seeds or a LootlineError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          for (const { address } of parseSeeds(text, 's.csv')) expect(address).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(LootlineError)
        }
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialectOf, splitCsv, type TextRecord } from './splitCsv.ts'

/** Pieces of the text, cut at the places given. */
async function* pieces(text: string, cuts: readonly number[]): AsyncGenerator<string, void> {
  const at = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b)
  for (const [i, end] of at.slice(1).entries()) yield text.slice(at[i], end)
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '0', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '€'),
    maxLength: 6,
  }),
  fc.constantFrom('x', '0xab', '1.5'),
)
/** Cells, or a line without text. */
const row = fc.oneof(
  { weight: 4, arbitrary: fc.array(cell, { minLength: 2, maxLength: 5 }) },
  fc.constantFrom('', '  '),
)

describe('splitCsv', () => {
  test('reads what was written, with the line each record begins on, wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 8 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 5 }),
        async (rows, delimiter, newline, allQuoted, ended, cuts) => {
          const written: string[] = []
          const expected: TextRecord[] = []
          let line = 1
          for (const cells of [['first', 'second', 'third'], ...rows]) {
            if (typeof cells === 'string') written.push(cells)
            else {
              const bare = (one: string): boolean => !allQuoted && /^[ a-z0-9.é€]*$/.test(one)
              written.push(cells.map((one) => (bare(one) ? one : quoted(one))).join(delimiter))
              expected.push({ line, cells })
            }
            line += written.at(-1)!.split(newline.at(-1)!).length
          }
          const text = written.join(newline) + (ended ? newline : '')
          const read: TextRecord[] = []
          for await (const records of splitCsv(pieces(text, cuts), 't.csv', dialectOf(text)))
            read.push(...records)
          expect(read).toEqual(expected)
        },
      ),
      { seed: 11, numRuns: 1500 },
    )
  })

  test.each([
    ['', 'x'],
    ['', ','],
    ['', '"\n",'],
    ['"', 'x\n'],
    ['"', '""'],
    ['"', ',\n'],
  ])('gives up on a row of %j and then %j for ever', async (start, unit) => {
    const endless = async function* (): AsyncGenerator<string, void> {
      yield `a,b\n\n${start}`
      for (let i = 0; i < 1000; i++) yield unit.repeat(0x4000)
    }
    const read = async (): Promise<void> => {
      for await (const _ of splitCsv(endless(), 't.csv', { delimiter: ',', newline: '\n' }));
    }
    await expect(read()).rejects.toMatchObject({ data: { code: 'TABLE_LINE_TOO_LONG', line: 3 } })
  })
})

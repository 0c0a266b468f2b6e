import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCsvSplitter, dialectOf, type TextRecord } from './splitCsv.ts'

/** Pieces of the text, cut at the places given. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => text.slice(at[i], end))
}

function split(text: string, cuts: readonly number[]): TextRecord[] {
  const splitter = createCsvSplitter('t.csv', dialectOf(text))
  return [...pieces(text, cuts).flatMap((piece) => splitter.push(piece)), ...splitter.end()]
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '0', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '€'),
    maxLength: 6,
  }),
  fc.constantFrom('x', '0xab', '1.5'),
)
const row = fc.array(cell, { minLength: 2, maxLength: 5 })
const cuts = fc.array(fc.nat(), { maxLength: 5 })

describe('createCsvSplitter', () => {
  test('reads what csv-parse reads, wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        cuts,
        (rows, delimiter, newline, ended, at) => {
          const header = ['first', 'second', 'third'].join(delimiter)
          const lines = rows.map((cells) =>
            cells.map((one) => (/^[a-z0-9.]*$/.test(one) ? one : quoted(one))).join(delimiter),
          )
          const text = [header, ...lines].join(newline) + (ended ? newline : '')
          const expected = parse(text, {
            delimiter,
            record_delimiter: newline,
            relax_column_count: true,
            skip_empty_lines: true,
          }) as string[][]
          expect(split(text, at).map(({ cells }) => cells)).toEqual(expected)
        },
      ),
      { seed: 11, numRuns: 1500 },
    )
  })

  test('counts the lines that records begin on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), cuts, (breaks, at) => {
        const records = breaks.map((count) => `"${'x\n'.repeat(count)}",y`)
        let line = 2
        const expected = breaks.map((count) => {
          const begin = line
          line += count + 1
          return begin
        })
        expect(
          split(['a,b', ...records].join('\n'), at)
            .slice(1)
            .map((record) => record.line),
        ).toEqual(expected)
      }),
      { seed: 12, numRuns: 300 },
    )
  })
})

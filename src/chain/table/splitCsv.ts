/**
 * CSV text to records, in bounded memory and with exact line numbers. `csv-parse` splits, since quoting is where splitters
 * of one's own go wrong. Ours are the dialect, the line a record begins on (csv-parse tells where it ends, and counts a
 * CRLF in quotes twice) and a bound on what `max_record_size` does not count: delimiters.
 *
 * `openTable` reads 110,000 rows of 198 bytes per second of CPU (300,000 LaunderNet rows, Node 24, csv-parse 7.0.3, other
 * work running); with a splitter of our own it read 290,000.
 * @module
 */
import { promisify } from 'node:util'
import { CsvError, parse } from 'csv-parse'
import { BadFileError } from './readText.ts'

/** One record and where it began. */
export interface TextRecord {
  /** 1-based. */
  readonly line: number
  readonly cells: readonly string[]
}

/** How a file writes records. */
export interface CsvDialect {
  readonly delimiter: string
  readonly newline: '\n' | '\r'
}

/** Longest record accepted, in characters: explorers' rows have hundreds. */
export const MAX_RECORD_LENGTH: number = 1024 * 1024

/** The dialect of a file, from the line ends and delimiters outside quotes in its first line that is not blank. */
export function dialectOf(head: string): CsvDialect {
  const counts = new Map([
    [',', 0],
    [';', 0],
    ['\t', 0],
  ])
  let quoted = false
  let blank = true
  let newline: CsvDialect['newline'] = '\n'
  for (let i = 0; i < head.length; i++) {
    const c = head[i]!
    if (c === '"') quoted = !quoted
    if (!quoted && (c === '\n' || c === '\r')) {
      newline = c === '\r' && head[i + 1] !== '\n' ? '\r' : '\n'
      if (!blank) break
    } else {
      const count = quoted ? undefined : counts.get(c)
      if (count !== undefined) counts.set(c, count + 1)
      if (c.trim() !== '') blank = false
    }
  }
  const [[delimiter]] = [...counts].sort((a, b) => b[1] - a[1]) as [[string, number]]
  return { delimiter, newline }
}

/**
 * Batches of records, one for each chunk of text; lines without text are passed over. A quote inside an unquoted value,
 * and a quoted value with text after it, are taken as they stand.
 * @throws BadFileError where a record is longer than {@link MAX_RECORD_LENGTH} or a quote is still open at the end.
 */
export async function* splitCsv(
  chunks: AsyncIterable<string>,
  file: string,
  { delimiter, newline }: CsvDialect,
): AsyncGenerator<TextRecord[], void> {
  const records: TextRecord[] = []
  /** Where the next record begins, but for the empty lines before it. */
  let line = 1
  const parser = parse({
    delimiter,
    max_record_size: MAX_RECORD_LENGTH,
    record_delimiter: newline === '\r' ? newline : ['\r\n', newline],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Collected here, so that a chunk gives one batch and not a stream of single records.
    on_record: (cells: string[], { empty_lines }) => {
      if (cells.length > 1 || cells[0]!.trim() !== '') records.push({ line: line + empty_lines, cells })
      line += 1 + cells.reduce((count, cell) => count + breaksIn(cell, newline), 0)
      return null
    },
  })
  // Errors come by the callbacks of write and end; without a listener the event would end the process.
  parser.on('error', () => {})
  const write = promisify((text: string, done: Done) => parser.write(text, done))
  const end = promisify((done: Done) => parser.end(done))
  const ended = (): number => parser.info.records + parser.info.empty_lines
  try {
    /** Characters since a record or an empty line last ended, in whole chunks. */
    let unfinished = 0
    for await (const text of chunks) {
      const before = ended()
      await write(text)
      unfinished = ended() === before ? unfinished + text.length : 0
      if (unfinished > MAX_RECORD_LENGTH) throw tooLong(file, line + parser.info.empty_lines)
      yield records.splice(0)
    }
    await end()
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const at = line + parser.info.empty_lines
    if (error.code !== 'CSV_QUOTE_NOT_CLOSED') throw tooLong(file, at)
    throw new BadFileError(
      { code: 'TABLE_OPEN_QUOTE', file, line: at },
      'a quote is opened in this row and never closed; all that follows would be lost in it',
      'Close or remove the quote, or export the file again.',
    )
  }
  yield records
}

function breaksIn(text: string, newline: string): number {
  return text.includes(newline) ? text.split(newline).length - 1 : 0
}

type Done = (error?: Error | null) => void

function tooLong(file: string, line: number): BadFileError {
  return new BadFileError(
    { code: 'TABLE_LINE_TOO_LONG', file, line },
    `this row is longer than ${MAX_RECORD_LENGTH} characters`,
    'Look for a quote that is never closed or a file without line ends; export the file again.',
  )
}

/**
 * CSV text to records (RFC 4180, with LF, CRLF or CR line ends), in bounded memory and with exact line numbers.
 * Written here because a record without quotes is one `split`: 610,000 rows of 245 bytes a second, where csv-parse 7.0.3
 * did 105,000 to 135,000 (Node 24, one of two cores, other work running). csv-parse is the reference in the property test.
 * @module
 */
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

const QUOTE = 34

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

/** A splitter fed chunk by chunk. Blank lines are passed over. */
export interface CsvSplitter {
  /** @throws BadFileError where a record is longer than {@link MAX_RECORD_LENGTH}. */
  push(text: string): TextRecord[]
  /** @throws BadFileError where a quote is still open. */
  end(): TextRecord[]
}

export function createCsvSplitter(file: string, { delimiter, newline }: CsvDialect): CsvSplitter {
  let rest = ''
  let line = 1

  const add = (records: TextRecord[], cells: string[]): void => {
    if (cells.length > 1 || cells[0]!.trim() !== '') records.push({ line, cells })
  }

  const split = (final: boolean): TextRecord[] => {
    const records: TextRecord[] = []
    let start = 0
    let quote = rest.indexOf('"')
    while (start < rest.length) {
      let end = rest.indexOf(newline, start)
      if (quote >= 0 && quote < start) quote = rest.indexOf('"', start)
      if (quote >= 0 && (quote < end || end < 0)) {
        const record = splitQuoted(rest, start, delimiter, newline, final)
        if (record === null) break
        assertLength(record.next - start, file, line)
        add(records, record.cells)
        line += record.lines
        start = record.next
        continue
      }
      if (end < 0) {
        if (!final) break
        end = rest.length
      }
      assertLength(end - start, file, line)
      const crlf = newline === '\n' && rest.charCodeAt(end - 1) === 13 && end > start
      add(records, rest.slice(start, crlf ? end - 1 : end).split(delimiter))
      line++
      start = end + 1
    }
    rest = rest.slice(start)
    assertLength(rest.length, file, line)
    return records
  }

  return {
    push: (text) => {
      rest += text
      return split(false)
    },
    end: () => {
      const records = split(true)
      if (rest === '') return records
      throw new BadFileError(
        { code: 'TABLE_OPEN_QUOTE', file, line },
        'a quote is opened in this row and never closed; all that follows would be lost in it',
        'Close or remove the quote, or export the file again.',
      )
    },
  }
}

/**
 * One record with quotes. A quote inside an unquoted value, and text after a closing quote, are taken as they stand.
 * Null where the record goes on beyond the text.
 */
function splitQuoted(
  text: string,
  start: number,
  delimiter: string,
  newline: string,
  final: boolean,
): { cells: string[]; next: number; lines: number } | null {
  const cells: string[] = []
  let lines = 1
  let i = start
  for (;;) {
    let value = ''
    let quoted = false
    if (text.charCodeAt(i) === QUOTE) {
      quoted = true
      for (let from = i + 1; ; ) {
        const close = text.indexOf('"', from)
        if (close < 0 || (close + 1 === text.length && !final)) return null
        value += text.slice(from, close)
        i = close + 1
        if (text.charCodeAt(i) !== QUOTE) break
        value += '"'
        from = i + 1
      }
      for (const c of value) if (c === newline) lines++
    }
    const from = i
    while (i < text.length && text[i] !== delimiter && text[i] !== newline) i++
    if (i === text.length && !final) return null
    const atEnd = text[i] !== delimiter
    const bare = text.slice(from, i)
    const tail = atEnd && newline === '\n' && bare.endsWith('\r') ? bare.slice(0, -1) : bare
    cells.push(quoted ? value + tail.trim() : tail)
    i++
    if (atEnd) return { cells, next: i, lines }
  }
}

function assertLength(length: number, file: string, line: number): void {
  if (length <= MAX_RECORD_LENGTH) return
  throw new BadFileError(
    { code: 'TABLE_LINE_TOO_LONG', file, line },
    `this row is longer than ${MAX_RECORD_LENGTH} characters`,
    'Look for a quote that is never closed or a file without line ends; export the file again.',
  )
}

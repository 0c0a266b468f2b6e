/**
 * A file as a header and records, CSV or JSON alike.
 * @module
 */
import { jsonCells, jsonColumns, jsonKind, readJsonDocument, readJsonLines } from './readJson.ts'
import { BadFileError, readText } from './readText.ts'
import { dialectOf, splitCsv, type TextRecord } from './splitCsv.ts'

export interface Records {
  readonly header: readonly string[]
  /** Records in a CSV and in JSON Lines are on lines, in a JSON array they are items. */
  readonly place: 'line' | 'item'
  /** True where a record may lack a column (JSON). */
  readonly sparse: boolean
  /** Reads the file from its start. `columns` are further ones to look for in JSON. */
  batches(columns: readonly string[]): AsyncGenerator<readonly TextRecord[], void>
}

/** Rows of a JSON array handed on at a time. */
const BATCH = 1000

/** @throws BadFileError */
export async function openRecords(path: string, file: string): Promise<Records> {
  const head = await firstText(path)
  if (head.trim() === '') throw blank(file)
  const kind = jsonKind(head)
  if (kind === 'document') return fromDocument(await readJsonDocument(path, file), file)
  return kind === 'lines' ? fromLines(path, file) : fromCsv(path, file, head)
}

function blank(file: string): BadFileError {
  return new BadFileError({ code: 'TABLE_EMPTY', file }, 'the file is blank', 'Export it again.')
}

async function firstText(path: string): Promise<string> {
  for await (const text of readText(path)) return text
  return ''
}

function fromDocument(values: readonly unknown[], file: string): Records {
  const header = jsonColumns(values)
  if (header.length === 0) {
    throw new BadFileError(
      { code: 'TABLE_EMPTY', file },
      'the array has no rows',
      'There is nothing to import.',
    )
  }
  return {
    header,
    place: 'item',
    sparse: true,
    async *batches(columns) {
      const all = [...header, ...columns]
      for (let i = 0; i < values.length; i += BATCH) {
        yield values.slice(i, i + BATCH).map((value, j) => jsonCells({ line: i + j + 1, value }, all))
      }
    },
  }
}

async function fromLines(path: string, file: string): Promise<Records> {
  let header: string[] = []
  for await (const batch of readJsonLines(path, file)) {
    header = jsonColumns(batch.map(({ value }) => value))
    if (header.length > 0) break
  }
  if (header.length === 0) {
    const what = 'neither a JSON document nor lines with a JSON object each'
    throw new BadFileError({ code: 'TABLE_BAD_JSON', file }, what, 'Fetch or export the file again.')
  }
  return {
    header,
    place: 'line',
    sparse: true,
    async *batches(columns) {
      const all = [...header, ...columns]
      for await (const batch of readJsonLines(path, file)) yield batch.map((record) => jsonCells(record, all))
    },
  }
}

async function fromCsv(path: string, file: string, head: string): Promise<Records> {
  const dialect = dialectOf(head)
  const batches = (): AsyncGenerator<TextRecord[], void> => splitCsv(readText(path), file, dialect)
  const header = await firstRecord(batches())
  if (header === undefined) throw blank(file)
  return {
    header: header.cells.map((name) => name.trim()),
    place: 'line',
    sparse: false,
    async *batches() {
      let isBody = false
      for await (const records of batches()) {
        yield isBody ? records : records.slice(1)
        isBody ||= records.length > 0
      }
    },
  }
}

async function firstRecord(batches: AsyncIterable<TextRecord[]>): Promise<TextRecord | undefined> {
  for await (const [first] of batches) if (first !== undefined) return first
  return undefined
}

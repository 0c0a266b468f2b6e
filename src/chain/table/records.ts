/**
 * A file as a header and records, CSV or JSON alike.
 * @module
 */
import {
  type JsonRecord,
  jsonCells,
  jsonColumns,
  jsonKind,
  readJsonDocument,
  readJsonLines,
} from './readJson.ts'
import { BadFileError, readText } from './readText.ts'
import { createCsvSplitter, dialectOf, type TextRecord } from './splitCsv.ts'

export interface Records {
  readonly header: readonly string[]
  /** Records in a CSV and in JSON Lines are on lines, in a JSON array they are items. */
  readonly place: 'line' | 'item'
  /** True where a record may lack a column (JSON). */
  readonly sparse: boolean
  /** Reads the file from its start. `columns` are further ones to look for in JSON. */
  batches(columns: readonly string[]): AsyncGenerator<readonly TextRecord[], void>
}

/** @throws BadFileError */
export async function openRecords(path: string, file: string): Promise<Records> {
  const head = await firstText(path)
  if (head.trim() === '')
    throw new BadFileError({ code: 'TABLE_EMPTY', file }, 'the file is blank', 'Export it again.')
  const kind = jsonKind(head)
  if (kind === 'document') return fromDocument(await readJsonDocument(path, file), file)
  return kind === 'lines' ? fromLines(path, file) : fromCsv(path, file, head)
}

async function firstText(path: string): Promise<string> {
  for await (const text of readText(path)) return text
  return ''
}

function fromDocument(records: readonly JsonRecord[], file: string): Records {
  const header = jsonColumns(records)
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
      for (let i = 0; i < records.length; i += 1000) {
        yield records.slice(i, i + 1000).map((record) => jsonCells(record, all))
      }
    },
  }
}

async function fromLines(path: string, file: string): Promise<Records> {
  let header: string[] = []
  for await (const batch of readJsonLines(path, file)) {
    header = jsonColumns(batch)
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

function fromCsv(path: string, file: string, head: string): Records {
  const dialect = dialectOf(head)
  const splitter = createCsvSplitter(file, dialect)
  const header = splitter.push(head)[0] ?? splitter.end()[0]
  return {
    header: (header?.cells ?? []).map((name) => name.trim()),
    place: 'line',
    sparse: false,
    async *batches() {
      const { push, end } = createCsvSplitter(file, dialect)
      let isHeader = true
      const body = (records: TextRecord[]): TextRecord[] => {
        if (!isHeader || records.length === 0) return records
        isHeader = false
        return records.slice(1)
      }
      for await (const text of readText(path)) yield body(push(text))
      yield body(end())
    },
  }
}

/**
 * JSON exports as records: an array of objects, an API's answer that wraps one, or JSON Lines. Bounded in size and depth.
 * Numbers keep the digits they are written with: no float is made of an amount.
 * @module
 */
import { printable } from '../../units/text.ts'
import { BadFileError, readText } from './readText.ts'
import { MAX_RECORD_LENGTH, type TextRecord } from './splitCsv.ts'

/** Longest JSON document, in characters: an answer of 10,000 rows has 8 million. JSON Lines are bounded by the line. */
const MAX_JSON_LENGTH = 16 * 1024 * 1024
/** Values in one document: the same answer has 250,000. A million empty objects take some 500 MB while parsed. */
const MAX_VALUES = 1_000_000
/** Explorers' answers are 4 deep (document, array, row, token information). */
const MAX_DEPTH = 16
const MAX_COLUMNS = 256
/** Where explorers' APIs put their rows: Etherscan, TronGrid, Tronscan. */
const WRAPPERS = ['result', 'data', 'token_transfers']

/** JSON that is no export. */
const ELSEWHERE = 'Labels go to lootline labels add, flows to lootline report.'

type Row = ReadonlyMap<string, string>

/** A value of JSON with its place. */
export interface JsonRecord {
  /** 1-based line of JSON Lines, or item of an array. */
  readonly line: number
  /** An object, where the row is good. */
  readonly value: unknown
}

/** `document`: one JSON value; `lines`: one object a line. */
export function jsonKind(head: string): 'document' | 'lines' | null {
  const start = head.trimStart()
  if (start.startsWith('[')) return 'document'
  if (!start.startsWith('{')) return null
  const end = start.search(/[\r\n]/)
  const first = parse(end < 0 ? start : start.slice(0, end))
  return first === undefined || rowsOf(first) !== null || isEnvelope(first) ? 'document' : 'lines'
}

/** @throws BadFileError where the document is no table, too large or too deep, or is an API's error. */
export async function readJsonDocument(path: string, file: string): Promise<readonly unknown[]> {
  let text = ''
  for await (const chunk of readText(path)) {
    text += chunk
    if (text.length > MAX_JSON_LENGTH) {
      throw new BadFileError(
        { code: 'TABLE_JSON_TOO_LARGE', file },
        `the JSON document is longer than ${MAX_JSON_LENGTH} characters`,
        'Convert it to JSON Lines (one object a line) or CSV, which are read in pieces.',
      )
    }
  }
  const document = parse(text)
  if (document === undefined)
    throw badJson(
      file,
      `not valid JSON, nested deeper than ${MAX_DEPTH}, or of more than ${MAX_VALUES} values`,
    )
  const rows = rowsOf(document)
  if (rows === null) {
    const said = isObject(document)
      ? (document['result'] ?? document['message'] ?? document['error'])
      : undefined
    const quote = typeof said === 'string' ? `; it says "${printable(said)}"` : ''
    throw badJson(
      file,
      `no array of rows, nor one under ${WRAPPERS.map((key) => `"${key}"`).join(', ')}${quote}`,
    )
  }
  return rows
}

/** Batches of JSON Lines. @throws BadFileError where a line is too long. */
export async function* readJsonLines(path: string, file: string): AsyncGenerator<JsonRecord[], void> {
  let rest = ''
  let line = 0
  const record = (text: string): JsonRecord => ({ line, value: parse(text) })
  for await (const chunk of readText(path)) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    const batch: JsonRecord[] = []
    for (const text of lines) {
      line++
      assertLine(text, file, line)
      if (text.trim() !== '') batch.push(record(text))
    }
    assertLine(rest, file, line + 1)
    yield batch
  }
  line++
  if (rest.trim() !== '') yield [record(rest)]
}

/** The columns of the rows, in order of first appearance. */
export function jsonColumns(values: Iterable<unknown>): string[] {
  const columns = new Set<string>()
  for (const value of values) for (const key of rowOf(value)?.keys() ?? []) columns.add(key)
  return [...columns].slice(0, MAX_COLUMNS)
}

/** The record under these columns; an absent value is '', and what is no object has no cells. */
export function jsonCells({ line, value }: JsonRecord, columns: readonly string[]): TextRecord {
  const row = rowOf(value)
  return { line, cells: row === null ? [] : columns.map((column) => row.get(column) ?? '') }
}

/** The JSON value with numbers as text; undefined where there is none or it is beyond the bounds. */
function parse(text: string): unknown {
  if (isUnbounded(text)) return undefined
  // ES2025 "JSON.parse source text access": the third argument has the literal as written.
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? context!.source! : value
  try {
    return JSON.parse(text, keepDigits)
  } catch {
    return undefined
  }
}

function isUnbounded(text: string): boolean {
  let depth = 0
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++
    } else if (c === 44) values++
    else if (c === 91 || c === 123) depth++
    else if (c === 93 || c === 125) depth--
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true
  }
  return false
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Etherscan's answer without rows: `{"status":"0","message":"NOTOK","result":"Max rate limit reached"}`. */
function isEnvelope(value: unknown): boolean {
  return isObject(value) && ['status', 'message', 'result'].every((key) => Object.hasOwn(value, key))
}

function rowsOf(document: unknown): readonly unknown[] | null {
  if (Array.isArray(document)) return document
  if (!isObject(document)) return null
  for (const key of WRAPPERS) {
    const rows = Object.hasOwn(document, key) ? document[key] : undefined
    if (Array.isArray(rows)) return rows
  }
  return null
}

/** Objects inside a row become columns with dotted names, `tokenInfo.tokenAbbr`; arrays are left out. */
function rowOf(value: unknown): Row | null {
  if (!isObject(value)) return null
  const row = new Map<string, string>()
  const add = (object: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [key, cell] of Object.entries(object)) {
      if (row.size >= MAX_COLUMNS) return
      if (isObject(cell)) add(cell, `${prefix}${key}.`)
      else if (!Array.isArray(cell)) row.set(prefix + key, cell === null ? '' : String(cell))
    }
  }
  add(value, '')
  return row
}

function assertLine(text: string, file: string, line: number): void {
  if (text.length <= MAX_RECORD_LENGTH) return
  throw new BadFileError(
    { code: 'TABLE_LINE_TOO_LONG', file, line },
    `this line is longer than ${MAX_RECORD_LENGTH} characters`,
    'JSON Lines have one object a line; a JSON array must start with "[".',
  )
}

function badJson(file: string, what: string): BadFileError {
  return new BadFileError(
    { code: 'TABLE_BAD_JSON', file },
    what,
    `Fetch or export the file again. ${ELSEWHERE}`,
  )
}

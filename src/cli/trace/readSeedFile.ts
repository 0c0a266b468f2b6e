/**
 * Seeds from a file: one address a line, or CSV with the header `address` and perhaps `theft`.
 * @module
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import { fileSize } from '../fileSize.ts'

/** A few hundred thousand addresses; more is no list of seeds. */
const MAX_BYTES = 16 * 2 ** 20

/** One seed as written, and where. */
export interface SeedLine {
  readonly line: number
  readonly address: string
  readonly theft: string | null
}

/**
 * Reads the seeds of a file. A byte order mark, blank lines and lines that begin with `#` are passed over.
 *
 * @throws {SeedFileError} CLI_SEED_FILE where it is too large, no text, empty, or has no column of addresses
 */
export function readSeedFile(path: string): SeedLine[] {
  const name = basename(path)
  if (fileSize(path) > MAX_BYTES) throw new SeedFileError(name, null, `larger than ${MAX_BYTES} bytes`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new SeedFileError(name, null, 'not UTF-8 text')
  }
  return parseSeeds(text, name)
}

/** The seeds in a file's text; see {@link readSeedFile}. */
export function parseSeeds(text: string, name: string): SeedLine[] {
  const records = cellsOf(text, name)
  const [first] = records
  const header = first?.cells.map((cell) => cell.toLowerCase()) ?? []
  const titled = header.includes('address')
  const [addressColumn, theftColumn] = titled ? [header.indexOf('address'), header.indexOf('theft')] : [0, -1]
  const seeds = (titled ? records.slice(1) : records).map(({ line, cells }) => {
    const address = cells[addressColumn] ?? ''
    if (address === '') throw new SeedFileError(name, line, 'no address')
    if (!titled && cells.length > 1)
      throw new SeedFileError(name, line, 'several columns, but no header that names one "address"')
    const theft = cells[theftColumn] ?? ''
    return { line, address, theft: theft === '' ? null : theft }
  })
  if (seeds.length === 0) throw new SeedFileError(name, null, 'no addresses')
  return seeds
}

function cellsOf(text: string, name: string): { line: number; cells: string[] }[] {
  try {
    const rows = parse(text, {
      bom: true,
      info: true,
      comment: '#',
      comment_no_infix: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      delimiter: [',', ';', '\t'],
      max_record_size: 10_000,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }))
  } catch (cause) {
    const { lines, message } = cause as { lines?: number; message: string }
    throw new SeedFileError(name, lines ?? null, printable(message, 200))
  }
}

/** A file of seeds cannot be read as one. */
export class SeedFileError extends LootlineError<{
  readonly code: 'CLI_SEED_FILE'
  readonly file: string
  readonly line: number | null
}> {
  override readonly name = 'SeedFileError'

  constructor(file: string, line: number | null, reason: string) {
    super(
      { code: 'CLI_SEED_FILE', file, line },
      `${file}${line === null ? '' : `:${line}`}: ${reason}.`,
      'Write one address a line, or CSV with the header "address" or "address,theft".',
    )
  }
}

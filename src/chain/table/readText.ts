/**
 * Text of a file in chunks, checked: a regular file, not binary, valid UTF-8. Memory is bounded by one chunk.
 * @module
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { LootlineError } from '../../errors.ts'

/** Bytes a read; a row of an explorer's export has some 200. */
const CHUNK_BYTES = 256 * 1024

/** Leading bytes of what is often mistaken for a CSV. Sources: RFC 1952, APPNOTE 4.3.7, PDF 32000-1, MS-CFB, RFC 8878. */
const SIGNATURES: readonly [bytes: readonly number[], kind: string, next: string][] = [
  [[0x1f, 0x8b], 'a gzip archive', 'Unpack it first.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd archive', 'Unpack it first.'],
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a zip archive or an .xlsx workbook',
    'Unpack it, or save the sheet as CSV UTF-8.',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an .xls workbook', 'Save the sheet as CSV UTF-8.'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document', 'Export the table as CSV.'],
]

const AS_UTF8 = 'Save the file as UTF-8 (in a spreadsheet: "CSV UTF-8") and import it again.'

/**
 * Yields the text without its byte order mark.
 * @throws BadFileError where the file is absent, not a file, empty, binary or not UTF-8.
 */
export async function* readText(path: string): AsyncGenerator<string, void> {
  const file = basename(path)
  const handle = await openFile(path)
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    let kept = 0
    let offset = 0
    for (let first = true; ; first = false) {
      const { bytesRead } = await handle.read(buffer, kept, CHUNK_BYTES - kept)
      const filled = buffer.subarray(0, kept + bytesRead)
      if (first) assertText(filled, file)
      const whole = bytesRead === 0 ? filled : filled.subarray(0, wholeLength(filled))
      let text: string
      try {
        text = decoder.decode(whole)
      } catch {
        const byteOffset = offset + Math.min(firstInvalid(whole), wholeLength(whole))
        throw new BadFileError(
          { code: 'TABLE_BAD_ENCODING', file, byteOffset },
          `not valid UTF-8 at byte ${byteOffset}`,
          AS_UTF8,
        )
      }
      if (first && text.charCodeAt(0) === 0xfeff) text = text.slice(1)
      if (text !== '') yield text
      if (bytesRead === 0) return
      filled.copyWithin(0, whole.length)
      kept = filled.length - whole.length
      offset += whole.length
    }
  } finally {
    await handle.close()
  }
}

/** @throws BadFileError where it is no regular file that can be read. */
export async function openFile(path: string, file: string = basename(path)): Promise<FileHandle> {
  const noFile = (what: string, cause?: unknown): BadFileError =>
    new BadFileError({ code: 'TABLE_NO_FILE', file }, what, 'Give the path of a CSV or JSON file.', { cause })
  let handle: FileHandle
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would hold the process for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw noFile(code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`, cause)
  }
  const isFile = (await handle.stat()).isFile()
  if (isFile) return handle
  await handle.close()
  throw noFile('it is not a regular file')
}

function assertText(bytes: Uint8Array, file: string): void {
  const starts = (signature: readonly number[]): boolean => signature.every((byte, i) => bytes[i] === byte)
  if (bytes.length === 0) {
    throw new BadFileError({ code: 'TABLE_EMPTY', file }, 'the file is empty', 'Export it again.')
  }
  if (starts([0xff, 0xfe]) || starts([0xfe, 0xff])) {
    throw new BadFileError({ code: 'TABLE_BAD_ENCODING', file, byteOffset: 0 }, 'the file is UTF-16', AS_UTF8)
  }
  const found = SIGNATURES.find(([signature]) => starts(signature))
  const nul = bytes.indexOf(0)
  if (found === undefined && nul < 0) return
  throw new BadFileError(
    { code: 'TABLE_BINARY', file },
    found === undefined ? `binary data (a zero byte at byte ${nul})` : `it is ${found[1]}`,
    found === undefined ? 'Give a CSV or JSON file.' : found[2],
  )
}

/** Length without an incomplete last code point (RFC 3629: a lead byte says how many follow). */
function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.length - back : bytes.length
    }
    if (byte < 0x80) break
  }
  return bytes.length
}

/** Index of the first byte that no valid text goes on with; cost: 18 decodings of a chunk. */
function firstInvalid(bytes: Uint8Array): number {
  let valid = 0
  let invalid = bytes.length
  while (valid < invalid) {
    const middle = (valid + invalid + 1) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      valid = middle
    } catch {
      invalid = middle - 1
    }
  }
  return valid
}

type BadFileData =
  | {
      readonly code: 'TABLE_NO_FILE' | 'TABLE_EMPTY' | 'TABLE_BINARY' | 'TABLE_CANNOT_WRITE'
      readonly file: string
    }
  | { readonly code: 'TABLE_BAD_ENCODING'; readonly file: string; readonly byteOffset: number }
  | {
      readonly code: 'TABLE_LINE_TOO_LONG' | 'TABLE_OPEN_QUOTE'
      readonly file: string
      readonly line: number
    }
  | { readonly code: 'TABLE_BAD_JSON' | 'TABLE_JSON_TOO_LARGE'; readonly file: string }

/** A file that cannot be read as a table at all. */
export class BadFileError extends LootlineError<BadFileData> {
  override readonly name = 'BadFileError'
  constructor(data: BadFileData, what: string, next: string, options?: { cause?: unknown }) {
    const line = 'line' in data ? `:${data.line}` : ''
    super(data, `${data.file}${line}: ${what}.`, next, options)
  }
}

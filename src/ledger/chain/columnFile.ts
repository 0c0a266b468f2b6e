/**
 * One column in one file: a 64-byte header, then rows of one width, little-endian. Layout: `docs/formats/chain-store.md`.
 * @module
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { LootlineError } from '../../errors.ts'

/** First eight bytes of every column. */
const MAGIC = 'lootcol\0'
const VERSION = 1
export const HEADER_BYTES: number = 64
const BUFFER_BYTES = 2 ** 18

/** Numbers a column can hold. Every machine Node runs on is little-endian, so rows are written as they lie in memory. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array

export interface ColumnWriter {
  /** Whole rows. */
  append(rows: Numbers): void
  /** Rows written so far. */
  readonly rows: number
  /** Completes the header and flushes to disk; the file is unreadable before. */
  finish(): void
}

/**
 * @param width bytes of a row
 * @param flush whether `finish` waits for the disk; not for what is read again before the run ends
 */
export function createColumn(path: string, width: number, flush = true): ColumnWriter {
  const file = openSync(path, 'w')
  const buffer = new Uint8Array(BUFFER_BYTES)
  let filled = HEADER_BYTES
  let written = 0
  let crc = 0
  const empty = (): void => {
    writeAll(file, buffer.subarray(0, filled))
    filled = 0
  }
  return {
    get rows(): number {
      return written / width
    },
    append(rows): void {
      const bytes = bytesOf(rows)
      crc = crc32(bytes, crc)
      written += bytes.length
      if (filled + bytes.length > BUFFER_BYTES) empty()
      if (bytes.length > BUFFER_BYTES) writeAll(file, bytes)
      else {
        buffer.set(bytes, filled)
        filled += bytes.length
      }
    },
    finish(): void {
      empty()
      writeAll(file, headerOf(width, written / width, crc), 0)
      if (flush) fsyncSync(file)
      closeSync(file)
    },
  }
}

/** Writes a column that is in memory. */
export function writeColumn(path: string, width: number, rows: Numbers): void {
  const column = createColumn(path, width)
  column.append(rows)
  column.finish()
}

/** An open column. Rows are read by number from 0; every method reads only what it is asked. */
export interface Column {
  readonly path: string
  readonly rows: number
  readonly width: number
  /** Fills `into` with whole rows from row `from` on. */
  read(from: number, into: Numbers): void
  close(): void
}

/**
 * @throws {ColumnError} where the file is no column, of another version or width, or of another length than it says
 */
export function openColumn(path: string, width: number): Column {
  const file = openFile(path)
  let rows = 0
  try {
    const header = new Uint8Array(HEADER_BYTES)
    const got = readSync(file, header, 0, HEADER_BYTES, 0)
    const view = new DataView(header.buffer)
    const magic = String.fromCharCode(...header.subarray(0, MAGIC.length))
    if (got < HEADER_BYTES || magic !== MAGIC) throw new ColumnError(path, 'the file is no column')
    if (view.getUint32(60, true) !== crc32(header.subarray(0, 60)))
      throw new ColumnError(path, 'the header is damaged')
    const version = view.getUint32(8, true)
    if (version !== VERSION) throw new ColumnError(path, `got version ${version}, expected ${VERSION}`)
    const found = view.getUint32(12, true)
    if (found !== width) throw new ColumnError(path, `got rows of ${found} bytes, expected ${width}`)
    rows = Number(view.getBigUint64(16, true))
    const bytes = fstatSync(file).size
    if (bytes !== HEADER_BYTES + rows * width)
      throw new ColumnError(path, `got ${bytes} bytes, expected ${HEADER_BYTES + rows * width}`)
  } catch (error) {
    closeSync(file)
    throw error
  }
  return {
    path,
    rows,
    width,
    read(from, into): void {
      const bytes = bytesOf(into)
      const wanted = from * width
      if (from < 0 || wanted + bytes.length > rows * width)
        throw new ColumnError(path, `row ${from + bytes.length / width - 1} is asked of ${rows}`)
      for (let done = 0; done < bytes.length; ) {
        const got = readSync(file, bytes, done, bytes.length - done, HEADER_BYTES + wanted + done)
        if (got === 0) throw new ColumnError(path, 'the file ends early')
        done += got
      }
    },
    close: () => closeSync(file),
  }
}

/** Reads a whole column: only for those that a segment's budget covers. */
export function readColumn<A extends Numbers>(path: string, width: number, make: (elements: number) => A): A {
  const column = openColumn(path, width)
  try {
    const probe = make(0)
    const into = make((column.rows * width) / probe.BYTES_PER_ELEMENT)
    column.read(0, into)
    return into
  } finally {
    column.close()
  }
}

/** Reads a column from its first byte to its last and compares its checksum; returns its bytes. @throws {ColumnError} */
export function verifyColumn(path: string, width: number): number {
  const column = openColumn(path, width)
  const header = new Uint8Array(HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, HEADER_BYTES, 0)
    const chunk = new Uint8Array(2 ** 20)
    let crc = 0
    for (let at = HEADER_BYTES; ; ) {
      const got = readSync(file, chunk, 0, chunk.length, at)
      if (got === 0) break
      crc = crc32(chunk.subarray(0, got), crc)
      at += got
    }
    if (crc !== new DataView(header.buffer).getUint32(24, true))
      throw new ColumnError(path, `the checksum of its ${column.rows} rows fails`)
    return HEADER_BYTES + column.rows * width
  } finally {
    closeSync(file)
    column.close()
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ColumnError(path, 'the file is missing')
    throw error
  }
}

function headerOf(width: number, rows: number, crc: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  for (let i = 0; i < MAGIC.length; i++) header[i] = MAGIC.charCodeAt(i)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, width, true)
  view.setBigUint64(16, BigInt(rows), true)
  view.setUint32(24, crc, true)
  view.setUint32(60, crc32(header.subarray(0, 60)), true)
  return header
}

function bytesOf(rows: Numbers): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)
}

function writeAll(file: number, bytes: Uint8Array, at: number | null = null): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at === null ? null : at + done)
}

/** A column of the store that cannot be what it should be. */
export class ColumnError extends LootlineError<{
  readonly code: 'LEDGER_BAD_COLUMN'
  readonly file: string
  readonly reason: string
}> {
  override readonly name = 'ColumnError'
  constructor(file: string, reason: string) {
    super(
      { code: 'LEDGER_BAD_COLUMN', file, reason },
      `${file}: ${reason}.`,
      'Check the disk, then index the blocks into a new folder.',
    )
  }
}

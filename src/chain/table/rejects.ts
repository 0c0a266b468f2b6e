/**
 * Rows that were refused, in a file of their own: the columns as they were, then where and why.
 * @module
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { csvLine } from './csvLine.ts'
import { BadFileError } from './readText.ts'
import type { Reject } from './table.ts'

export interface RejectFile {
  readonly path: string
  /** Can be given as `onReject`. @throws BadFileError where the disk refuses. */
  add(reject: Reject): void
  /** Puts the file in its place; nothing is written where no row was refused. Number of rows. */
  close(): number
  /** Leaves nothing behind. */
  abort(): void
}

/** Beside the file, under its whole name, so that `d.csv` and `d.json` have one each. */
export function rejectsPath(path: string): string {
  return `${path}.rejects.csv`
}

/**
 * Collects refused rows in a temporary file that takes its name only when complete.
 * @param path Where the file is to be; an older one is replaced.
 */
export function openRejects(path: string, header: readonly string[]): RejectFile {
  const partial = `${path}.partial`
  let descriptor: number | undefined
  let rows = 0

  const write = (cells: readonly string[]): void => {
    guarded(path, () => {
      descriptor ??= openSync(partial, 'w')
      writeSync(descriptor, csvLine(cells))
    })
  }

  return {
    path,
    add: ({ line, column, reason, record }) => {
      if (rows === 0) write([...header, 'rejected_line', 'rejected_column', 'rejected_reason'])
      rows++
      write([...header.map((_, i) => record[i] ?? ''), String(line), column, reason])
    },
    close: () => {
      guarded(path, () => {
        if (descriptor === undefined) return
        fsyncSync(descriptor)
        closeSync(descriptor)
        renameSync(partial, path)
      })
      return rows
    },
    abort: () => {
      if (descriptor !== undefined) closeSync(descriptor)
      rmSync(partial, { force: true })
    },
  }
}

function guarded(path: string, step: () => void): void {
  try {
    step()
  } catch (cause) {
    throw new BadFileError(
      { code: 'TABLE_CANNOT_WRITE', file: basename(path) },
      `it cannot be written (${(cause as NodeJS.ErrnoException).code})`,
      'Import from a folder that can be written to and has room.',
      { cause },
    )
  }
}

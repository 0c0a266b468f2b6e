/**
 * The files of a folder argument.
 * @module
 */
import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LootlineError } from '../errors.ts'

/** Folders in folders; deeper ones are a mistake or a trap. */
const MAX_DEPTH = 16
/** What lies beside data in every repository. */
const NO_DATA = /^(?:licen[cs]e|readme|copying|notice|changelog|authors)(?:\..*)?$|\.md$|^\./i

/** A file named on the command line is never skipped. */
export interface FoundFile {
  readonly path: string
  readonly skip: boolean
}

/**
 * The file itself, or every regular file below a folder, in the order of their names. Links are not followed.
 *
 * @throws {UnreadablePathError} where the path cannot be read
 */
export function filesUnder(path: string): FoundFile[] {
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return walk(path, 0)
    // A pipe that nobody writes to would hold the process for ever.
    if (!stat.isFile()) throw new Error('it is neither a regular file nor a folder')
    return [{ path, skip: false }]
  } catch (error) {
    throw new UnreadablePathError(path, error)
  }
}

function walk(folder: string, depth: number): FoundFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      const stat = lstatSync(path)
      if (stat.isDirectory()) return depth < MAX_DEPTH ? walk(path, depth + 1) : [{ path, skip: true }]
      return [{ path, skip: !stat.isFile() || NO_DATA.test(basename(path)) }]
    })
}

/**
 * The first `maxBytes` + 1 bytes of a file: enough for a reader to see that it is too big, however big it is.
 *
 * @throws {UnreadablePathError} where it cannot be read
 */
export function readUpTo(path: string, maxBytes: number): Uint8Array {
  try {
    const file = openSync(path, 'r')
    try {
      const parts: Uint8Array[] = []
      for (let left = maxBytes + 1; left > 0; ) {
        const part = Buffer.allocUnsafe(Math.min(left, 1 << 20))
        const n = readSync(file, part)
        if (n === 0) break
        parts.push(part.subarray(0, n))
        left -= n
      }
      return Buffer.concat(parts)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new UnreadablePathError(path, error)
  }
}

export class UnreadablePathError extends LootlineError<{
  readonly code: 'FILES_UNREADABLE'
  readonly path: string
}> {
  override readonly name = 'UnreadablePathError'
  constructor(path: string, cause: unknown) {
    super(
      { code: 'FILES_UNREADABLE', path },
      `${path} cannot be read: ${cause instanceof Error ? cause.message : ''}.`,
      'Check that it exists and that this user may read it.',
      { cause },
    )
  }
}

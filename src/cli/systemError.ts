/**
 * Errors of the operating system and of SQLite, in the words of the operator.
 * @module
 */
import { LootlineError } from '../errors.ts'

const MEANINGS: Readonly<
  Record<string, readonly [code: 'CLI_FILE' | 'STORE_FULL', what: string, next: string]>
> = {
  ENOENT: ['CLI_FILE', 'no such file or folder', 'Check the path; it is taken from the folder you are in.'],
  ENOTDIR: ['CLI_FILE', 'a part of the path is not a folder', 'Check the path.'],
  EISDIR: ['CLI_FILE', 'this is a folder, not a file', 'Name a file.'],
  EACCES: ['CLI_FILE', 'permission denied', 'Ask for the right to read or write it, or use another place.'],
  EPERM: [
    'CLI_FILE',
    'operation not permitted',
    'Ask for the right to read or write it, or use another place.',
  ],
  EROFS: ['CLI_FILE', 'the file system is read-only', 'Use another place.'],
  ENAMETOOLONG: ['CLI_FILE', 'the name is too long', 'Use a shorter name.'],
  ENOSPC: [
    'STORE_FULL',
    'no space left on the disk',
    'Make room and run the same again; nothing is half-written.',
  ],
  EDQUOT: [
    'STORE_FULL',
    'the disk quota is used up',
    'Make room and run the same again; nothing is half-written.',
  ],
}

/** The same failure as a {@link SystemError} where the operating system caused it; otherwise what was given. */
export function fromSystem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LootlineError) return error
  const { code, path } = error as NodeJS.ErrnoException
  const meaning = code === undefined ? undefined : MEANINGS[code]
  if (meaning === undefined) return error
  return new SystemError(meaning[0], path ?? '', meaning[1], meaning[2], error)
}

/** A file cannot be read or written. */
class SystemError extends LootlineError<{ code: 'CLI_FILE' | 'STORE_FULL'; file: string }> {
  override readonly name: string = 'SystemError'

  constructor(code: 'CLI_FILE' | 'STORE_FULL', file: string, what: string, next: string, cause: Error) {
    super({ code, file }, file === '' ? `${what}.` : `${file}: ${what}.`, next, { cause })
  }
}

/**
 * Sizes of files that are read whole.
 * @module
 */
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { LootlineError } from '../errors.ts'

/**
 * Bytes of a file, before anything of it is read: a pipe can wait for ever, and a device never end.
 * @throws NotAFileError for anything but a file; errors of the file system
 */
export function fileSize(path: string): number {
  const stat = statSync(path)
  if (!stat.isFile())
    throw new NotAFileError(basename(path), stat.isDirectory() ? 'a folder' : 'a pipe or device')
  return stat.size
}

/** What is named can be opened, but is no file. */
class NotAFileError extends LootlineError<{
  readonly code: 'CLI_FILE'
  readonly file: string
  readonly kind: string
}> {
  override readonly name = 'NotAFileError'

  constructor(file: string, kind: string) {
    super(
      { code: 'CLI_FILE', file, kind },
      `${file} is ${kind}, not a file.`,
      'Name a file; write what a pipe gives to a file first.',
    )
  }
}

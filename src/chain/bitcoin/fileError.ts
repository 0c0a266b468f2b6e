/**
 * What is wrong with a file of blocks as a file.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'

/** What the system refuses, as an error of ours. */
export function io<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string') throw error
    throw new BlockFileError(
      path,
      `cannot be read (${code})`,
      'Check the path, its permissions and the disk.',
      error,
    )
  }
}

/** A file or folder that cannot be read as block files. */
export class BlockFileError extends LootlineError<{
  readonly code: 'BITCOIN_BAD_FILE'
  readonly file: string
  readonly reason: string
}> {
  override readonly name = 'BlockFileError'
  constructor(path: string, reason: string, next: string, cause?: unknown) {
    const file = printable(path, 200)
    super({ code: 'BITCOIN_BAD_FILE', file, reason }, `${file} ${reason}.`, next, { cause })
  }
}

/**
 * Files and folders that a command adds to a store, one file after another.
 * @module
 */
import { basename, resolve } from 'node:path'
import type { LootlineError } from '../errors.ts'
import { filesUnder } from '../price/index.ts'
import type { Context } from './context.ts'
import { startProgress } from './progress.ts'

/** What became of one file. */
interface AddedFile {
  readonly path: string
  readonly error: LootlineError | null
}

export interface Added<F extends AddedFile> {
  readonly files: readonly F[]
  /** Passed over by their names. */
  readonly skipped: readonly string[]
  /** Error of the first file that was named itself and refused: the command fails with it once it has told the rest. */
  readonly refused: LootlineError | null
}

/** A store that takes files. */
interface Taker<F extends AddedFile> {
  add(path: string): readonly F[]
  close(): void
}

/** Opens the store only when every path can be read. */
export async function addFiles<F extends AddedFile>(
  context: Context,
  typed: readonly string[],
  what: string,
  open: () => Taker<F>,
): Promise<Added<F>> {
  const paths = typed.map((path) => resolve(context.cwd, path))
  const found = paths.flatMap((path) => filesUnder(path))
  const store = open()
  const progress = startProgress(context, what)
  const files: F[] = []
  try {
    for (const [i, { path, skip }] of found.entries()) {
      await progress.tick(`${i} of ${found.length} files, ${basename(path)}`)
      if (!skip) files.push(...store.add(path))
    }
  } finally {
    progress.end()
    store.close()
  }
  return {
    files,
    skipped: found.filter(({ skip }) => skip).map(({ path }) => path),
    refused: files.find(({ path, error }) => error !== null && paths.includes(path))?.error ?? null,
  }
}

/**
 * Files that a command was given by name and could not take: a script must notice.
 * @module
 */
import { resolve } from 'node:path'
import type { LootlineError } from '../errors.ts'
import type { Context } from './context.ts'

/** The first such file's error; files met in a folder are only reported. */
export function refusedByName(
  context: Context,
  named: readonly string[],
  files: readonly { readonly path: string; readonly error: LootlineError | null }[],
): LootlineError | null {
  const paths = new Set(named.map((path) => resolve(context.cwd, path)))
  return files.find(({ path, error }) => error !== null && paths.has(path))?.error ?? null
}

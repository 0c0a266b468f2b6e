/**
 * `lootline index --follow`: keeps a chain store up with block files that a node writes.
 * @module
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { LootlineError } from '../errors.ts'
import type { FolderSource } from '../ledger/chain/index.ts'
import type { Context } from './context.ts'

/** Between two looks at the files. */
const POLL_MS = 1000
/** How long a block may stay half-written, as the files say it, before that is a failure. */
const PATIENCE_MS = 60_000

/**
 * Calls `step` with the best chain now, and again whenever it has another tip. Ends only by a failure, or with the process:
 * a step may be killed at any instant.
 *
 * @throws {BlockFileError} where the folder is gone
 * @throws {BlockError} where a block stays unreadable while nothing is written
 */
export async function followChain(
  context: Context,
  path: string,
  open: () => FolderSource,
  step: (source: FolderSource) => Promise<void>,
): Promise<never> {
  let state = stateOf(path)
  let source = open()
  let indexed: string | undefined
  /** A block that could not be read: a node writes a block and its place in a file in any order. */
  let doubt: { readonly error: unknown; readonly since: number } | undefined
  try {
    for (;;) {
      const tip = tipOf(source)
      if (tip !== indexed) {
        try {
          await step(source)
          indexed = tip
          doubt = undefined
        } catch (error) {
          if (!(error instanceof LootlineError) || error.code !== 'BITCOIN_BAD_BLOCK') throw error
          doubt ??= { error, since: context.elapsed() }
        }
      }
      const before = state
      do {
        await setTimeout(POLL_MS)
        if (doubt !== undefined && context.elapsed() - doubt.since > PATIENCE_MS) throw doubt.error
        state = stateOf(path)
      } while (state.text === before.text && !before.isYoung)
      const { stale, orphans } = source
      const next = doubt === undefined ? source.refresh() : reopened(source, open)
      // A header may have been read before it was whole: it would never be looked at again.
      const isOdd = tipOf(next) === tip && next.stale + next.orphans > stale + orphans
      source = isOdd ? reopened(next, open) : next
    }
  } finally {
    source.close()
  }
}

function reopened(source: FolderSource, open: () => FolderSource): FolderSource {
  const fresh = open()
  source.close()
  return fresh
}

function tipOf({ lastHeight, hashAt }: FolderSource): string {
  return Buffer.from(hashAt(lastHeight)).toString('hex')
}

interface FilesState {
  /** Sizes and times of all files; nodes reserve space, so that sizes alone say little. */
  readonly text: string
  /** Whether something may still be written at the same tick of the file system's clock. */
  readonly isYoung: boolean
}

function stateOf(path: string): FilesState {
  let newest = 0
  const each = (file: string): string => {
    const stat = statSync(file, { throwIfNoEntry: false })
    newest = Math.max(newest, stat?.mtimeMs ?? 0)
    return `${file} ${stat?.size} ${stat?.mtimeMs}`
  }
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  // Undo data are written after the blocks, and nothing is looked for in them again.
  const names = isFolder ? readdirSync(path).filter((name) => !name.startsWith('rev')) : []
  const text = [path, ...names.map((name) => join(path, name))].map(each).join('\n')
  return { text, isYoung: newest > Date.now() - POLL_MS }
}

/**
 * Rows that were refused, in a file of their own: the columns as they were, then where and why.
 * @module
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { csvLine } from './csvLine.ts'
import type { Reject } from './table.ts'

export interface RejectFile {
  readonly path: string
  add(reject: Reject): Promise<void>
  /** Puts the file in its place; nothing is written where no row was refused. Number of rows. */
  close(): Promise<number>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

/** `<name>.rejects.csv` beside the file. */
export function rejectsPath(path: string): string {
  return `${path.replace(/\.[^./\\]*$/, '')}.rejects.csv`
}

/**
 * Collects refused rows in a temporary file that takes its name only when complete.
 * @param path Where the file is to be; an older one is replaced.
 */
export function openRejects(path: string, header: readonly string[]): RejectFile {
  const partial = `${path}.partial`
  let handle: FileHandle | undefined
  let rows = 0
  return {
    path,
    add: async ({ line, column, reason, record }) => {
      if (handle === undefined) {
        handle = await open(partial, 'w')
        await handle.write(csvLine([...header, 'rejected_line', 'rejected_column', 'rejected_reason']))
      }
      rows++
      const cells = header.map((_, i) => record[i] ?? '')
      await handle.write(csvLine([...cells, String(line), column, reason]))
    },
    close: async () => {
      if (handle === undefined) return 0
      await handle.sync()
      await handle.close()
      await rename(partial, path)
      return rows
    },
    abort: async () => {
      await handle?.close()
      await rm(partial, { force: true })
    },
  }
}

/**
 * Files that are whole or absent.
 * @module
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../store/index.ts'

/** Bytes gathered before they are written. */
const BATCH = 2 ** 20

/**
 * Writes a file such that readers see the old bytes or all the new ones: a temporary beside it, flushed, then renamed.
 *
 * @param data text, or its pieces in order
 */
export function writeWhole(file: string, data: string | Iterable<string>): void {
  makeFolder(dirname(file))
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    const descriptor = openSync(temporary, 'w')
    try {
      let batch = ''
      for (const piece of typeof data === 'string' ? [data] : data) {
        batch += piece
        if (batch.length < BATCH) continue
        writeFileSync(descriptor, batch)
        batch = ''
      }
      writeFileSync(descriptor, batch)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

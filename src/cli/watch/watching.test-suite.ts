/**
 * `watch run` in a process of its own.
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { Alert } from '../../watch/index.ts'

const SHIM = join(import.meta.dirname, '../../../bin/lootline.js')

/** Over the store `s` of a folder; gives the kinds and headlines that it tells, one after the other. */
export function watching(cwd: string) {
  const args = [SHIM, 'watch', 'run', '--store', 's', '--json', '--interval', '0.1']
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    /** The next alert, or the word that the tip is reached. */
    async next(): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error('watch run has ended')
        const { alert, atTip } = JSON.parse(value) as { alert?: Alert; atTip?: boolean }
        if (atTip === true) return 'at tip'
        if (alert !== undefined) return `${alert.kind}: ${alert.headline}`
      }
    },
    async kill(): Promise<void> {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

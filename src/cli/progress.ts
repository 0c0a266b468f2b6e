/**
 * Progress on stderr: a line that renews itself on a terminal, otherwise a line every few seconds; nothing in the first second.
 * @module
 */
import { setImmediate } from 'node:timers/promises'
import { printable } from '../units/text.ts'
import type { Context } from './context.ts'

const QUIET_MS = 1000
const TERMINAL_MS = 100
const LINE_MS = 5000

export interface Progress {
  /** Says how far the work is, and lets an interrupt through; cheap enough to await for every batch. */
  tick(text: string): Promise<void>
  /** Removes the line from a terminal. */
  end(): void
}

/** Starts to report on one piece of work; `what` names it. Make one before the work, `end` it after. */
export function startProgress(context: Context, what: string): Progress {
  const { stderr } = context
  const every = stderr.isTTY ? TERMINAL_MS : LINE_MS
  let due = context.elapsed() + QUIET_MS
  let shown = false
  return {
    async tick(text) {
      await setImmediate()
      const now = context.elapsed()
      if (now < due) return
      due = now + every
      const line = printable(`${what}: ${text}`, 200)
      if (!stderr.isTTY) {
        stderr.write(`${line}\n`)
        return
      }
      shown = true
      stderr.write(`\r\u001b[2K${line.slice(0, Math.max(1, (stderr.columns ?? 80) - 1))}`)
    },
    end() {
      if (shown) stderr.write('\r\u001b[2K')
    },
  }
}

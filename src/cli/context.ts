/**
 * What a command may touch of the world, handed to it so that a test can run it without a process.
 * @module
 */

import type { Clock } from '../net/index.ts'

/** Where text goes: a terminal, a pipe, a file, or a string in a test. */
export interface Sink {
  write(text: string): void
  readonly isTTY: boolean
  /** Width of the terminal; absent where it is none. */
  readonly columns?: number
}

export interface Context {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths are resolved against. */
  readonly cwd: string
  /** Unix seconds. */
  readonly now: () => number
  /** Milliseconds of a clock that only runs forward; for progress. */
  readonly elapsed: () => number
  /**
   * Calls `stop` at the next interrupt (SIGINT, SIGTERM) instead of ending the process; the one after ends it. Gives what takes that back.
   * Absent where nobody interrupts.
   */
  readonly onInterrupt?: (stop: () => void) => () => void
  /** How doors to live sources see time and wait; the machine's own where absent. */
  readonly clock?: Clock
  /** Runs long work that writes nothing, such that an interrupt ends it at once. */
  readonly interruptible: <T>(work: () => T) => T
}

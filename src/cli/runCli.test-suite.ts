/**
 * Runs one command line inside the test's process.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Clock } from '../net/index.ts'
import type { Sink } from './context.ts'
import { run } from './program.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface World {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Both streams are terminals of 100 columns. */
  readonly terminal?: boolean
  /** For doors to live sources. */
  readonly clock?: Clock
}

export async function runCli(argv: readonly string[], world: World = {}): Promise<Outcome> {
  const texts = ['', '']
  const sink = (i: number): Sink => ({
    write: (text) => {
      texts[i] += text
    },
    isTTY: world.terminal ?? false,
    columns: 100,
  })
  const code = await run(argv, {
    stdout: sink(0),
    stderr: sink(1),
    env: world.env ?? {},
    cwd: world.cwd ?? '/nonexistent',
    // 2023-11-14 22:13:20 UTC
    now: () => 1_700_000_000,
    elapsed: () => 0,
    interruptible: (work) => work(),
    ...(world.clock === undefined ? {} : { clock: world.clock }),
  })
  return { code, stdout: texts[0]!, stderr: texts[1]! }
}

/** An empty folder that is removed when the tests of the file have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

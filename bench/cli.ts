/**
 * Commands of Lootline in processes of their own, so that the memory told is theirs alone.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { premise } from './harness.ts'

const MAIN = join(import.meta.dirname, '../bin/lootline.js')
const TELL_PEAK = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`

export interface CliRun<T> {
  /** What it printed as JSON; of several lines the last one. */
  readonly result: T
  /** The whole process, its start included. */
  readonly ms: number
  /** Most memory the process ever had resident. */
  readonly peakMiB: number
}

/** Runs a command that takes `--json`; a failure is one of the benchmark's. */
export function runCli<T>(typed: readonly string[]): CliRun<T> {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(TELL_PEAK)}`, MAIN, ...typed, '--json'],
    { encoding: 'utf8' },
  )
  const ms = performance.now() - start
  premise(status === 0, `lootline ${typed.join(' ')} ends well: ${stderr}`)
  return { result: lastJson(stdout) as T, ms, peakMiB: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 }
}

/** Of one document over many lines, or of one a line. */
function lastJson(stdout: string): unknown {
  const text = stdout.trim()
  return JSON.parse(text.startsWith('{\n') ? text : text.slice(text.lastIndexOf('\n') + 1))
}

/** Bytes of all files under a folder. */
export function bytesUnder(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

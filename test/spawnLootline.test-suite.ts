/**
 * Runs the command line in a process of its own, and says what it took.
 * @module
 */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

export const SHIM: string = resolve(import.meta.dirname, '../bin/lootline.js')
/** Tells the largest resident set on descriptor 3 when the process ends by itself. */
const METER = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`
/** A hang is a failure; on a busy machine an ordinary command takes a second. */
const HANG_MS = 120_000

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Largest resident set; 0 where a signal ended it. */
  readonly peakMiB: number
}

export interface Where {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** User and group to run as; needs root. */
  readonly user?: number
  /** Sends SIGKILL so long after the start. */
  readonly killAfterMilliseconds?: number
}

export function lootline(args: readonly string[], where: Where): Promise<Ended> {
  return new Promise((done, fail) => {
    const { NO_COLOR: _, LOOTLINE_STORE: __, ...env } = process.env
    const child = spawn(process.execPath, ['--import', METER, SHIM, ...args], {
      cwd: where.cwd,
      env: where.env ?? env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      timeout: where.killAfterMilliseconds ?? HANG_MS,
      killSignal: 'SIGKILL',
      ...(where.user === undefined ? {} : { uid: where.user, gid: where.user }),
    })
    const texts = ['', '', '', '']
    for (const i of [1, 2, 3])
      child.stdio[i]!.on('data', (chunk: Buffer) => {
        texts[i] += chunk.toString('utf8')
      })
    child.on('error', fail).on('close', (code) => {
      const [, stdout, stderr, kibibytes] = texts as [string, string, string, string]
      done({ code, stdout, stderr, peakMiB: Number(kibibytes) / 1024 })
    })
  })
}

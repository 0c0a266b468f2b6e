/**
 * A command: started without a shell, the alert as JSON on its standard input. Taken where it exits with 0.
 * @module
 */
import { spawn } from 'node:child_process'
import { alertJson } from './alertJson.ts'
import { DeliveryError } from './deliveryError.ts'
import { type Receiver, type ReceiverSpec, shownReceiver } from './receiver.ts'

/** A program that takes longer should put the alert into a queue of its own. */
const TIMEOUT_MS = 30_000
/** Of what it says on stderr, for the error. */
const SAID_BYTES = 400

export interface CommandParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
}

/** `LOOTLINE_IDEMPOTENCY_KEY` in its environment is the alert's key. */
export function createCommand(
  spec: ReceiverSpec & { readonly kind: 'command' },
  { env, timeoutMs = TIMEOUT_MS }: CommandParts,
): Receiver {
  const shown = shownReceiver(spec)
  return {
    shown,
    deliver: (alert) =>
      new Promise((resolve, reject) => {
        const [program, ...args] = spec.argv as [string, ...string[]]
        const child = spawn(program, args, {
          stdio: ['pipe', 'ignore', 'pipe'],
          env: { ...env, LOOTLINE_IDEMPOTENCY_KEY: alert.key },
          timeout: timeoutMs,
          killSignal: 'SIGKILL',
        })
        let said = ''
        child.stderr.on('data', (bytes: Buffer) => {
          if (said.length < SAID_BYTES) said += bytes.toString('utf8', 0, SAID_BYTES)
        })
        // It need not read what it is given: a closed pipe is no failure, its exit code is what counts.
        child.stdin.on('error', () => {})
        child.on('error', (error) => reject(new DeliveryError(shown, error.message)))
        child.on('exit', (code, signal) => {
          // A grandchild may hold the pipe open: it is not waited for.
          child.stderr.destroy()
          if (code === 0) resolve()
          else
            reject(
              new DeliveryError(shown, `${ended(code, signal, timeoutMs)}${said === '' ? '' : `: ${said}`}`),
            )
        })
        child.stdin.end(`${alertJson(alert)}\n`)
      }),
  }
}

function ended(code: number | null, signal: string | null, timeoutMs: number): string {
  if (code !== null) return `it ended with ${code}`
  return signal === 'SIGKILL'
    ? `it was killed, after ${timeoutMs} ms at the latest`
    : `it was ended by ${signal}`
}

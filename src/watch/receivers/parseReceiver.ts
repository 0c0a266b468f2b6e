/**
 * Receivers as people type them: `https://…`, `command:…`, `mailto:…`.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { givenUrl } from '../../live/sources/givenUrl.ts'
import { VARIABLE } from '../../live/sources/index.ts'
import { printable } from '../../units/text.ts'
import type { ReceiverSpec } from './receiver.ts'

/** As the SMTP envelope has it (RFC 5321 section 4.1.2), without quoted parts and address literals, which nobody uses. */
const MAILBOX = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/
/** RFC 5321 section 4.5.3.1.3: 256 octets with the brackets around it. */
const MAX_MAILBOX = 254
const MAX_ARGUMENTS = 100

/**
 * @param secretEnv environment variable with the secret for webhooks
 * @throws {BadReceiverError}
 * @throws {SecretInUrlError | SourceUrlError} for a URL with a key in it, or that is none
 * @example
 * parseReceiver('command:["/usr/bin/notify-send","Lootline"]', null) // { kind: 'command', argv: [...] }
 */
export function parseReceiver(typed: string, secretEnv: string | null): ReceiverSpec {
  if (secretEnv !== null && !VARIABLE.test(secretEnv))
    throw new BadReceiverError(printable(secretEnv), 'it is no name of an environment variable')
  // A key in it is refused before it is kept or shown; `{NAME}` stands for an environment variable.
  if (/^https?:\/\//i.test(typed)) return { kind: 'webhook', url: givenUrl(typed).shown, secretEnv }
  if (typed.startsWith('command:')) return { kind: 'command', argv: argumentsOf(typed.slice(8).trim()) }
  if (typed.startsWith('mailto:')) {
    const to = typed.slice(7)
    if (to.length > MAX_MAILBOX || !MAILBOX.test(to))
      throw new BadReceiverError(printable(typed), 'it is not one plain mail address')
    return { kind: 'mail', to }
  }
  throw new BadReceiverError(printable(typed), 'it is none of http(s)://…, command:… and mailto:…')
}

/** `["program","argument"]`, or the path of a program that needs none. No shell reads it. */
function argumentsOf(text: string): string[] {
  const refuse = (reason: string): never => {
    throw new BadReceiverError(printable(`command:${text}`), reason)
  }
  let argv: unknown = [text]
  if (text.startsWith('['))
    try {
      argv = JSON.parse(text)
    } catch {
      refuse('what follows "command:" is no JSON')
    }
  const ok =
    Array.isArray(argv) &&
    argv.length > 0 &&
    argv.length <= MAX_ARGUMENTS &&
    argv.every((part) => typeof part === 'string' && !part.includes('\0'))
  if (!ok || (argv as string[])[0] === '') refuse('it names no program, or its arguments are not all texts')
  return argv as string[]
}

/** A receiver that cannot be used as it was typed. */
export class BadReceiverError extends LootlineError<{
  readonly code: 'WATCH_BAD_RECEIVER'
  readonly receiver: string
  readonly reason: string
}> {
  override readonly name = 'BadReceiverError'
  constructor(receiver: string, reason: string) {
    const next =
      'Give --notify http://127.0.0.1:9000/hook, --notify \'command:["/path/program","argument"]\' or --notify mailto:me@example.org.'
    super(
      { code: 'WATCH_BAD_RECEIVER', receiver, reason },
      `${receiver} cannot be a receiver: ${reason}.`,
      next,
    )
  }
}

/**
 * A mail: text for people, the alert as an attachment. Taken where the SMTP server took it.
 *
 * `Message-ID` is made of the alert's key (RFC 5322 section 3.6.4), so that a second delivery is recognisable: mailbox
 * servers and programs drop or show as one what has the same. `.invalid` is no host (RFC 2606 section 2).
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { redactor } from '../../net/index.ts'
import { printable } from '../../units/text.ts'
import type { Alert } from '../alert.ts'
import { alertJson } from './alertJson.ts'
import { DeliveryError } from './deliveryError.ts'
import { type Receiver, type ReceiverSpec, shownReceiver } from './receiver.ts'

const TIMEOUT_MS = 30_000
/** RFC 5322 section 2.1.1 asks for lines of at most 78 characters; nodemailer folds, and people read the beginning. */
const SUBJECT_MAX = 150

export interface MailParts {
  /** `LOOTLINE_SMTP` (smtp://host:port or smtps://…), `LOOTLINE_SMTP_FROM`, `LOOTLINE_SMTP_USER`, `LOOTLINE_SMTP_PASSWORD`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export function createMail(spec: ReceiverSpec & { readonly kind: 'mail' }, { env }: MailParts): Receiver {
  const shown = shownReceiver(spec)
  return {
    shown,
    async deliver(alert) {
      const server = smtpServer(env)
      const { user, pass } = server
      const clean = redactor({ path: { ...(user && { user }), ...(pass && { pass }) } })
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({
        host: server.host,
        port: server.port,
        secure: server.secure,
        // A password never goes over a line that anybody can read.
        requireTLS: user !== undefined && !server.secure && !server.local,
        ignoreTLS: server.local && !server.secure,
        ...(user === undefined ? {} : { auth: { user, pass: pass ?? '' } }),
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      try {
        await transport.sendMail({
          from: server.from,
          to: spec.to,
          subject: subjectOf(alert),
          text: textOf(alert),
          messageId: `<${alert.key}@lootline.invalid>`,
          // RFC 3834 section 5: nobody's out-of-office answers it.
          headers: { 'Auto-Submitted': 'auto-generated', 'Idempotency-Key': `"${alert.key}"` },
          attachments: [
            { filename: 'alert.json', content: `${alertJson(alert)}\n`, contentType: 'application/json' },
          ],
        })
      } catch (error) {
        throw new DeliveryError(shown, clean(error instanceof Error ? error.message : String(error)))
      } finally {
        transport.close()
      }
    },
  }
}

export function subjectOf({ watch, headline }: Alert): string {
  return printable(`[${printable(watch.name, 40)}] ${headline}`, SUBJECT_MAX)
}

function textOf(alert: Alert): string {
  const { headline, next, chain, txid, height, key, sequence, watch } = alert
  return [
    headline,
    '',
    next,
    '',
    `chain        ${printable(chain, 80)}`,
    ...(txid === null ? [] : [`transaction  ${printable(txid, 80)}`]),
    `height       ${height ?? 'not confirmed'}`,
    `watch        ${printable(watch.name, 80)}`,
    `alert        ${sequence}, ${key}`,
    '',
  ].join('\n')
}

interface SmtpServer {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly local: boolean
  readonly from: string
  readonly user: string | undefined
  readonly pass: string | undefined
}

/** RFC 6409 section 3.1: submission by 587; RFC 8314 section 7.3: by TLS from the start, 465. */
const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const

/** @throws {MailServerError} */
function smtpServer(env: MailParts['env']): SmtpServer {
  const url = URL.parse(env['LOOTLINE_SMTP'] ?? '')
  const from = env['LOOTLINE_SMTP_FROM'] ?? ''
  if (url === null || !(url.protocol in PORTS) || url.hostname === '')
    throw new MailServerError('LOOTLINE_SMTP', 'smtps://mail.example.org')
  if (url.username !== '' || url.password !== '')
    throw new MailServerError('LOOTLINE_SMTP without a user and password', 'smtps://mail.example.org')
  if (!/^[^\s<>@]+@[^\s<>@]+$/.test(from))
    throw new MailServerError('LOOTLINE_SMTP_FROM', 'watch@example.org')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORTS[url.protocol as keyof typeof PORTS] : Number(url.port),
    secure: url.protocol === 'smtps:',
    local: /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname),
    from,
    user: env['LOOTLINE_SMTP_USER'],
    pass: env['LOOTLINE_SMTP_PASSWORD'],
  }
}

/** The environment does not say by which server mails are sent. */
export class MailServerError extends LootlineError<{
  readonly code: 'WATCH_NO_MAIL_SERVER'
  readonly missing: string
}> {
  override readonly name = 'MailServerError'
  constructor(missing: string, example: string) {
    super(
      { code: 'WATCH_NO_MAIL_SERVER', missing },
      `No mail can be sent: the environment must give ${missing}.`,
      `Set it, such as ${example}; the user and password, if any, are LOOTLINE_SMTP_USER and LOOTLINE_SMTP_PASSWORD.`,
    )
  }
}

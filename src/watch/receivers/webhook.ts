/**
 * A webhook: the alert is POSTed as JSON. Taken where the answer's status is 2xx; redirects are not followed.
 *
 * `Idempotency-Key` carries the alert's key as the IETF draft has it: a structured-header string
 * (draft-ietf-httpapi-idempotency-key-header-06 section 2.1, RFC 9651 section 3.3.3). Where there is a secret, the body is
 * signed as Standard Webhooks 1.0 says (github.com/standard-webhooks, spec "Webhook signature scheme"): `webhook-id`,
 * `webhook-timestamp` and `webhook-signature: v1,` with HMAC-SHA256 over `id.timestamp.body`, base64.
 * @module
 */
import { createHmac } from 'node:crypto'
import { givenUrl } from '../../live/sources/givenUrl.ts'
import { type Clock, createDoor, SourceError } from '../../net/index.ts'
import type { Alert } from '../alert.ts'
import { alertJson } from './alertJson.ts'
import { DeliveryError } from './deliveryError.ts'
import type { Receiver, ReceiverSpec } from './receiver.ts'
import { refusalOf } from './refusal.ts'

/** Every other status of success (RFC 9110 section 15.3). */
const TAKEN = [201, 202, 203, 204, 205, 206]
/** A receiver answers before it works on what it got. */
const TIMEOUT_MS = 10_000
/** What it answers is not looked at. */
const MAX_ANSWER_BYTES = 64 * 1024

export interface WebhookParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

export function createWebhook(
  { url, secretEnv }: ReceiverSpec & { readonly kind: 'webhook' },
  { env, clock }: WebhookParts,
): Receiver {
  return {
    shown: url,
    async deliver(alert) {
      const body = alertJson(alert)
      const { base, inPath, inQuery } = givenUrl(url)
      const secret = (name: string): string => fromEnv(env, name, url)
      const door = createDoor({
        url: base,
        shown: url,
        secrets: {
          headers: headersOf(alert, body, secretEnv === null ? null : secret(secretEnv), clock),
          path: Object.fromEntries(inPath.map((name) => [name, secret(name)])),
          query: Object.fromEntries(inQuery.map(([parameter, name]) => [parameter, secret(name)])),
        },
        clock,
        // The outbox tries again, and knows when.
        limits: { retries: 0, timeoutMs: TIMEOUT_MS, silenceMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES },
      })
      try {
        await door.ask({
          name: `POST alert ${alert.sequence}`,
          method: 'POST',
          body,
          expected: TAKEN,
          read: () => undefined,
          keep: () => 'never',
        })
      } catch (error) {
        throw error instanceof SourceError ? refusalOf(url, error) : error
      }
    },
  }
}

function headersOf(
  alert: Alert,
  body: string,
  secret: string | null,
  clock: Pick<Clock, 'now'>,
): Record<string, string> {
  const key = { 'idempotency-key': `"${alert.key}"` }
  if (secret === null) return key
  const seconds = Math.floor(clock.now() / 1000)
  return {
    ...key,
    'webhook-id': alert.key,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatureOf(secret, alert.key, seconds, body),
  }
}

/**
 * @param secret `whsec_` and base64, or any text, whose UTF-8 bytes are the key
 * @example
 * signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')
 * // 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
 */
export function signatureOf(secret: string, id: string, unixSeconds: number, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  return `v1,${createHmac('sha256', key).update(`${id}.${unixSeconds}.${body}`).digest('base64')}`
}

function fromEnv(env: WebhookParts['env'], name: string, url: string): string {
  const found = env[name]
  if (found === undefined || found === '')
    throw new DeliveryError(url, `${name} is not set in the environment`)
  return found
}

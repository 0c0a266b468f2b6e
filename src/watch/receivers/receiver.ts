/**
 * Who is told of an alert: a webhook, a command or a mail.
 * @module
 */
import type { Alert } from '../alert.ts'

export type ReceiverSpec =
  | {
      readonly kind: 'webhook'
      /** As typed: `{NAME}` stands for an environment variable, so that no secret is kept. */
      readonly url: string
      /** Environment variable that holds the secret bodies are signed with. */
      readonly secretEnv: string | null
    }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'mail'; readonly to: string }

export interface Receiver {
  /** Without secrets. */
  readonly shown: string
  /**
   * Resolves once the receiver has taken the alert; until then it will be delivered again under the same key.
   * @throws {DeliveryError} where it has not, or nobody knows
   */
  deliver(alert: Alert): Promise<void>
}

/** A receiver as it was asked for, in words without secrets. */
export function shownReceiver(spec: ReceiverSpec): string {
  if (spec.kind === 'webhook') return spec.url
  return spec.kind === 'mail' ? `mailto:${spec.to}` : `command:${JSON.stringify(spec.argv)}`
}

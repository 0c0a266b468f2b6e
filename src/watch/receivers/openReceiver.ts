/** @module */
import type { Clock } from '../../net/index.ts'
import { createCommand } from './command.ts'
import { createMail } from './mail.ts'
import type { Receiver, ReceiverSpec } from './receiver.ts'
import { createWebhook } from './webhook.ts'

/** @param env where secrets are */
export function openReceiver(
  spec: ReceiverSpec,
  parts: { readonly env: Readonly<Record<string, string | undefined>>; readonly clock: Clock },
): Receiver {
  switch (spec.kind) {
    case 'webhook':
      return createWebhook(spec, parts)
    case 'command':
      return createCommand(spec, parts)
    case 'mail':
      return createMail(spec, parts)
  }
}

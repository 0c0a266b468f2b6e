/** @module */
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'

/** A receiver that did not take an alert. */
export class DeliveryError extends LootlineError<{
  readonly code: 'WATCH_NOT_DELIVERED'
  readonly receiver: string
  readonly reason: string
}> {
  override readonly name = 'DeliveryError'
  constructor(shown: string, reason: string) {
    const receiver = printable(shown, 200)
    const said = printable(reason, 300)
    super(
      { code: 'WATCH_NOT_DELIVERED', receiver, reason: said },
      `${receiver} did not take the alert: ${said}.`,
      'It is delivered again by itself; `lootline watch test` tries the receivers of a watch at once.',
    )
  }
}

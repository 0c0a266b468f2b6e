/** @module */
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'

interface Refusal {
  /** It says that it will never take an alert again. */
  readonly gone: boolean
  /** How long it asks to wait; 0 where it does not say. */
  readonly retryAfterMs: number
}

/** A receiver that did not take an alert. */
export class DeliveryError extends LootlineError<
  Refusal & {
    readonly code: 'WATCH_NOT_DELIVERED'
    readonly receiver: string
    readonly reason: string
  }
> {
  override readonly name = 'DeliveryError'
  /** @param next what can be mended; absent where nothing is known */
  constructor(
    shown: string,
    reason: string,
    next: string = 'Alerts are delivered again by themselves; `lootline watch test` tries the receivers of a watch at once.',
    { gone, retryAfterMs }: Refusal = { gone: false, retryAfterMs: 0 },
  ) {
    const receiver = printable(shown, 200)
    const said = printable(reason, 300)
    super(
      { code: 'WATCH_NOT_DELIVERED', receiver, reason: said, gone, retryAfterMs },
      `${receiver} did not take the alert: ${said}.`,
      next,
    )
  }
}

/**
 * Delivery: at least once, under the same key each time, until the receiver has it or it is given up.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { backOff } from '../net/backOff.ts'
import type { Clock } from '../net/index.ts'
import { printable } from '../units/text.ts'
import type { Delivery, Outbox } from './outbox.ts'
import { DeliveryError } from './receivers/deliveryError.ts'
import type { Receiver, ReceiverSpec } from './receivers/receiver.ts'

/** Longest wait between two attempts. */
export const LONGEST_WAIT_MS = 3_600_000
/** An alert is given up when it is older than this and was tried so often: three days outlast a weekend. */
export const GIVE_UP_AFTER_MS = 259_200_000
export const GIVE_UP_AFTER_ATTEMPTS = 10
/** Deliveries taken up at once. */
const BATCH = 100

export interface DeliveryParts {
  readonly outbox: Outbox
  readonly open: (spec: ReceiverSpec) => Receiver
  readonly clock: Pick<Clock, 'now'>
  /** In [0, 1), for jitter. */
  readonly random: () => number
  readonly onAttempt?: (attempt: Attempt) => void
}

/** One attempt, after its end. */
export interface Attempt {
  readonly delivery: Delivery
  /** Milliseconds it took. */
  readonly tookMs: number
  /** null where it was taken. */
  readonly error: LootlineError | null
  readonly dead: boolean
}

/**
 * Tries everything that is due once: receivers side by side, the alerts of one in order. After a failure the others of that
 * receiver wait for the next call, so that a dead one costs one attempt each time.
 */
export async function deliverDue(parts: DeliveryParts): Promise<number> {
  const { outbox, clock } = parts
  const byReceiver = Map.groupBy(outbox.due(clock.now(), BATCH), ({ receiver }) => JSON.stringify(receiver))
  const done = await Promise.all([...byReceiver.values()].map((list) => deliverList(parts, list)))
  return done.reduce((sum, n) => sum + n, 0)
}

async function deliverList(
  { outbox, open, clock, random, onAttempt }: DeliveryParts,
  list: readonly Delivery[],
): Promise<number> {
  for (const [i, delivery] of list.entries()) {
    const start = clock.now()
    try {
      await open(delivery.receiver).deliver(delivery.alert)
    } catch (error) {
      if (!(error instanceof LootlineError)) throw error
      const nextMs = nextAttempt(delivery, error, clock.now(), random)
      outbox.failed(delivery, `${error.code}: ${printable(error.message, 300)}`, nextMs)
      onAttempt?.({ delivery, tookMs: clock.now() - start, error, dead: nextMs === null })
      return i + 1
    }
    outbox.delivered(delivery)
    onAttempt?.({ delivery, tookMs: clock.now() - start, error: null, dead: false })
  }
  return list.length
}

/** When to try again, milliseconds since 1970; null where it is given up. */
export function nextAttempt(
  { attempts, firstMs }: Pick<Delivery, 'attempts' | 'firstMs'>,
  error: LootlineError,
  nowMs: number,
  random: () => number,
): number | null {
  const failures = attempts + 1
  const { gone, retryAfterMs } =
    error instanceof DeliveryError ? error.data : { gone: false, retryAfterMs: 0 }
  if (gone || (failures >= GIVE_UP_AFTER_ATTEMPTS && nowMs - firstMs >= GIVE_UP_AFTER_MS)) return null
  return nowMs + Math.max(Math.min(retryAfterMs, LONGEST_WAIT_MS), backOff(failures, LONGEST_WAIT_MS, random))
}

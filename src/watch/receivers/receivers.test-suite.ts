/**
 * What every receiver promises: an alert is taken or a {@link LootlineError} says why not, its key is with it, the bytes
 * are the same each time, and no secret is in an error.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import type { Alert } from '../alert.ts'
import { testAlert } from '../testAlert.ts'
import type { Receiver } from './receiver.ts'

/** How the other side behaves, and what came to it. */
export interface ReceiverWorld extends AsyncDisposable {
  readonly receiver: Receiver
  /** A text that must be in no error. */
  readonly secret: string
  behave(how: 'take' | 'refuse' | 'hang' | 'gone'): void
  /** What came, in order: the alert as JSON text, and the key that came beside it. */
  readonly came: readonly { readonly json: string; readonly key: string }[]
}

export const ALERT: Alert = {
  ...testAlert({ id: 'w', name: 'evil \u202e name\r\nBcc: x@example.org' }, 1_700_000_000),
  sequence: 7,
  key: 'ab'.repeat(32),
}

export function receiverSuite(name: string, open: () => Promise<ReceiverWorld>): void {
  describe(`receiver: ${name}`, () => {
    test('takes an alert, with its key, and the same bytes again', async () => {
      await using world = await open()
      world.behave('take')
      await world.receiver.deliver(ALERT)
      await world.receiver.deliver(ALERT)
      expect(world.came).toHaveLength(2)
      expect(world.came[1]).toEqual(world.came[0])
      expect(JSON.parse(world.came[0]!.json)).toEqual(ALERT)
      expect(world.came[0]!.key).toContain(ALERT.key)
      // Nothing that a reader's terminal could act on.
      expect(world.came[0]!.json).not.toMatch(/[\u202e\r]/)
    })

    test.each(['refuse', 'hang', 'gone'] as const)('says why where it does not: %s', async (how) => {
      await using world = await open()
      world.behave(how)
      const error = await world.receiver.deliver(ALERT).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(LootlineError)
      const { message, next, stack } = error as LootlineError
      expect(next).not.toBe('')
      const all = JSON.stringify([message, next, stack, error, (error as LootlineError).cause])
      expect(all).not.toContain(world.secret)
    })

    test('shows no secret', async () => {
      await using world = await open()
      expect(world.receiver.shown).not.toContain(world.secret)
    })
  })
}

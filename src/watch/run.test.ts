import { expect, test } from 'vitest'
import { LootlineError } from '../errors.ts'
import type { Clock } from '../net/index.ts'
import type { Attempt } from './deliver.ts'
import type { Delivery, Outbox } from './outbox.ts'
import { runWatcher } from './run.ts'
import { testAlert } from './testAlert.ts'
import type { Pass, Watcher } from './watcher.ts'

/** Time that runs as fast as it is waited for. */
function fastClock(): Clock {
  let nowMs = 0
  return {
    now: () => nowMs,
    async sleep(milliseconds) {
      await new Promise((resolve) => setImmediate(resolve))
      nowMs += milliseconds
    },
  }
}

const trouble = new LootlineError({ code: 'STORE_BUSY' }, 'busy', 'wait')
const pass = (chain: string): Pass => ({
  ...{ chain, height: 1, blocks: 0, found: 0, atTip: true, busy: [], failures: [] },
})

/** An outbox with one delivery once an alert was raised. */
function outboxOf(): Outbox & { raised: boolean } {
  const alert = testAlert({ id: 'w', name: 'w' }, 0)
  const delivery: Delivery = {
    ...{ alert, number: 0, receiver: { kind: 'mail', to: 'a@b' }, attempts: 0, firstMs: 0 },
  }
  const outbox = {
    raised: false,
    due: () => (outbox.raised ? [delivery] : []),
    nextDue: () => null,
    delivered: () => {
      outbox.raised = false
    },
    ...{ failed: () => {}, dead: () => [], retry: () => 0 },
    counts: () => ({ pending: 0, delivered: 0, dead: 0 }),
  }
  return outbox
}

test('looks at every chain again and again, also at one that came later, and delivers at once', async () => {
  const stop = new AbortController()
  const passes: string[] = []
  const attempts: Attempt[] = []
  const troubles: string[] = []
  const outbox = outboxOf()
  let wake = (): void => {}
  const watcher: Watcher = {
    chains: () => (passes.length < 3 ? ['a'] : ['a', 'b']),
    async pass(chain) {
      if (passes.length === 1 && troubles.length === 0) throw trouble
      if (passes.length === 2) {
        outbox.raised = true
        wake()
      }
      if (passes.length > 8) stop.abort()
      return pass(chain)
    },
    size: () => ({ lots: 0, holders: 0 }),
  }
  const clock = fastClock()
  await runWatcher({
    ...{ watcher, clock, signal: stop.signal, intervalOf: () => 5000 },
    delivery: {
      ...{ outbox, clock, random: () => 0, onAttempt: (attempt) => attempts.push(attempt) },
      open: () => ({ shown: '', deliver: async () => {} }),
    },
    onAlerts: (wakeUp) => {
      wake = wakeUp
    },
    onPass: ({ chain }) => passes.push(chain),
    onTrouble: ({ code }) => troubles.push(code),
    isTrouble: (error) => error instanceof LootlineError,
  })
  expect(troubles).toEqual(['STORE_BUSY'])
  expect(passes.filter((chain) => chain === 'a').length).toBeGreaterThan(3)
  expect(passes).toContain('b')
  expect(attempts).toHaveLength(1)
})

test('a bug ends it', async () => {
  const clock = fastClock()
  const watcher: Watcher = {
    chains: () => ['a'],
    pass: async () => {
      throw new TypeError('a bug')
    },
    size: () => ({ lots: 0, holders: 0 }),
  }
  const run = runWatcher({
    ...{ watcher, clock, signal: new AbortController().signal, intervalOf: () => 1 },
    delivery: {
      outbox: outboxOf(),
      clock,
      random: () => 0,
      open: () => ({ shown: '', deliver: async () => {} }),
    },
    ...{ onAlerts: () => {}, onPass: () => {}, onTrouble: () => {} },
    isTrouble: (error) => error instanceof LootlineError,
  })
  await expect(run).rejects.toThrow('a bug')
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SourceError } from '../net/index.ts'
import { plainRequest } from '../trace/index.ts'
import { BITCOIN, BITCOIN_REGTEST } from '../units/caip.ts'
import type { DraftAlert } from './alert.ts'
import { openWatchDatabase } from './database.ts'
import {
  deliverDue,
  GIVE_UP_AFTER_ATTEMPTS,
  GIVE_UP_AFTER_MS,
  LONGEST_WAIT_MS,
  nextAttempt,
} from './deliver.ts'
import { createOutbox } from './outbox.ts'
import { DeliveryError } from './receivers/deliveryError.ts'
import { refusalOf } from './receivers/refusal.ts'
import { testAlert } from './testAlert.ts'
import { START_AT_TIP, type Watch } from './watch.ts'
import { createWatchStore } from './watchStore.ts'

const failed = new DeliveryError('x', 'no')
const status = (code: number, retryAfterMs = 0): DeliveryError =>
  refusalOf('x', new SourceError({ code: 'NET_STATUS', status: code, body: '', retryAfterMs }))

describe('nextAttempt', () => {
  test('never waits longer than an hour, nor shorter than it is asked to', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(10 ** 7),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (attempts, asked, luck) => {
          const next = nextAttempt({ attempts, firstMs: 1000 }, status(503, asked), 1000, () => luck)!
          expect(next).toBeGreaterThanOrEqual(1000 + Math.min(asked, LONGEST_WAIT_MS))
          expect(next).toBeLessThanOrEqual(1000 + LONGEST_WAIT_MS)
        },
      ),
    )
  })

  test('gives up after three days and ten attempts, whichever is later, and at once where it is gone', () => {
    const at = (attempts: number, nowMs: number): boolean =>
      nextAttempt({ attempts, firstMs: 0 }, failed, nowMs, () => 0) === null
    expect(at(GIVE_UP_AFTER_ATTEMPTS - 1, GIVE_UP_AFTER_MS)).toBe(true)
    expect(at(GIVE_UP_AFTER_ATTEMPTS - 2, GIVE_UP_AFTER_MS)).toBe(false)
    expect(at(1000, GIVE_UP_AFTER_MS - 1)).toBe(false)
    expect(nextAttempt({ attempts: 0, firstMs: 0 }, status(410), 0, () => 0)).toBeNull()
  })
})

function opened(receivers: Watch['receivers']) {
  const file = openWatchDatabase(':memory:')
  const store = createWatchStore(file)
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'flow', holders: [], since: { [BITCOIN_REGTEST]: 5 }, added: 0 },
    request: plainRequest({ seeds: [{ theft: 't', amount: 7n, of: { kind: 'lot', txid: 'ab', n: 1 } }] }),
    receivers,
  }
  store.add(watch, { nowMs: 0 })
  const raise = (key: string): void => {
    const { sequence: _, ...draft } = testAlert(watch, 0)
    store.commit({ nowMs: 0, alerts: [{ ...draft, key } satisfies DraftAlert] })
  }
  return { store, outbox: createOutbox(file), watch, raise }
}

describe('deliverDue', () => {
  test('tells every receiver of every alert once, in order; what fails waits, and nothing else with it', async () => {
    const { outbox, raise } = opened([
      { kind: 'command', argv: ['good'] },
      { kind: 'command', argv: ['bad'] },
    ])
    for (const key of ['a', 'b', 'a']) raise(key)
    expect(outbox.counts()).toEqual({ pending: 4, delivered: 0, dead: 0 })
    const told: string[] = []
    const parts = {
      ...{ outbox, clock: { now: () => 10 }, random: () => 0.5 },
      open: (spec: Watch['receivers'][number]) => ({
        shown: '',
        deliver: async ({ key }: { key: string }) => {
          if (JSON.stringify(spec).includes('bad')) throw failed
          told.push(key)
        },
      }),
    }
    while ((await deliverDue(parts)) > 0) {}
    expect(told).toEqual(['a', 'b'])
    expect(outbox.counts()).toEqual({ pending: 2, delivered: 2, dead: 0 })
    expect(outbox.nextDue()).toBeGreaterThan(10)
  })

  test('what was given up is listed with the last failure, and can be made due again', async () => {
    const { outbox, raise } = opened([{ kind: 'command', argv: ['gone'] }])
    raise('a')
    const parts = {
      ...{ outbox, clock: { now: () => 10 }, random: () => 0 },
      open: () => ({
        shown: '',
        deliver: async () => {
          throw status(410)
        },
      }),
    }
    await deliverDue(parts)
    expect(outbox.dead(10)).toMatchObject([{ attempts: 1, error: expect.stringContaining('410') }])
    expect(outbox.nextDue()).toBeNull()
    expect(outbox.retry('other', 20)).toBe(0)
    expect(outbox.retry(undefined, 20)).toBe(1)
    expect(outbox.due(20, 10)).toMatchObject([{ alert: { key: 'a', sequence: 1 }, attempts: 0, firstMs: 20 }])
  })
})

describe('createWatchStore', () => {
  test('gives back what it was given', () => {
    const { store, watch } = opened([{ kind: 'mail', to: 'me@example.org' }])
    expect(store.watches()).toEqual([watch])
    expect(store.mark(BITCOIN_REGTEST)).toEqual({ height: 5, hash: null, told: false })
  })

  test('a name is taken once; a watch that begins earlier takes the mark back', () => {
    const { store, watch } = opened([])
    expect(() => store.add({ ...watch, id: 'x' }, { nowMs: 0 })).toThrow(
      expect.objectContaining({ code: 'WATCH_NAME_TAKEN' }),
    )
    store.commit({ nowMs: 0, chain: BITCOIN_REGTEST, connect: { height: 6, hash: 'six' } })
    const early = { ...watch, id: 'x', name: 'early', since: { [BITCOIN_REGTEST]: 3 } }
    store.add(early, { nowMs: 0 })
    expect(store.mark(BITCOIN_REGTEST)).toEqual({ height: 3, hash: null, told: false })
    const stale = { nowMs: 0, chain: BITCOIN_REGTEST, from: { height: 6, hash: 'six' } }
    expect(() => store.commit(stale)).toThrow(expect.objectContaining({ code: 'WATCH_STALE_MARK' }))
  })

  test('a watch that begins with the next block skips no block of another', () => {
    const { store, watch } = opened([])
    const next = { ...watch, id: 'x', name: 'next', since: { [BITCOIN_REGTEST]: START_AT_TIP } }
    store.add(next, { nowMs: 0 })
    expect(store.mark(BITCOIN_REGTEST)).toEqual({ height: 5, hash: null, told: false })
    const other = { ...watch, id: 'y', name: 'other', since: { [BITCOIN]: START_AT_TIP } }
    store.add(other, { nowMs: 0 })
    expect(store.mark(BITCOIN)).toEqual({ height: START_AT_TIP, hash: null, told: false })
    store.add({ ...watch, id: 'z', name: 'known', since: { [BITCOIN]: 7 } }, { nowMs: 0 })
    expect(store.marks(BITCOIN)).toEqual([{ height: 7, hash: null, told: false }])
  })

  test('removed with all that hangs on it, and the number of deliveries still open', () => {
    const { store, outbox, raise } = opened([{ kind: 'mail', to: 'me@example.org' }])
    raise('a')
    expect(store.remove('heist')).toBe(1)
    expect(store.watches()).toEqual([])
    expect(outbox.counts()).toEqual({ pending: 0, delivered: 0, dead: 0 })
    expect(() => store.remove('heist')).toThrow(expect.objectContaining({ code: 'WATCH_UNKNOWN' }))
    // One that was raised for it meanwhile tells nobody.
    raise('b')
    expect(store.alerts({ limit: 10 })).toEqual([])
  })
})

/**
 * The loop: every chain is looked at again and again, and what is due is delivered, until it is told to stop.
 * @module
 */
import type { LootlineError } from '../errors.ts'
import type { Clock } from '../net/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type DeliveryParts, deliverDue } from './deliver.ts'
import type { Pass, Watcher } from './watcher.ts'

export interface RunParts {
  readonly watcher: Watcher
  readonly delivery: DeliveryParts
  readonly clock: Clock
  /** Milliseconds between two looks at a chain. */
  readonly intervalOf: (chain: ChainId) => number
  readonly signal: AbortSignal
  /** Hands over what is to be called after every commit that raised alerts. */
  readonly onAlerts: (wake: () => void) => void
  readonly onPass: (pass: Pass) => void
  /** The store could not be read or written; the pass is done again. */
  readonly onTrouble: (error: LootlineError) => void
  readonly isTrouble: (error: unknown) => error is LootlineError
}

/** Longest time until watches and chains that were added meanwhile are seen. */
const LOOK_AROUND_MS = 1000

/** Resolves once stopped; what was under way has ended then. */
export async function runWatcher(parts: RunParts): Promise<void> {
  const { watcher, signal, intervalOf, onPass } = parts
  const chains = new Map<ChainId, Promise<void>>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const begin = (work: Promise<void>): Promise<void> => {
    work.catch(failed.reject)
    return work
  }
  const look = async (chain: ChainId): Promise<void> => {
    while (!signal.aborted && watcher.chains().includes(chain)) {
      const pass = await tried(parts, () => watcher.pass(chain))
      if (pass !== null) onPass(pass)
      await pause(parts, intervalOf(chain))
    }
    chains.delete(chain)
  }
  const deliveries = begin(deliverLoop(parts))
  while (!signal.aborted) {
    const now = await tried(parts, async () => watcher.chains())
    for (const chain of now ?? []) if (!chains.has(chain)) chains.set(chain, begin(look(chain)))
    await Promise.race([pause(parts, LOOK_AROUND_MS), failed.promise])
  }
  await Promise.race([Promise.all([...chains.values(), deliveries]), failed.promise])
}

/** Every chain once, to its tip, then everything that is due: for cron. Gives the passes. */
export async function runOnce(parts: Omit<RunParts, 'intervalOf' | 'onAlerts'>): Promise<readonly Pass[]> {
  const passes: Pass[] = []
  for (const chain of parts.watcher.chains()) {
    if (parts.signal.aborted) break
    const pass = await parts.watcher.pass(chain)
    parts.onPass(pass)
    passes.push(pass)
  }
  while (!parts.signal.aborted && (await deliverDue(parts.delivery)) > 0) {}
  return passes
}

async function deliverLoop(parts: RunParts): Promise<void> {
  const { delivery, clock, signal, onAlerts } = parts
  let wake = Promise.withResolvers<void>()
  onAlerts(() => wake.resolve())
  while (!signal.aborted) {
    wake = Promise.withResolvers()
    const done = await tried(parts, () => deliverDue(delivery))
    if (done !== null && done > 0) continue
    const next = delivery.outbox.nextDue()
    const wait = Math.min(LOOK_AROUND_MS, Math.max(10, (next ?? Number.POSITIVE_INFINITY) - clock.now()))
    await Promise.race([wake.promise, pause(parts, wait)])
  }
}

/** null where the store was busy or full. */
async function tried<T>({ isTrouble, onTrouble }: RunParts, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!isTrouble(error)) throw error
    onTrouble(error)
    return null
  }
}

/** Ends early where it is told to stop. */
async function pause({ clock, signal }: RunParts, milliseconds: number): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  const stop = (): void => stopped.resolve()
  if (signal.aborted) return
  signal.addEventListener('abort', stop, { once: true })
  await Promise.race([clock.sleep(milliseconds), stopped.promise])
  signal.removeEventListener('abort', stop)
}

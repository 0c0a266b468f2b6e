/**
 * A write that another process may hold up: `lootline watch run` writes to the same ledger, a block at a time.
 * @module
 */
import { setTimeout } from 'node:timers/promises'
import { StoreLockedError } from '../store/index.ts'

/** In all 10 s: an append of ours takes milliseconds, so whoever holds the lock longer imports. */
const TRIES = 100
const WAIT_MILLISECONDS = 100

/** @throws {StoreLockedError} where the store stays locked */
export async function withStoreFree<T>(write: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return write()
    } catch (error) {
      if (!(error instanceof StoreLockedError) || tries === TRIES) throw error
      await setTimeout(WAIT_MILLISECONDS)
    }
  }
}

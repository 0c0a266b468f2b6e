/**
 * Jobs that the tests of the pool ask threads for.
 * @module
 */
import { setTimeout } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { LootlineError } from '../../errors.ts'
import { type Job, job } from './pool.ts'

/** Waits, reports, and says what it was given; fails where told to. */
export const echoJob: Job<
  { ms: number; fails?: 'ours' | 'other' | 'ends' | 'full' },
  { ms: number; thread: number }
> = job(import.meta.url, 'echoJob', async ({ ms, fails }, report) => {
  report(ms)
  await setTimeout(ms)
  if (fails === 'ours')
    throw new OddError({ code: 'LEDGER_ODD', ms, exact: 12n }, `${ms} is odd.`, 'Take an even number.', {
      cause: new TypeError('why'),
    })
  if (fails === 'ends') process.exit(3)
  if (fails === 'full')
    throw Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', path: '/store/column' })
  if (fails === 'other') throw new RangeError(`out of range: ${ms}`)
  return { ms, thread: threadId }
})

class OddError extends LootlineError<{
  readonly code: 'LEDGER_ODD'
  readonly ms: number
  readonly exact: bigint
}> {
  override readonly name = 'OddError'
}

/**
 * How many requests may be sent: `--max-calls`.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { counted } from '../units/amount.ts'

/** Shared by all doors of one run. Every HTTP request counts, repeated ones included. */
export interface Budget {
  /** Requests allowed so far. */
  readonly used: number
  readonly max: number
  /** Called before a request is sent. @throws {BudgetError} where all are used up */
  take(): void
}

/** @param max a whole number of requests, 0 or more */
export function createBudget(max: number): Budget {
  let used = 0
  return {
    get used() {
      return used
    },
    max,
    take() {
      if (used >= max) throw new BudgetError(max)
      used++
    },
  }
}

/** No more requests are allowed. */
export class BudgetError extends LootlineError<{ readonly code: 'NET_BUDGET'; readonly maxCalls: number }> {
  override readonly name = 'BudgetError'
  constructor(maxCalls: number) {
    super(
      { code: 'NET_BUDGET', maxCalls },
      `--max-calls allows no more: ${counted(maxCalls, 'call')} made.`,
      'What was fetched is kept: run the same again with a larger --max-calls and it goes on from here.',
    )
  }
}

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
export class BudgetError extends LootlineError<{
  readonly code: 'NET_BUDGET'
  readonly maxCalls: number
  readonly isTooSmall: boolean
}> {
  override readonly name = 'BudgetError'
  /** @param isTooSmall nothing was answered that could be kept: the same again would come no further */
  constructor(maxCalls: number, isTooSmall = false) {
    super(
      { code: 'NET_BUDGET', maxCalls, isTooSmall },
      `--max-calls allows no more: ${counted(maxCalls, 'call')} made${isTooSmall ? ', too few to get any further: each run begins with calls whose answers hold for the moment alone' : ''}.`,
      isTooSmall
        ? 'Run the same again with a larger --max-calls.'
        : 'What was fetched is kept: run the same again with a larger --max-calls and it goes on from here.',
    )
  }
}

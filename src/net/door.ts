/**
 * The door: the only way out to a network. One door belongs to one source that the user named. What is asked is data
 * (a {@link Question}), so that doors can be stacked: one that asks, one that remembers, one that counts.
 * @module
 */

/** How long an answer stays true. */
export type Keep =
  /** It is of this moment only (a chain's tip, a mempool). */
  | 'never'
  /** Until the user asks for fresh answers (an output is unspent, a holder's history). */
  | 'refresh'
  /**
   * As long as this block is in the chain; `passing` for what is too large to be kept for long (a whole block): it goes
   * when the sweep that asked for it is past that height.
   */
  | { readonly height: number; readonly hash: string; readonly passing?: true }

/** An answer as it came: HTTP status 200, or one that the question names in `expected`. Bounded before it is given. */
export interface Answer {
  readonly status: number
  readonly bytes: Uint8Array
  /** UTF-8. @throws {AnswerError} for other bytes */
  text(): string
  /** @throws {AnswerError} NET_BAD_ANSWER where it is no JSON, saying what came instead (HTML, say), shortened */
  json(): unknown
}

/** What a source is asked. */
export interface Question<T> {
  /** Names the question among all of this source, and is what errors and progress show: `GET /tx/4bed…/outspends`. No secrets. */
  readonly name: string
  readonly method?: 'GET' | 'POST'
  /** Below the source's URL, query included; no secrets. */
  readonly path?: string
  /** JSON; sent as it is. */
  readonly body?: string
  /** HTTP statuses beside 200 that are answers, such as 404 for "there is none". */
  readonly expected?: readonly number[]
  /** At most so many bytes; larger ones are refused while they come in. Default: the door's. */
  readonly maxBytes?: number
  /**
   * Checks an answer and makes of it what was asked.
   * @throws {AnswerError} where it is not what the source promises; nothing is remembered then
   * @throws {BusyAnswerError} where the source says to come again later; the door does so
   */
  readonly read: (answer: Answer) => T
  readonly keep: (value: T) => Keep
}

export interface Door {
  /** The source's URL without secrets, as errors and flows show it. */
  readonly shown: string
  /**
   * @throws {SourceError} where the source cannot be reached, refuses, or answers what it should not
   * @throws {BudgetError} where no more calls are allowed
   * @throws {OfflineError} where the answer is not remembered and nothing may be asked
   */
  ask<T>(question: Question<T>): Promise<T>
}

/** Time as the door sees it; tests give one that they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>
}

/**
 * A door that remembers: what was answered is answered from the archive.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type Answer, answerOf, type Door, OfflineError, type Question } from '../net/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type Archive, textOf } from './archive.ts'

export interface ArchivedOptions {
  readonly chain: ChainId
  /** Answers kept until refresh are asked for anew, once. */
  readonly refresh: boolean
  /** Nothing may be asked. */
  readonly offline: boolean
  /** Unix seconds. */
  readonly now: () => number
  /** Once raised, nothing is waited for any more; answers that still come are remembered while the store is open. */
  readonly signal?: AbortSignal
}

/**
 * A door that answers from memory what was answered before. The same question asked again before its answer is there
 * waits for that answer, and reads it itself: what is read may depend on who asks.
 */
export function archived(door: Door, archive: Archive, options: ArchivedOptions): Door {
  const own = archive.of(door.shown, options.chain)
  const asking = new Map<string, Promise<Answer | undefined>>()
  const refreshed = new Set<string>()

  function remembered<T>(question: Question<T>): { readonly value: T } | null {
    if (archive.isAnew && !options.offline) return null
    const found = own.find(question)
    if (found === null) return null
    if (found.untilRefresh && options.refresh && !refreshed.has(textOf(question))) return null
    try {
      const value = question.read(answerOf(found.status, found.bytes))
      own.use(found)
      return { value }
    } catch {
      // Accepted by an older reader, or damaged: asked anew.
      own.drop(question)
      return null
    }
  }

  async function ask<T>(question: Question<T>): Promise<{ readonly value: T; readonly answer?: Answer }> {
    const found = remembered(question)
    if (found !== null) return found
    if (options.offline) throw new OfflineError({ source: door.shown, question: question.name })
    let answer: Answer | undefined
    const value = await door.ask<T>({
      ...question,
      read(given) {
        const made = question.read(given)
        answer = given
        return made
      },
    })
    const keep = question.keep(value)
    if (options.refresh && keep === 'refresh') refreshed.add(textOf(question))
    if (answer !== undefined && keep !== 'never') own.store(question, answer, keep, options.now())
    return answer === undefined ? { value } : { value, answer }
  }

  async function afterOther<T>(question: Question<T>, before: Promise<Answer | undefined>): Promise<T> {
    const answer = await before
    try {
      if (answer !== undefined) return question.read(answer)
    } catch {
      // Asked anew, the door says what is wrong with it, and where.
    }
    return (await ask(question)).value
  }

  function unlessInterrupted<T>(answer: Promise<T>): Promise<T> {
    const { signal } = options
    if (signal === undefined) return answer
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new InterruptedError())
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  }

  return {
    shown: door.shown,
    ask<T>(question: Question<T>): Promise<T> {
      const key = textOf(question)
      const before = asking.get(key)
      if (before !== undefined) return unlessInterrupted(afterOther(question, before))
      const asked = ask(question).finally(() => asking.delete(key))
      const answer = asked.then((given) => given.answer)
      // Who asked first is told of a failure; nobody need wait for the answer.
      answer.catch(() => {})
      asking.set(key, answer)
      return own.wait(unlessInterrupted(asked.then(({ value }) => value)))
    },
  }
}

/** The user wants no more to be asked. */
export class InterruptedError extends LootlineError<{ readonly code: 'LIVE_INTERRUPTED' }> {
  override readonly name = 'InterruptedError'
  constructor() {
    super(
      { code: 'LIVE_INTERRUPTED' },
      'Interrupted.',
      'What was fetched is kept: run the same again and it goes on from here.',
    )
  }
}

/**
 * What is found wrong only once several answers are put together.
 * @module
 */
import { AnswerError, type Door } from '../../../net/index.ts'

/** Runs `read`; an {@link AnswerError} of it names the source and what was asked. */
export function inAnswer<T>(door: Door, question: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error
    throw error.at({ source: door.shown, question, attempts: 1 }, (text) => text)
  }
}

/** To be thrown where answers, each in order, do not go together. */
export function badAnswers(door: Door, question: string, expected: string, came: string): AnswerError {
  return new AnswerError({ expected, came }, { source: door.shown, question, attempts: 1 })
}

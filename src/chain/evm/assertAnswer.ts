import { AnswerError } from '../../net/index.ts'
import type { Source } from '../source.ts'

/** @throws {AnswerError} where an answer is not what the source promises */
export function assertAnswer(isSo: boolean, expected: string, came: string): asserts isSo {
  if (!isSo) throw new AnswerError({ expected, came })
}

/**
 * The same source, whose errors about several answers together, which the door cannot know of, name it and what was asked.
 */
export function namingErrors(source: Source): Source {
  const { shown } = source
  const named = (error: unknown, method: string, args: readonly unknown[]): unknown => {
    if (!(error instanceof AnswerError) || error.data.source === shown) return error
    const about = args.filter((arg) => typeof arg === 'string' || typeof arg === 'number')
    return error.at({ source: shown, question: [method, ...about].join(' '), attempts: 1 }, (text) => text)
  }
  const wrapped = Object.entries(source).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'function') return [name, value]
    const method = value as (...args: readonly unknown[]) => Promise<unknown> & AsyncIterable<unknown>
    if (name === 'history') return [name, walk]
    return [
      name,
      async (...args: readonly unknown[]) =>
        method(...args).catch((error: unknown) => {
          throw named(error, name, args)
        }),
    ]

    async function* walk(...args: readonly unknown[]): AsyncGenerator<unknown> {
      try {
        yield* method(...args)
      } catch (error) {
        throw named(error, name, args)
      }
    }
  })
  return Object.fromEntries(wrapped) as Source
}

/**
 * Makes `Question.read` out of a zod schema; what is wrong is said with its place.
 * @module
 */
import { z } from 'zod'
import { printable } from '../units/text.ts'
import type { Answer } from './door.ts'
import { AnswerError } from './sourceError.ts'

/**
 * @example
 * const question: Question<number> = { name: 'GET /tip', path: '/tip', read: readJson(z.int().min(0)), keep: () => 'never' }
 */
export function readJson<T>(schema: z.ZodType<T>): (answer: Answer) => T {
  return (answer) => checkJson(schema, answer.json())
}

/** @param root how the value is called in errors: `$`, or `$.result` for a part. @throws {AnswerError} */
export function checkJson<T>(schema: z.ZodType<T>, value: unknown, root = '$'): T {
  // What safeParse does, but for the messages: an array of a million wrong items has a million, which take 10 s to make.
  const checked = schema._zod.run({ value, issues: [] }, { async: false })
  if (checked instanceof Promise) throw new TypeError('A schema of answers must not be asynchronous')
  const [first] = checked.issues
  if (first === undefined) return checked.value as T
  throw wrongAt(z.core.util.finalizeIssue(first, {}, z.config()), value, root)
}

/** What is first wrong with a value, as zod found it. */
export function answerError(error: z.ZodError, value: unknown, root = '$'): AnswerError {
  return wrongAt(error.issues[0]!, value, root)
}

function wrongAt(first: z.core.$ZodIssue, value: unknown, root: string): AnswerError {
  let issue = first
  const path = [...issue.path]
  // Of alternatives the one that got farthest says most.
  while (issue.code === 'invalid_union' && issue.errors.some((issues) => issues.length > 0)) {
    const [deepest] = issue.errors
      .flatMap((issues) => issues.slice(0, 1))
      .sort((a, b) => b.path.length - a.path.length)
    issue = deepest!
    path.push(...issue.path)
  }
  let at: unknown = value
  for (const key of path)
    at = isObject(at) && Object.hasOwn(at, key) ? (at as Record<PropertyKey, unknown>)[key] : undefined
  return new AnswerError({
    expected: wordsOf(issue),
    path:
      root +
      path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${printable(String(key), 40)}`)).join(''),
    came: nameOf(at),
  })
}

/** zod's message, so that it fits behind "expected". */
function wordsOf({ message }: z.core.$ZodIssue): string {
  return message
    .replace(
      /^(Invalid (input|option)|Too (small|big)): expected |^Invalid discriminator value\. Expected /,
      '',
    )
    .replace(/, received .*$/, '')
    .replace(/^Unrecognized (keys?): /, 'no $1 ')
    .replace(/^Invalid (\w+): must /, '$1 to ')
    .replace(/^Invalid /, 'valid ')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** A value in a few words. */
function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return `"${printable(value, 60)}"`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (!isObject(value)) return String(value)
  const keys = Object.keys(value)
  const few = keys.slice(0, 5).map((key) => printable(key, 20))
  return `an object of ${few.join(', ')}${keys.length > few.length ? ', …' : ''}`
}

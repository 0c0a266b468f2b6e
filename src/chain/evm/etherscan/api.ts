/**
 * Etherscan's API v2 as questions (docs.etherscan.io): one URL for all chains, failures with HTTP status 200 and in words.
 * The key is the door's secret and in no question.
 * @module
 */
import { z } from 'zod'
import {
  type Answer,
  AnswerError,
  BusyAnswerError,
  checkJson,
  type Door,
  type Keep,
  type Question,
} from '../../../net/index.ts'

/** Parameters of one call, in the order in which they are sent. */
export type Parameters = Readonly<Record<string, string | number>>

const envelope = z.looseObject({
  status: z.string().optional(),
  message: z.string().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})

/** The result of one call. Errors as {@link Door.ask}. */
export function askApi<T>(
  door: Door,
  chainId: number,
  parameters: Parameters,
  schema: z.ZodType<T>,
  keep: (value: T) => Keep,
): Promise<T> {
  return door.ask(questionOf(chainId, parameters, schema, keep))
}

/** The same; null where the node behind the API refuses the call: its contract reverts, for one. */
export async function askProxy<T>(
  door: Door,
  chainId: number,
  parameters: Parameters,
  schema: z.ZodType<T>,
  keep: Keep,
): Promise<T | null> {
  const question = questionOf(chainId, parameters, schema, () => keep)
  return door.ask<T | null>({
    ...question,
    read: (answer) => {
      try {
        return question.read(answer)
      } catch (error) {
        if (error instanceof RefusedError) return null
        throw error
      }
    },
    keep: () => keep,
  })
}

function questionOf<T>(
  chainId: number,
  parameters: Parameters,
  schema: z.ZodType<T>,
  keep: (value: T) => Keep,
): Question<T> {
  const query = new URLSearchParams({ chainid: String(chainId) })
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value))
  return {
    name: `GET ?${query}`,
    path: `?${query}`,
    read: (answer) => checkJson(schema, resultOf(answer), '$.result'),
    keep,
  }
}

/** "No transactions found", "No token transfers found", "No records found". */
const NONE = /^no (?:[\w-]+ ){0,3}found/i
/** "Max calls per sec rate limit reached (5/sec)", "Query Timeout occured", "Server too busy". */
const BUSY = /rate limit|per sec|timeout|timed? ?out|too busy|try again|temporar/i
/** "Max daily rate limit reached. 110000 (100%) of 100000 day/limit": waiting for minutes is of no use. */
const DAILY = /daily/i
/** "Invalid API Key", "Missing/Invalid API Key", "Too many invalid api key attempts, please try again later". */
const KEY = /api ?key/i

function resultOf(answer: Answer): unknown {
  const { status, message, result, error } = checkJson(envelope, answer.json())
  if (error !== undefined) throw new RefusedError({ expected: 'a result', came: error.message })
  // The proxy module answers as JSON-RPC, without a status.
  if (status === undefined || status === '1') return result
  if (Array.isArray(result) && result.length === 0) return result
  const said = typeof result === 'string' && result !== '' ? result : (message ?? '')
  if (NONE.test(said) || NONE.test(message ?? '')) return []
  throw failure(said)
}

function failure(said: string): Error {
  if (KEY.test(said)) return new BadKeyError({ expected: 'an answer', came: said })
  if (BUSY.test(said) && !DAILY.test(said)) return new BusyAnswerError({ reason: said })
  return new AnswerError({ expected: 'an answer', came: said })
}

/** The node behind the API answers with an error. */
class RefusedError extends AnswerError {
  override readonly name = 'RefusedError'
}

/** The API refuses the key, or wants one. */
export class BadKeyError extends AnswerError {
  override readonly name = 'BadKeyError'
  override readonly next = 'Check the API key of this source, and that its plan includes this chain.'
}

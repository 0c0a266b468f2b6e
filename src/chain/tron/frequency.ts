/**
 * TronGrid says "later" with HTTP status 403 and in words (developers.tron.network, "Rate Limits"): "The key exceeds the
 * frequency limit(15), and the query server is suspended for 30s".
 * @module
 */
import { type Answer, BusyAnswerError, type Door, SourceError } from '../../net/index.ts'

const SUSPENDED = /suspended for (\d{1,6}) ?s\b/
/** What is looked at of a refusal. */
const REFUSAL_BYTES = 4096

/** The same door, which waits as long as such an answer says. Any other 403 is a refusal. */
export function heedingFrequency(door: Door): Door {
  return {
    shown: door.shown,
    ask: (question) =>
      door.ask({
        ...question,
        expected: [...(question.expected ?? []), 403],
        read: (answer) => {
          if (answer.status === 403) throw refusal(answer)
          return question.read(answer)
        },
      }),
  }
}

function refusal({ status, bytes }: Answer): SourceError {
  const body = new TextDecoder().decode(bytes.subarray(0, REFUSAL_BYTES))
  const [, seconds] = SUSPENDED.exec(body) ?? []
  return seconds === undefined
    ? new SourceError({ code: 'NET_STATUS', status, body })
    : new BusyAnswerError({ reason: `HTTP status ${status} ${body}`, retryAfterMs: Number(seconds) * 1000 })
}

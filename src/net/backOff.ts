/**
 * How long to wait before asking again.
 * @module
 */

/** The bound of the first wait; it doubles each time. */
const FIRST_MS = 500

/**
 * Milliseconds to wait after the `attempt`-th failure (from 1): evenly between 0 and 500 ms · 2^(attempt - 1), capped.
 * "Full jitter" of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015-03-04: clients that failed
 * together do not come again together.
 * @param random in [0, 1)
 */
export function backOff(attempt: number, capMs: number, random: () => number): number {
  return Math.floor(random() * Math.min(capMs, FIRST_MS * 2 ** (attempt - 1)))
}

/**
 * Milliseconds that `Retry-After` asks for: a number of seconds or an HTTP date (RFC 9110 sections 10.2.3 and 5.6.7);
 * undefined where it is neither.
 * @param now milliseconds since 1970
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000
  // All three forms of an HTTP date begin with the name of a day.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .{1,40}$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

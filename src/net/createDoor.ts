/**
 * The door that asks: polite (paced, backing off), bounded, and silent about secrets.
 * @module
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { inspect } from 'node:util'
import { z } from 'zod'
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'
import { answerOf } from './answer.ts'
import { backOff, retryAfter } from './backOff.ts'
import type { Budget } from './budget.ts'
import { systemClock } from './clock.ts'
import type { Clock, Door, Question } from './door.ts'
import { createGate, type Pace } from './gate.ts'
import { answerError } from './readJson.ts'
import { checkSecrets, redactor, type Secrets } from './secrets.ts'
import { type HttpAnswer, send } from './send.ts'
import { AnswerError, BusyAnswerError, type Place, SourceError } from './sourceError.ts'
import { sourceUrl } from './sourceUrl.ts'

export interface Limits extends Pace {
  /** Longest time for one answer. */
  readonly timeoutMs: number
  /** Longest time in which nothing comes. */
  readonly silenceMs: number
  /** Largest answer after decompression; a question may say another. */
  readonly maxBytes: number
  /** How often a question is asked again. */
  readonly retries: number
  /** Longest wait before asking again; a source that asks for a longer one is given up. */
  readonly maxRetryMs: number
}

/** Ours, not a standard's: public explorers allow some 5 to 10 calls a second (Etherscan's free plan: 5). */
export const DEFAULT_LIMITS: Limits = {
  concurrency: 4,
  perSecond: 5,
  burst: 5,
  timeoutMs: 120_000,
  silenceMs: 30_000,
  maxBytes: 64 * 1024 * 1024,
  retries: 6,
  maxRetryMs: 120_000,
}

/** One HTTP request, after its end. */
export interface Call {
  readonly question: string
  /** From 1. */
  readonly attempt: number
  /** HTTP status, or null where there was no answer. */
  readonly status: number | null
  /** Bytes of the answer after decompression. */
  readonly bytes: number
}

export interface DoorOptions {
  /** http or https; without user, password, query or secrets, which `secrets` adds. */
  readonly url: string
  /** How the URL is shown; default: `url`. */
  readonly shown?: string
  readonly secrets?: Secrets
  readonly limits?: Partial<Limits>
  readonly budget?: Pick<Budget, 'take'>
  readonly onCall?: (call: Call) => void
  readonly clock?: Clock
  /** In [0, 1), for jitter. */
  readonly random?: () => number
}

/** What is looked at of a refusal; less is shown. */
const REFUSAL_BYTES = 4096
/** RFC 9110 section 15.5.9, 15.6; RFC 6585 section 4 (429); RFC 8470 (425). */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])
/** Statuses that say "later". */
const BUSY = new Set([429, 503])
/** How often an answer that is cut off is asked for again. */
const CUT_RETRIES = 2

/**
 * @throws {BadUrlError} for a URL that is none, of another scheme, or with secrets in it
 * @throws {BadSecretError}
 * @example
 * const door = createDoor({ url: 'http://127.0.0.1:3002/api', limits: { perSecond: 50 } })
 * await door.ask({ name: 'GET /blocks/tip/height', path: '/blocks/tip/height', read: readJson(z.int()), keep: () => 'never' })
 */
export function createDoor(options: DoorOptions): Door {
  const { secrets = {}, budget, onCall, clock = systemClock, random = Math.random } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  checkSecrets(secrets)
  const urlOf = sourceUrl(options.url, secrets)
  const clean = redactor(secrets)
  const shown = clean(options.shown ?? options.url)
  const gate = createGate(limits, clock)
  const Agent = urlOf('').protocol === 'https:' ? HttpsAgent : HttpAgent
  const agent = new Agent({ keepAlive: true, maxSockets: limits.concurrency })

  async function attempt<T>(question: Question<T>, number: number): Promise<T> {
    const wanted = (status: number): boolean => status === 200 || question.expected?.includes(status) === true
    const call = { question: printable(clean(question.name), 160), attempt: number }
    await gate.enter()
    let came: HttpAnswer
    try {
      budget?.take()
      came = await send({
        url: urlOf(question.path ?? ''),
        method: question.method ?? (question.body === undefined ? 'GET' : 'POST'),
        headers: {
          accept: '*/*',
          'accept-encoding': 'gzip',
          'user-agent': 'lootline',
          ...(question.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...secrets.headers,
        },
        ...(question.body === undefined ? {} : { body: question.body }),
        wanted,
        maxBytes: question.maxBytes ?? limits.maxBytes,
        timeoutMs: limits.timeoutMs,
        silenceMs: limits.silenceMs,
        agent,
      })
    } catch (error) {
      if (error instanceof SourceError) onCall?.({ ...call, status: null, bytes: 0 })
      throw error
    } finally {
      gate.leave()
    }
    onCall?.({ ...call, status: came.status, bytes: came.bytes.length })
    if (!wanted(came.status)) throw refusal(came)
    try {
      return question.read(answerOf(came.status, came.bytes))
    } catch (error) {
      throw misread(error)
    }
  }

  /** What a reader throws, as an error of the source; bugs pass, unless they would show a secret. */
  function misread(thrown: unknown): unknown {
    if (thrown instanceof SourceError) return thrown
    if (thrown instanceof z.ZodError) return answerError(thrown, undefined)
    // A value that is none (an address, an amount), and what BigInt, RegExp, decodeURI and deep recursion throw.
    const ofValue = [LootlineError, SyntaxError, RangeError, URIError].some((Kind) => thrown instanceof Kind)
    const inside = inspect(thrown, { depth: 8 })
    if (!ofValue && clean(inside) === inside) return thrown
    const came = thrown instanceof Error ? thrown.message : String(thrown)
    return new AnswerError({ expected: 'what the source promises', came })
  }

  function refusal({ status, headers, bytes }: HttpAnswer): SourceError {
    const { location } = headers
    if (status >= 300 && status < 400 && location !== undefined)
      return new SourceError({ code: 'NET_REDIRECT', status, to: originOf(location) })
    const body = new TextDecoder().decode(bytes.subarray(0, REFUSAL_BYTES))
    const retryAfterMs = retryAfter(headers['retry-after'], clock.now())
    return new SourceError({
      code: 'NET_STATUS',
      status,
      body,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }

  /** Scheme and host alone: a path or query may echo a secret. */
  function originOf(location: string): string {
    const to = URL.parse(location, options.url)
    return to === null ? 'no URL' : `${to.protocol}//${to.host}`
  }

  /** Milliseconds until the question is asked again; null where it is not. */
  function waitAfter(error: SourceError, number: number): number | null {
    if (!isPassing(error)) return null
    const asked = retryAfterOf(error) ?? 0
    return asked > limits.maxRetryMs ? null : Math.max(asked, backOff(number, limits.maxRetryMs, random))
  }

  /** The error as it is thrown at last. */
  function given(error: SourceError, place: Place): SourceError {
    const { data } = error
    if (data.code !== 'NET_STATUS' || !isBusy(error)) return error.at(place, clean)
    const wait = data.retryAfterMs === undefined ? {} : { retryAfterMs: data.retryAfterMs }
    const busy = new BusyAnswerError({ reason: `HTTP status ${data.status} ${data.body}`, ...wait })
    return busy.at(place, clean)
  }

  return {
    shown,
    async ask(question) {
      let cuts = 0
      for (let number = 1; ; number++) {
        try {
          return await attempt(question, number)
        } catch (thrown) {
          if (!(thrown instanceof SourceError)) throw thrown
          if (thrown.data.code === 'NET_BAD_ANSWER') cuts++
          const over = number > limits.retries || cuts > CUT_RETRIES
          const wait = over ? null : waitAfter(thrown, number)
          if (wait === null) throw given(thrown, { source: shown, question: question.name, attempts: number })
          // What is asked of one is asked of all.
          if (isBusy(thrown)) gate.pause(wait)
          await clock.sleep(wait)
        }
      }
    },
  }
}

function isPassing({ data }: SourceError): boolean {
  switch (data.code) {
    case 'NET_UNREACHABLE':
      return !data.lasting
    case 'NET_STATUS':
      return PASSING.has(data.status)
    case 'NET_BAD_ANSWER':
      return data.cut === true
    case 'NET_TIMEOUT':
    case 'NET_BUSY':
      return true
    default:
      return false
  }
}

function isBusy({ data }: SourceError): boolean {
  return data.code === 'NET_BUSY' || (data.code === 'NET_STATUS' && BUSY.has(data.status))
}

function retryAfterOf({ data }: SourceError): number | undefined {
  return data.code === 'NET_STATUS' || data.code === 'NET_BUSY' ? data.retryAfterMs : undefined
}

/**
 * What can go wrong with a source, in one family: each names the source, the question and what came.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'

/** Which source was asked what, without secrets. */
export interface Place {
  readonly source: string
  readonly question: string
  /** Requests sent for the question. */
  readonly attempts: number
}

export type SourceFacts =
  /** `lasting`: asking again soon is of no use (an unknown name, a wrong certificate). */
  | { readonly code: 'NET_UNREACHABLE'; readonly reason: string; readonly lasting: boolean }
  /** `silence`: nothing came for so long; `whole`: the answer took longer in all. */
  | { readonly code: 'NET_TIMEOUT'; readonly kind: 'silence' | 'whole'; readonly milliseconds: number }
  | {
      readonly code: 'NET_STATUS'
      readonly status: number
      readonly body: string
      readonly retryAfterMs?: number
    }
  | { readonly code: 'NET_TOO_LARGE'; readonly limitBytes: number }
  /** `to`: scheme and host alone. */
  | { readonly code: 'NET_REDIRECT'; readonly status: number; readonly to: string }
  | AnswerFacts
  | BusyFacts

export interface AnswerFacts {
  readonly code: 'NET_BAD_ANSWER'
  readonly expected: string
  /** Where in a JSON document: `$.vout[3].value`. */
  readonly path?: string
  readonly came: string
  /** The answer ends before its end. */
  readonly cut?: boolean
  /** JSON-RPC's error object. */
  readonly rpcCode?: number
  readonly rpcMessage?: string
}

export interface BusyFacts {
  readonly code: 'NET_BUSY'
  readonly reason: string
  /** When the source says to come again, in milliseconds from then. */
  readonly retryAfterMs?: number
}

/** Characters of what came, or of a name, that are shown. */
const SHOWN = 200

const NOWHERE: Place = { source: 'The source', question: 'a question', attempts: 1 }

/** A source that cannot be reached, refuses, or answers what it should not. */
export class SourceError<F extends SourceFacts = SourceFacts> extends LootlineError<F & Place> {
  override readonly name: string = 'SourceError'
  readonly #facts: F

  constructor(facts: F, place: Place = NOWHERE) {
    const shown = mapTexts(facts, (text) => printable(text.trim(), SHOWN))
    const at = {
      source: printable(place.source, SHOWN),
      question: printable(place.question, SHOWN),
      attempts: place.attempts,
    }
    const times = at.attempts > 1 ? ` (asked ${at.attempts} times)` : ''
    super({ ...shown, ...at }, `${at.source} ${said(shown)}; asked: ${at.question}${times}.`, nextOf(facts))
    this.#facts = facts
  }

  /** The same with its place, every text passed through `clean`. Subclasses have the same constructor. */
  at(place: Place, clean: (text: string) => string): this {
    const facts = mapTexts(this.#facts, clean)
    const again = this.constructor as new (facts: unknown, place: Place) => this
    return new again(facts, { ...place, source: clean(place.source), question: clean(place.question) })
  }
}

/** An answer that is not what the source promises. */
export class AnswerError extends SourceError<AnswerFacts> {
  override readonly name: string = 'AnswerError'
  constructor(facts: Omit<AnswerFacts, 'code'>, place?: Place) {
    super({ ...facts, code: 'NET_BAD_ANSWER' }, place)
  }
}

/** JSON-RPC: the node answered with an error object. */
export class RpcError extends AnswerError {
  override readonly name = 'RpcError'
}

/** The source says to come again later. The door does so; it is thrown by the door where that was in vain. */
export class BusyAnswerError extends SourceError<BusyFacts> {
  override readonly name = 'BusyAnswerError'
  constructor(facts: Omit<BusyFacts, 'code'>, place?: Place) {
    super({ ...facts, code: 'NET_BUSY' }, place)
  }
}

/** The answer is not remembered, and nothing may be asked. */
export class OfflineError extends LootlineError<{
  readonly code: 'NET_OFFLINE'
  readonly source: string
  readonly question: string
}> {
  override readonly name = 'OfflineError'
  constructor(place: { readonly source: string; readonly question: string }) {
    const source = printable(place.source, 200)
    const question = printable(place.question, 160)
    super(
      { code: 'NET_OFFLINE', source, question },
      `The answer of ${source} to ${question} is not in the store, and --offline allows no call.`,
      'Run the same without --offline.',
    )
  }
}

function mapTexts<F extends object>(facts: F, change: (text: string) => string): F {
  const changed = Object.entries(facts).map(([key, fact]) => [
    key,
    typeof fact === 'string' ? change(fact) : fact,
  ])
  return Object.fromEntries(changed) as F
}

function said(facts: SourceFacts): string {
  switch (facts.code) {
    case 'NET_UNREACHABLE':
      return `cannot be reached (${facts.reason})`
    case 'NET_TIMEOUT':
      return facts.kind === 'silence'
        ? `sent nothing for ${facts.milliseconds} ms`
        : `did not end its answer within ${facts.milliseconds} ms`
    case 'NET_STATUS':
      return `answered with HTTP status ${facts.status}${quoted(facts.body)}`
    case 'NET_TOO_LARGE':
      return `answered with more than ${facts.limitBytes} bytes, which is the limit; the rest was not read`
    case 'NET_REDIRECT':
      return `answered with a redirect (HTTP status ${facts.status}) to ${facts.to}, which was not followed`
    case 'NET_BAD_ANSWER':
      if (facts.rpcCode !== undefined)
        return `answered with error ${facts.rpcCode}${quoted(facts.rpcMessage ?? '')}`
      return `answered what it should not: expected ${facts.expected}${
        facts.path === undefined ? '' : ` at ${facts.path}`
      }, got ${facts.came}`
    case 'NET_BUSY':
      return `is busy${quoted(facts.reason)}${
        facts.retryAfterMs === undefined ? '' : ` and asks to wait ${Math.ceil(facts.retryAfterMs / 1000)} s`
      }`
  }
}

function quoted(text: string): string {
  return text === '' ? '' : `: "${text}"`
}

function nextOf(facts: SourceFacts): string {
  switch (facts.code) {
    case 'NET_UNREACHABLE':
      return 'Check the URL, that the source runs, and the connection; what was fetched is kept.'
    case 'NET_TIMEOUT':
      return 'Run the same again: what was fetched is kept. A slow source may need a longer time limit.'
    case 'NET_STATUS':
      if (facts.status === 401 || facts.status === 403)
        return 'Check the key or password that the environment gives for this source.'
      if (facts.status === 404) return 'Check the URL of the source, its path included.'
      return 'Run the same again later: what was fetched is kept.'
    case 'NET_TOO_LARGE':
      return 'Check that the URL is that of a source of this kind.'
    case 'NET_REDIRECT':
      return 'If you trust that host, name it as the URL of the source.'
    case 'NET_BAD_ANSWER':
      return facts.rpcCode === undefined
        ? 'Check that the URL is that of a source of this kind, and of a version that is supported.'
        : 'Check what the source offers (index, trace methods, history).'
    case 'NET_BUSY':
      return 'Run the same again later: what was fetched is kept.'
  }
}

/**
 * The URL of a source as the user typed it. A secret in it is refused before it can be stored or shown.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { VARIABLE } from './entry.ts'

export interface GivenUrl {
  /** As it is stored and shown. */
  readonly shown: string
  /** What the door takes: without query. `{NAME}` may stand in its path. */
  readonly base: string
  /** Variables named in the path. */
  readonly inPath: readonly string[]
  /** Query parameters, each with the variable that holds its value. */
  readonly inQuery: readonly (readonly [parameter: string, variable: string])[]
  readonly loopback: boolean
  /** http to another machine: what is sent can be read on the way. */
  readonly open: boolean
}

/** Longest URL accepted. Ours, not a standard's: RFC 9110 section 4.1 recommends 8000 octets as the least to support. */
const MAX_LENGTH = 2000
/** Runs of the characters that keys and tokens are written in: hex, base58, base64 (also RFC 4648 section 5), UUIDs. */
const RUNS = /[A-Za-z0-9_+=~-]{20,}/g
const PLACEHOLDER = /^\{([^{}]*)\}$/

/**
 * @throws {SecretInUrlError} for user, password, or what looks like a key; the URL is not in the error
 * @throws {SourceUrlError}
 */
export function givenUrl(typed: string): GivenUrl {
  const url = typed.length > MAX_LENGTH ? null : URL.parse(typed)
  if (url === null || url.hostname === '' || /[{}]/.test(url.hostname))
    throw new SourceUrlError('it is no URL')
  if (url.username !== '' || url.password !== '') throw new SecretInUrlError('a user or password')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SourceUrlError('it is not http or https')
  const path = decoded(url.pathname).replace(/\/+$/, '')
  for (const part of [path, url.hash]) {
    if (looksSecret(part)) throw new SecretInUrlError('what looks like a key in its path')
  }
  if (url.hash !== '') throw new SourceUrlError('it has a fragment (#…)')
  const inQuery = [...url.searchParams].map(([parameter, value]) => {
    const variable = PLACEHOLDER.exec(value)?.[1]
    if (variable === undefined) {
      if (looksSecret(value) || looksSecret(parameter) || /key|token|secret|pass|auth/i.test(parameter))
        throw new SecretInUrlError('what looks like a key in its query')
      throw new SourceUrlError('its query has a value that is no {NAME}')
    }
    return [parameter, assertVariable(variable)] as const
  })
  const inPath = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, variable]) => assertVariable(variable!))
  if (/[{}]/.test(path.replace(/\{[^{}]*\}/g, ''))) throw new SourceUrlError('its braces do not pair')
  const loopback = isLoopback(url.hostname)
  const base = `${url.origin}${path}`
  const query = inQuery.map(([parameter, variable]) => `${parameter}={${variable}}`).join('&')
  return {
    shown: query === '' ? base : `${base}?${query}`,
    ...{ base, inPath, inQuery },
    loopback,
    open: url.protocol === 'http:' && !loopback,
  }
}

/**
 * Whether a text holds a run of at least 20 characters as keys are, with at least 2.5 bits of entropy a character (Shannon):
 * letters and digits alone, which no word is that long; or with separators (UUIDs, base64) three digits or letters of both
 * cases, which words with hyphens seldom have. Random keys of 20 characters in hex, base32, base58 and base64 pass unseen less
 * than once in 1,000; longer ones less often.
 */
export function looksSecret(text: string): boolean {
  return (text.match(RUNS) ?? []).some((run) => {
    const digits = run.replace(/\D/g, '').length
    const mixed = /[a-z].*[a-z]/.test(run) && /[A-Z].*[A-Z]/.test(run)
    return (/[A-Za-z0-9]{20}/.test(run) || digits >= 3 || mixed) && entropyOf(run) >= 2.5
  })
}

/** Bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new SourceUrlError('its path has a % that escapes nothing')
  }
}

function assertVariable(name: string): string {
  if (VARIABLE.test(name)) return name
  throw new SourceUrlError('what stands in its braces is no name of an environment variable')
}

/** RFC 6761 section 6.3 (localhost), RFC 1122 section 3.2.1.3 (127/8), RFC 4291 section 2.5.3 (::1). */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

const NEXT =
  'Put it into an environment variable and write its name: https://mainnet.infura.io/v3/{INFURA_KEY}, or use --auth-env, --cookie, --key-env or --key-keyring.'

/** It may have been typed by mistake: what was typed is in no field of this error. */
export class SecretInUrlError extends LootlineError<{
  readonly code: 'LIVE_SECRET_IN_URL'
  readonly found: string
}> {
  override readonly name = 'SecretInUrlError'
  constructor(found: string) {
    super({ code: 'LIVE_SECRET_IN_URL', found }, `The URL holds ${found}; nothing was stored.`, NEXT)
  }
}

/** A URL that no source can have. It is not shown: there may be a secret in it. */
export class SourceUrlError extends LootlineError<{
  readonly code: 'LIVE_BAD_URL'
  readonly reason: string
}> {
  override readonly name = 'SourceUrlError'
  constructor(reason: string) {
    super(
      { code: 'LIVE_BAD_URL', reason },
      `The URL cannot be that of a source: ${reason}.`,
      'Write it as http://127.0.0.1:3002/api, with {NAME} where an environment variable holds a key.',
    )
  }
}

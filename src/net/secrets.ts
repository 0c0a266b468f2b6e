/**
 * Secrets of a source: added at the moment of sending, and blotted out of everything that is shown.
 * @module
 */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { LootlineError } from '../errors.ts'

export interface Secrets {
  /** Such as `authorization: Basic …`, `x-api-key`, `cookie`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Parameters added to every URL: `apikey`. */
  readonly query?: Readonly<Record<string, string>>
  /** What `{name}` in the path of the source's URL stands for: `https://node.example/v3/{key}`. */
  readonly path?: Readonly<Record<string, string>>
}

const BLOT = '[secret]'

/** Beginnings of a secret that are this short stay: they say little, and words may end so. */
const SHORT = 3

/**
 * Makes the function that blots these secrets out of a text, in the spellings in which a source may echo them; also one that
 * is cut, at the text's end or before `…`.
 */
export function redactor(secrets: Secrets): (text: string) => string {
  const spellings = [...new Set(valuesOf(secrets).flatMap(spellingsOf))]
    .filter((text) => text !== '')
    // The longest first: a secret may be part of another.
    .sort((a, b) => b.length - a.length)
  if (spellings.length === 0) return (text) => text
  const whole = new RegExp(spellings.map((text) => text.replace(/[^\w]/g, '\\$&')).join('|'), 'gi')
  const small = spellings.map((text) => text.toLowerCase())
  const withoutBeginning = (text: string): string => {
    const length = Math.max(...small.map((secret) => beginningAtEnd(text.toLowerCase(), secret)))
    return length > SHORT ? text.slice(0, -length) + BLOT : text
  }
  return (text) => text.replace(whole, BLOT).split('…').map(withoutBeginning).join('…')
}

/** How many characters at the end of the text are the beginning of the secret. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length > 0; length--)
    if (text.endsWith(secret.slice(0, length))) return length
  return 0
}

/** @throws {BadSecretError} where HTTP cannot carry one; it is named, not shown */
export function checkSecrets(secrets: Secrets): void {
  for (const [name, value] of Object.entries(secrets.headers ?? {}))
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      throw new BadSecretError(`the header ${/^[\w-]{1,60}$/.test(name) ? name : '(its name is wrong)'}`)
    }
}

function valuesOf(secrets: Secrets): string[] {
  const values = [...Object.values(secrets.query ?? {}), ...Object.values(secrets.path ?? {})]
  for (const value of Object.values(secrets.headers ?? {})) {
    values.push(value)
    // RFC 9110 section 11.4: a scheme, a space, the credentials. RFC 7617: base64 of user:password.
    const [, scheme, credentials] = /^(\w+) +(\S+)$/.exec(value) ?? []
    if (credentials !== undefined) values.push(credentials)
    if (scheme?.toLowerCase() === 'basic') {
      const pair = Buffer.from(credentials!, 'base64').toString()
      values.push(pair, pair.slice(pair.indexOf(':') + 1))
    }
    // RFC 6265 section 4.2: name=value pairs.
    for (const [, cookie] of value.matchAll(/[^\s;=]+=([^\s;]+)/g)) values.push(cookie!)
  }
  return values
}

function spellingsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  return [
    value,
    encodeURI(value.toWellFormed()),
    encodeURIComponent(value.toWellFormed()),
    new URLSearchParams([['', value]]).toString().slice(1),
    json,
    json.replaceAll('/', '\\/'),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
  ]
}

/** A key or password that cannot be sent. */
export class BadSecretError extends LootlineError<{
  readonly code: 'NET_BAD_SECRET'
  readonly where: string
}> {
  override readonly name = 'BadSecretError'
  constructor(where: string) {
    super(
      { code: 'NET_BAD_SECRET', where },
      `The secret for ${where} has characters that HTTP cannot carry.`,
      'Set it again in the environment, without line ends or spaces around it.',
    )
  }
}

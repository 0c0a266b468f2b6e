/**
 * The URL of a source, and what lies below it.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'
import type { Secrets } from './secrets.ts'

/**
 * Checks a source's URL and makes the function that adds a question's path, and the secrets, to it.
 * @throws {BadUrlError}
 */
export function sourceUrl(text: string, secrets: Secrets): (path: string) => URL {
  const base = URL.parse(text)
  if (base === null) throw new BadUrlError('it is no URL', 'Write it whole: http://127.0.0.1:3002/api.')
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw new BadUrlError(`its scheme is ${printable(base.protocol, 20)}`, 'Name a source by http or https.')
  if (base.username !== '' || base.password !== '')
    throw new BadUrlError(
      'it has a user or password in it',
      'Leave them out and give them by the environment.',
    )
  if (base.search !== '' || base.hash !== '')
    throw new BadUrlError('it has a query or fragment', 'Leave it out; give a key by the environment.')
  const root = base.href.replace(/\/+$/, '')
  const below = new URL(root).pathname.replace(/\/$/, '')

  const needed = [...below.matchAll(/%7B(.*?)%7D/g)].map(([, name]) => name!)
  const missing = needed.find((name) => secrets.path === undefined || !Object.hasOwn(secrets.path, name))
  if (missing !== undefined)
    throw new BadUrlError(`nothing is given for {${printable(missing, 40)}}`, 'Give it by the environment.')

  return (path) => {
    const url = path === '' || /^[/?]/.test(path) ? URL.parse(root + path) : null
    const inside = url?.pathname === below || url?.pathname.startsWith(`${below}/`)
    if (url === null || url.origin !== base.origin || !inside)
      throw new TypeError(`A question's path must lie below its source: ${printable(path, 80)}`)
    for (const [name, value] of Object.entries(secrets.query ?? {})) url.searchParams.set(name, value)
    // In the source's own part alone: a question may be made of strangers' text.
    const own = below.replace(/%7B(.*?)%7D/g, (_whole, name: string) =>
      encodeURIComponent(secrets.path![name]!),
    )
    url.pathname = own + url.pathname.slice(below.length)
    return url
  }
}

/** A URL that cannot be a source's. It is not shown: it may have a secret in it. */
export class BadUrlError extends LootlineError<{ readonly code: 'NET_BAD_URL'; readonly reason: string }> {
  override readonly name = 'BadUrlError'
  constructor(reason: string, next: string) {
    super({ code: 'NET_BAD_URL', reason }, `The URL of the source cannot be used: ${reason}.`, next)
  }
}

import { type Answer, AnswerError, type Secrets } from '../../net/index.ts'

/** Shorter ones could stand in an answer by chance. */
const MIN_LENGTH = 8

/**
 * Makes a check that refuses answers in which a source repeats a key or password that it was sent: they would be remembered,
 * or shown as the name of a token, say. Found as it is or as base64; a source that disguises it is its thief already.
 * Cost: one search of the bytes a spelling.
 */
export function echoRefuser({ headers = {}, query = {}, path = {} }: Secrets): (answer: Answer) => void {
  const sent = [...Object.values(query), ...Object.values(path), ...Object.values(headers).flatMap(partsOf)]
  const needles = sent.filter((secret) => secret.length >= MIN_LENGTH).map((secret) => Buffer.from(secret))
  return ({ bytes }) => {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (needles.some((needle) => body.includes(needle)))
      throw new AnswerError({ expected: 'an answer', came: 'one that repeats the key or password' })
  }
}

/** What of a header's value is secret: RFC 9110 section 11.4, RFC 7617. */
function partsOf(header: string): string[] {
  const [, scheme, credentials] = /^(Basic|Bearer) (.+)$/.exec(header) ?? []
  if (credentials === undefined) return [header]
  if (scheme === 'Bearer') return [credentials]
  const pair = Buffer.from(credentials, 'base64').toString()
  return [credentials, pair.slice(pair.indexOf(':') + 1)]
}

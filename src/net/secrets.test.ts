import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { LootlineError } from '../errors.ts'
import { type Call, createDoor } from './createDoor.ts'
import type { Question } from './door.ts'
import { type Asked, hastyClock, type Reply, startFaultyServer } from './faultyServer.test-suite.ts'
import { checkJson } from './readJson.ts'
import { rpcQuestion } from './rpc.ts'
import { redactor, type Secrets } from './secrets.ts'

const KEY = 'sk-Live/7Qz9+pX2&v=1 "x"'
const PASSWORD = 'correct-horse-battery'
const COOKIE = '3f9a61c0ffee77aa'
const TOKEN = 'pathToken0123456789'
const SECRETS: Secrets = {
  headers: {
    authorization: `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`,
    cookie: `session=${COOKIE}; theme=dark`,
    'x-api-key': 'Bearer-7f3e2d1c0b',
  },
  query: { apikey: KEY },
  path: { key: TOKEN },
}
const TEXTS = [KEY, PASSWORD, COOKIE, TOKEN, 'Bearer-7f3e2d1c0b']

/** Parts of secrets, of 8 characters and more, that the text has, in any spelling. */
function leaksIn(text: string): string[] {
  const spellings = TEXTS.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ])
  const parts = spellings.flatMap((spelling) =>
    Array.from({ length: spelling.length - 7 }, (_, i) => spelling.slice(i, i + 8)),
  )
  return parts.filter((part) => text.toLowerCase().includes(part.toLowerCase()))
}

/** What a source can make of what it was sent. */
function echoOf({ path, headers }: Asked): string {
  const given = new URL(path, 'http://a').searchParams.get('apikey')!
  const basic = Buffer.from(headers.authorization!.split(' ')[1]!, 'base64').toString()
  return `${path} ${given} ${JSON.stringify(given)} ${basic} ${JSON.stringify(headers)}`
}

const question: Question<unknown> = {
  name: 'GET /x',
  path: '/x',
  read: (answer) => checkJson(z.object({ ok: z.int() }), answer.json()),
  keep: () => 'never',
}
const rpc = rpcQuestion({ method: 'm', params: [], read: (result) => result, keep: () => 'never' })
const reading = (read: (text: string) => unknown): Question<unknown> => ({
  ...question,
  read: (answer) => read(answer.text()),
})

const HOSTILE: [string, Question<unknown>, (echo: string, asked: Asked) => Reply][] = [
  ['a refusal', question, (body) => ({ status: 403, body })],
  ['a refusal long after its beginning', question, (echo) => ({ status: 500, body: 'x'.repeat(190) + echo })],
  [
    'a refusal of the secret many times',
    question,
    (_, { path }) => ({ status: 429, body: path.repeat(500) }),
  ],
  ['text for JSON', question, (body) => ({ body })],
  ['text for JSON, later', question, (echo) => ({ body: 'x'.repeat(110) + echo })],
  ['cut JSON', question, (echo) => ({ body: `{"a":${JSON.stringify(echo)}` })],
  ['a wrong value', question, (echo) => ({ body: { ok: echo } })],
  ['a wrong name', question, (echo) => ({ body: { [echo]: 1 } })],
  [
    'a redirect',
    question,
    (_, { path }) => ({ status: 302, body: '', headers: { location: `http://b${path}` } }),
  ],
  [
    'a redirect to a host',
    question,
    () => ({ status: 302, body: '', headers: { location: `http://${TOKEN}.b/` } }),
  ],
  [
    'a redirect with password',
    question,
    () => ({ status: 302, body: '', headers: { location: `http://u:${PASSWORD}@b` } }),
  ],
  ['an encoding', question, () => ({ body: '', headers: { 'content-encoding': COOKIE } })],
  ["a node's error", rpc, (message) => ({ body: { id: JSON.parse('0'), error: { code: -1, message } } })],
  [
    "a node's error",
    rpc,
    (message, { body }) => ({ body: { id: JSON.parse(body).id, error: { code: -1, message } } }),
  ],
  [
    'a busy node',
    rpc,
    (message, { body }) => ({ body: { id: JSON.parse(body).id, error: { code: -28, message } } }),
  ],
  ["a node's refusal", rpc, (body) => ({ status: 500, body })],
  ["a node's id", rpc, (id) => ({ body: { id, result: 1 } })],
  ['what BigInt throws', reading((text) => BigInt(text)), (body) => ({ body })],
  [
    "a reader's error",
    reading((text) => {
      throw new LootlineError({ code: 'X', text }, text, text)
    }),
    (body) => ({ body }),
  ],
  [
    'a bug',
    reading((text) => {
      throw new TypeError('bug', { cause: { text } })
    }),
    (body) => ({ body }),
  ],
  [
    'thrown text',
    reading((text) => {
      throw text
    }),
    (body) => ({ body }),
  ],
]

describe('secrets', () => {
  test('the source gets them', async () => {
    let came: Asked | undefined
    await using server = await startFaultyServer((asked) => {
      came = asked
      return { body: { ok: 1 } }
    })
    const door = createDoor({ url: `${server.url}/v3/{key}`, secrets: SECRETS })
    await door.ask({ ...question, path: '/x?a=1' })
    const { pathname, searchParams } = new URL(came!.path, 'http://a')
    expect(pathname).toBe(`/v3/${TOKEN}/x`)
    expect(Object.fromEntries(searchParams)).toEqual({ a: '1', apikey: KEY })
    expect(came!.headers).toMatchObject(SECRETS.headers!)
    expect(leaksIn(echoOf(came!)).length).toBeGreaterThan(50)
  })

  test.each(HOSTILE)('%s that echoes them shows none', async (_what, asked, reply) => {
    await using server = await startFaultyServer((came) => reply(echoOf(came), came))
    const calls: Call[] = []
    const door = createDoor({
      url: `${server.url}/v3/{key}`,
      secrets: SECRETS,
      clock: hastyClock(),
      onCall: (call) => calls.push(call),
    })
    const error: unknown = await door.ask(asked).then(
      () => expect.unreachable('it is refused'),
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(LootlineError)
    const { message, stack, cause, data, next } = error as LootlineError
    const shown = [message, stack, inspect(cause), inspect(data), next, JSON.stringify(error), inspect(calls)]
    expect(leaksIn(shown.join('\n') + inspect(error, { depth: 20, showHidden: true }))).toEqual([])
    expect(message).toContain(`${server.url}/v3/{key}`)
  })

  test('no connection, no name', async () => {
    for (const url of ['http://127.0.0.1:1', 'http://no-such-host.invalid']) {
      const door = createDoor({ url: `${url}/{key}`, secrets: SECRETS, clock: hastyClock() })
      const error: unknown = await door.ask(question).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'NET_UNREACHABLE' })
      expect(leaksIn(inspect(error, { depth: 20, showHidden: true }))).toEqual([])
    }
  })

  test('one that HTTP cannot carry is named and not shown', () => {
    const make = (headers: Record<string, string>) => () =>
      createDoor({ url: 'http://127.0.0.1:1', secrets: { headers } })
    expect(make({ 'x-api-key': `${KEY}\n` })).toThrow('The secret for the header x-api-key has characters')
    expect(make({ [`x ${KEY}`]: '1' })).toThrow('the header (its name is wrong)')
    for (const headers of [{ 'x-api-key': `${KEY}\n` }, { [`x ${KEY}`]: '1' }])
      expect(leaksIn(inspect(expectThrown(make(headers)), { depth: 20 }))).toEqual([])
  })
})

function expectThrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return expect.unreachable('it is refused')
}

describe('redactor', () => {
  test('any secret is blotted out of any text, whole or cut, and other text stays', () => {
    const secret = fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019/+&= "%') })
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), fc.nat(60), (key, before, after, cut) => {
        fc.pre(!before.includes(key) && !after.includes(key))
        const clean = redactor({ query: { key } })
        expect(clean(before + key + after).toLowerCase()).not.toContain(key.toLowerCase())
        const part = key.slice(0, cut)
        const ended = clean(`# ${part}`)
        expect(clean(`# ${part}… more`)).toBe(`${ended}… more`)
        if (part.length > 3) expect(ended).toBe('# [secret]')
      }),
    )
    expect(redactor({})('any text')).toBe('any text')
    expect(redactor({ query: { key: 'abcdef' } })('abc, abcde')).toBe('abc, [secret]')
  })
})

import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { LootlineError } from '../errors.ts'
import { createBudget } from './budget.ts'
import { type Call, createDoor, type DoorOptions } from './createDoor.ts'
import type { Answer, Question } from './door.ts'
import {
  type Fault,
  hastyClock,
  PASSING_FAULTS,
  type Reply,
  seededFaults,
  startFaultyServer,
} from './faultyServer.test-suite.ts'
import { readJson } from './readJson.ts'
import { AnswerError, BusyAnswerError, SourceError } from './sourceError.ts'

const get = <T = unknown>(path: string, more: Partial<Question<T>> = {}): Question<T> => ({
  name: `GET ${path}`,
  path,
  read: (answer) => answer.json() as T,
  keep: () => 'never',
  ...more,
})

const LIMITS = { maxBytes: 100_000, retries: 3, perSecond: 1000, burst: 1000 }
/** In real time; an answer on this machine takes far less. */
const IMPATIENT = { ...LIMITS, silenceMs: 1000, timeoutMs: 1500 }

const doorTo = (url: string, options: Partial<DoorOptions> = {}) => {
  const clock = hastyClock()
  return { clock, door: createDoor({ url, clock, random: () => 0.5, limits: LIMITS, ...options }) }
}

async function thrownBy(work: Promise<unknown>): Promise<LootlineError> {
  const thrown = await work.then(
    (value) => new Error(`it gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (!(thrown instanceof LootlineError)) throw thrown
  return thrown
}

describe('a source that goes wrong', () => {
  test.each<[Fault, string, number, string]>([
    ['hang', 'NET_TIMEOUT', 2, 'sent nothing for 1000 ms'],
    ['drip', 'NET_TIMEOUT', 2, 'did not end its answer within 1500 ms'],
    ['429', 'NET_BUSY', 4, 'is busy: "HTTP status 429 slow down"'],
    ['429 with Retry-After', 'NET_BUSY', 4, '"HTTP status 429 slow down" and asks to wait 7 s'],
    ['500', 'NET_STATUS', 4, 'answered with HTTP status 500: "oops"'],
    ['503', 'NET_BUSY', 4, 'is busy: "HTTP status 503 busy"'],
    ['cut JSON', 'NET_BAD_ANSWER', 3, 'expected JSON, got JSON that is cut off: {"he'],
    ['cut body', 'NET_UNREACHABLE', 4, 'cannot be reached (ECONNRESET)'],
    ['reset before the answer', 'NET_UNREACHABLE', 4, 'cannot be reached (ECONNRESET)'],
    ['reset in the answer', 'NET_UNREACHABLE', 4, 'cannot be reached (ECONNRESET)'],
    ['HTML', 'NET_BAD_ANSWER', 1, 'expected JSON, got HTML: <!DOCTYPE html>'],
    [
      'redirect',
      'NET_REDIRECT',
      1,
      'a redirect (HTTP status 302) to http://elsewhere.example, which was not',
    ],
    ['endless', 'NET_TOO_LARGE', 1, 'more than 100000 bytes'],
    ['bomb', 'NET_TOO_LARGE', 1, 'more than 100000 bytes'],
    ['crumbs', 'NET_TOO_LARGE', 1, 'more than 100000 bytes'],
    ['no HTTP', 'NET_BAD_ANSWER', 1, 'expected HTTP, got HPE_'],
  ])('%s: %s after %i requests', async (fault, code, requests, words) => {
    await using server = await startFaultyServer(() => ({ body: { here: true } }), { fault: () => fault })
    const slow = fault === 'hang' || fault === 'drip'
    const { door } = doorTo(server.url, { limits: slow ? { ...IMPATIENT, retries: 1 } : LIMITS })
    const error = await thrownBy(door.ask(get('/tx/1')))
    expect(error).toBeInstanceOf(SourceError)
    expect(error).toMatchObject({
      code,
      data: { source: server.url, question: 'GET /tx/1', attempts: requests },
    })
    expect(error.message).toContain(words)
    expect(error.message).toContain(`${server.url} `)
    expect(error.message).toContain('asked: GET /tx/1')
    expect(error.next).not.toBe('')
    expect(server.asked.get('GET /tx/1')).toBe(requests)
  })

  test.each(PASSING_FAULTS)('%s, once: asked again', async (fault) => {
    await using server = await startFaultyServer(() => ({ body: { here: true } }), {
      fault: (_key, before) => (before === 0 ? fault : null),
    })
    const slow = fault === 'hang' || fault === 'drip'
    const { door } = doorTo(server.url, { limits: slow ? IMPATIENT : LIMITS })
    expect(await door.ask(get('/a'))).toEqual({ here: true })
    expect(server.asked.get('GET /a')).toBe(2)
  })

  test.each<[string, Reply, string]>([
    ['not found', { status: 404, body: 'Transaction not found' }, 'HTTP status 404: "Transaction not found"'],
    ['refused', { status: 401, body: '' }, 'answered with HTTP status 401; asked'],
    ['an escape sequence in a refusal', { status: 403, body: 'a\x1b[31mb' }, 'status 403: "a\\u{1b}[31mb"'],
    ['a long refusal', { status: 400, body: 'x'.repeat(100_000) }, `"${'x'.repeat(199)}…"; asked`],
    ['nothing', { body: '' }, 'expected JSON, got an empty answer'],
    ['text', { body: 'Bad gateway' }, 'expected JSON, got text that is no JSON: Bad gateway'],
    ['bytes', { body: Buffer.of(0xc3, 0x28) }, 'expected UTF-8, got 2 bytes that are none'],
    ['unasked compression', { body: 'x', headers: { 'content-encoding': 'br' } }, 'got content-encoding br'],
    ['broken gzip', { body: 'x'.repeat(50), headers: { 'content-encoding': 'gzip' } }, 'got a broken stream'],
    ['a redirect to nowhere', { status: 301, body: '', headers: { location: 'http://' } }, 'to no URL'],
    [
      'a redirect to a script',
      { status: 301, body: '', headers: { location: 'javascript:alert(1)' } },
      'to java',
    ],
    ['no place to go', { status: 304, body: '' }, 'HTTP status 304'],
    ['deep JSON', { body: '['.repeat(50_000) }, 'got JSON nested deeper than 2400'],
    ['HTML that is cut', { body: '<html>{"' }, 'got HTML'],
  ])('%s, said in words, asked once', async (_what, reply, words) => {
    await using server = await startFaultyServer(() => reply)
    const { door } = doorTo(server.url, { limits: { ...LIMITS, retries: 0 } })
    expect((await thrownBy(door.ask(get('/')))).message).toContain(words)
    const again = doorTo(server.url)
    if (_what !== 'nothing') await thrownBy(again.door.ask(get('/again')))
    expect(server.asked.get('GET /again') ?? 1).toBe(1)
  })

  test('says its length beforehand, and is refused beforehand', async () => {
    await using server = await startFaultyServer(() => ({
      body: '',
      headers: { 'content-length': String(10 * 2 ** 30) },
    }))
    expect(await thrownBy(doorTo(server.url).door.ask(get('/')))).toMatchObject({ code: 'NET_TOO_LARGE' })
  })

  test('gzip is unpacked, and what is cut in it asked for again', async () => {
    await using server = await startFaultyServer(
      () => ({ body: gzipSync('{"a":1}'), headers: { 'content-encoding': 'gzip' } }),
      { fault: (_key, before) => (before === 0 ? 'cut JSON' : null) },
    )
    expect(await doorTo(server.url).door.ask(get('/'))).toEqual({ a: 1 })
  })

  test('https where there is none is not asked twice', async () => {
    await using server = await startFaultyServer(() => ({ body: '' }))
    const { door } = doorTo(server.url.replace('http:', 'HTTPS:'))
    expect(await thrownBy(door.ask(get('/')))).toMatchObject({
      code: 'NET_UNREACHABLE',
      data: { lasting: true, attempts: 1 },
    })
  })

  test('nobody listens', async () => {
    const server = await startFaultyServer(() => ({ body: '' }))
    await server[Symbol.asyncDispose]()
    const { door, clock } = doorTo(server.url)
    expect(await thrownBy(door.ask(get('/')))).toMatchObject({
      code: 'NET_UNREACHABLE',
      data: { reason: 'ECONNREFUSED', attempts: 4 },
    })
    expect(clock.slept).toEqual([250, 500, 1000])
  })
})

describe('politeness', () => {
  test('Retry-After is waited for; a longer one than the limit ends it', async () => {
    let wait = '7'
    await using server = await startFaultyServer(() => ({
      status: 429,
      body: '',
      headers: { 'retry-after': wait },
    }))
    const { door, clock } = doorTo(server.url)
    await thrownBy(door.ask(get('/')))
    expect(clock.slept).toEqual([7000, 7000, 7000])
    wait = new Date(clock.now() + 60_000).toUTCString()
    const dated = doorTo(server.url)
    await thrownBy(dated.door.ask(get('/')))
    expect(dated.clock.slept[0]).toBeGreaterThan(60_000)
    wait = '86400'
    const late = doorTo(server.url)
    expect((await thrownBy(late.door.ask(get('/')))).message).toContain('asks to wait 86400 s')
    expect(late.clock.slept).toEqual([])
  })

  test('who is told to wait makes all wait', async () => {
    const order: string[] = []
    await using server = await startFaultyServer(
      ({ path }) => {
        order.push(path)
        return { body: {} }
      },
      { fault: (key, before) => (key === 'GET /first' && before === 0 ? '429 with Retry-After' : null) },
    )
    const { door, clock } = doorTo(server.url, { limits: { ...LIMITS, concurrency: 1 } })
    await Promise.all(['/first', '/second', '/third'].map((path) => door.ask(get(path))))
    expect(new Set(order)).toEqual(new Set(['/first', '/second', '/third']))
    expect(clock.slept[0]).toBe(7000)
  })

  test('no more at once than allowed, in order, and no more a second', async () => {
    let inside = 0
    let most = 0
    const order: string[] = []
    await using server = await startFaultyServer(async ({ path }) => {
      order.push(path)
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside--
      return { body: {} }
    })
    const { door, clock } = doorTo(server.url, {
      limits: { ...LIMITS, concurrency: 3, perSecond: 10, burst: 4 },
    })
    const start = clock.now()
    await Promise.all(Array.from({ length: 24 }, (_, i) => door.ask(get(`/${i}`))))
    expect(most).toBeLessThanOrEqual(3)
    expect(clock.now() - start).toBe(2000)
    const one = doorTo(server.url, { limits: { ...LIMITS, concurrency: 1 } })
    order.length = 0
    await Promise.all(Array.from({ length: 9 }, (_, i) => one.door.ask(get(`/${i}`))))
    expect(order).toEqual(['/0', '/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8'])
  })

  test('a budget counts every request, and the one too many is not sent', async () => {
    await using server = await startFaultyServer(() => ({ body: {} }), {
      fault: (_key, before) => (before < 2 ? '500' : null),
    })
    const budget = createBudget(5)
    const { door } = doorTo(server.url, { budget })
    await door.ask(get('/a'))
    expect(await thrownBy(door.ask(get('/b')))).toMatchObject({ code: 'NET_BUDGET', data: { maxCalls: 5 } })
    expect(budget.used).toBe(5)
    expect(server.asked).toEqual(
      new Map([
        ['GET /a', 3],
        ['GET /b', 2],
      ]),
    )
  })

  test('under seeded faults everything is answered, each once', async () => {
    await using server = await startFaultyServer(({ path }) => ({ body: { path } }), {
      fault: seededFaults(7, 96),
    })
    const calls: Call[] = []
    const { door } = doorTo(server.url, {
      limits: { ...LIMITS, retries: 12, concurrency: 8 },
      onCall: (call) => calls.push(call),
    })
    const paths = Array.from({ length: 300 }, (_, i) => `/tx/${i}`)
    expect(await Promise.all(paths.map((path) => door.ask(get(path))))).toEqual(
      paths.map((path) => ({ path })),
    )
    expect([...server.answered.values()]).toEqual(paths.map(() => 1))
    const sent = [...server.asked.values()].reduce((sum, times) => sum + times, 0)
    expect(sent).toBeGreaterThan(350)
    expect(calls.length).toBe(sent)
  })
})

describe('what is asked and how it is read', () => {
  test('method, path, body, expected statuses', async () => {
    await using server = await startFaultyServer(({ method, path, body, headers }) => ({
      status: path.endsWith('none') ? 404 : 200,
      body: { method, path, body, type: headers['content-type'] },
    }))
    const { door } = doorTo(`${server.url}/api/`)
    expect(await door.ask(get('/x?a=1'))).toEqual({ method: 'GET', path: '/api/x?a=1', body: '' })
    expect(await door.ask(get('', { body: '[1]' }))).toEqual({
      method: 'POST',
      path: '/api',
      body: '[1]',
      type: 'application/json',
    })
    const status = ({ status }: Answer) => status
    expect(await door.ask(get('/none', { expected: [404], read: status }))).toBe(404)
    expect(await thrownBy(door.ask(get('/x', { maxBytes: 10 })))).toMatchObject({ data: { limitBytes: 10 } })
  })

  test.each([
    '//elsewhere.example/',
    '@elsewhere.example/',
    '/../admin',
    '/%2e%2e/admin',
    ':99/',
    'x',
    '\\\\e.example',
  ])('a path that leads out of the source is not asked: %s', async (path) => {
    await using server = await startFaultyServer(() => ({ body: {} }))
    const { door } = doorTo(`${server.url}/api`)
    const answer = await door.ask(get(path)).catch((error: unknown) => error)
    if (path.startsWith('//')) expect([...server.asked.keys()]).toEqual([`GET /api${path}`])
    else {
      expect(answer).toBeInstanceOf(TypeError)
      expect(server.asked.size).toBe(0)
    }
  })

  test('what a reader finds wrong names the source and the place', async () => {
    await using server = await startFaultyServer(() => ({ body: { outs: [{ sats: 5 }, { sats: 'many' }] } }))
    const { door } = doorTo(server.url)
    const schema = z.object({ outs: z.array(z.object({ sats: z.int() })) })
    expect(await thrownBy(door.ask(get('/', { read: readJson(schema) })))).toMatchObject({
      message: `${server.url} answered what it should not: expected number at $.outs[1].sats, got "many"; asked: GET /.`,
    })
    const refuse = (thrown: unknown) => () => {
      throw thrown
    }
    const own = new LootlineError({ code: 'ADDRESS_BAD' }, 'No address: x.', 'Look.')
    for (const thrown of [own, new SyntaxError('Cannot convert x to a BigInt'), new RangeError('too deep')])
      expect(await thrownBy(door.ask(get('/', { read: refuse(thrown) })))).toMatchObject({
        code: 'NET_BAD_ANSWER',
        data: { came: thrown.message },
      })
    const zod = refuse(z.int().safeParse('x').error)
    expect(await thrownBy(door.ask(get('/', { read: zod })))).toBeInstanceOf(AnswerError)
    const bug = new TypeError('a bug')
    expect(await door.ask(get('/', { read: refuse(bug) })).catch((error: unknown) => error)).toBe(bug)
  })

  test('a reader that says "later" is asked again', async () => {
    await using server = await startFaultyServer(() => ({ body: {} }))
    let times = 0
    const read = () => {
      if (++times < 3) throw new BusyAnswerError({ reason: 'warming up' })
      return times
    }
    expect(await doorTo(server.url).door.ask(get('/', { read }))).toBe(3)
    times = Number.NEGATIVE_INFINITY
    expect(await thrownBy(doorTo(server.url).door.ask(get('/', { read })))).toMatchObject({
      code: 'NET_BUSY',
      data: { reason: 'warming up', attempts: 4 },
    })
  })

  test.each([
    ['ftp://a.example', 'its scheme is ftp:'],
    ['file:///etc/passwd', 'its scheme is file:'],
    ['http://user:hunter2@a.example', 'it has a user or password in it'],
    ['http://a.example/?key=hunter2', 'it has a query or fragment'],
    ['http://a.example:hunter2/', 'it is no URL'],
    ['http://a.example/{key}', 'nothing is given for {key}'],
  ])('the URL %s is refused', (url, reason) => {
    expect(() => createDoor({ url })).toThrow(reason)
    expect(() => createDoor({ url })).not.toThrow('hunter2')
  })
})

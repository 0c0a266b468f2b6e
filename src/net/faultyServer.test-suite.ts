/**
 * A source on 127.0.0.1 that misbehaves on order: for every test of what comes over a network.
 * @module
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { random } from '../simulate/random.ts'
import type { Clock } from './door.ts'

export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<IncomingMessage['headers']>
  readonly body: string
}

export interface Reply {
  /** Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** What is no text or bytes is sent as JSON. */
  readonly body: unknown
}

/** Each may be mended by asking again; see {@link HOSTILE_FAULTS} for others. */
export const PASSING_FAULTS = [
  /** No answer, for ever. Costs the door's `silenceMs` of real time. */
  'hang',
  /** The answer's head, then a byte now and then, for ever. Costs the door's `timeoutMs` of real time. */
  'drip',
  '429',
  '429 with Retry-After',
  '500',
  '503',
  /** Half of the JSON, as if it were whole. */
  'cut JSON',
  /** Half of the body, then the connection ends. */
  'cut body',
  'reset before the answer',
  'reset in the answer',
] as const

/** What no source does. */
export const HOSTILE_FAULTS = [
  'HTML',
  'redirect',
  /** A body without end. */
  'endless',
  /** A small body without end, which becomes a thousand times as large when unpacked. */
  'bomb',
  /** A body without end in pieces of one byte. */
  'crumbs',
  'no HTTP',
] as const

export type Fault = (typeof PASSING_FAULTS)[number] | (typeof HOSTILE_FAULTS)[number]

type CutFault = 'cut JSON' | 'cut body'

function isCut(fault: Fault): fault is CutFault {
  return fault.startsWith('cut ')
}

export interface FaultyOptions {
  /** What goes wrong with a request that was asked `before` times before; null: nothing. Default: never anything. */
  readonly fault?: (key: string, before: number) => Fault | null
}

export interface FaultyServer {
  /** Without slash at its end. */
  readonly url: string
  /** How often each was asked, and how often it was answered without fault. Keys: `GET /path?query`, `POST / body`. */
  readonly asked: ReadonlyMap<string, number>
  readonly answered: ReadonlyMap<string, number>
  [Symbol.asyncDispose](): Promise<void>
}

/** `GET /path?query`; what is posted stands behind: `POST / {"method":…}`. */
function keyOf({ method, path, body }: Asked): string {
  return body === '' ? `${method} ${path}` : `${method} ${path} ${body}`
}

/**
 * Faults drawn by seed, request and how often it was asked: the same whatever the order in which requests come.
 * @param times of 256 requests go wrong
 */
export function seededFaults(
  seed: number,
  times: number,
  faults: readonly Fault[] = PASSING_FAULTS.filter((fault) => fault !== 'hang' && fault !== 'drip'),
): (key: string, before: number) => Fault | null {
  return (key, before) => {
    const draw = random(seed, createHash('sha256').update(key).digest().readUInt32BE(), before)
    return draw.chance(times, 256) ? draw.pick(faults) : null
  }
}

/**
 * @example
 * await using server = await startFaultyServer(({ path }) => ({ body: { path } }), { fault: seededFaults(1, 64) })
 */
export async function startFaultyServer(
  handle: (asked: Asked) => Reply | Promise<Reply>,
  { fault = () => null }: FaultyOptions = {},
): Promise<FaultyServer> {
  const asked = new Map<string, number>()
  const answered = new Map<string, number>()
  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const question = { method: request.method!, path: request.url!, headers: request.headers, body }
    const key = keyOf(question)
    const before = asked.get(key) ?? 0
    asked.set(key, before + 1)
    const wrong = fault(key, before)
    if (wrong !== null && !isCut(wrong)) {
      MISBEHAVIOURS[wrong](response)
      return
    }
    const reply = await handle(question)
    const bytes = bytesOf(reply.body)
    const sent = wrong === null ? bytes : bytes.subarray(0, bytes.length >> 1)
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      'content-length': wrong === 'cut body' ? bytes.length : sent.length,
      ...reply.headers,
    })
    if (wrong === null) answered.set(key, (answered.get(key) ?? 0) + 1)
    if (wrong === 'cut body') response.write(sent, () => response.destroy())
    else response.end(sent)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answered,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Time that passes as soon as somebody waits. What was waited for stands in `slept`, in milliseconds. */
export function hastyClock(start = 1_700_000_000_000): Clock & { readonly slept: readonly number[] } {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    async sleep(milliseconds) {
      slept.push(milliseconds)
      // What is ready goes first.
      await new Promise(setImmediate)
      now += milliseconds
    },
  }
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body)
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** 10 MB of zeros in 10 kB. Gzip members may follow each other (RFC 1952 section 2.2). */
const BOMB = gzipSync(Buffer.alloc(10_000_000))

/** What is done instead of answering. */
const MISBEHAVIOURS: Readonly<Record<Exclude<Fault, CutFault>, (response: ServerResponse) => unknown>> = {
  hang: () => {},
  drip(response) {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  },
  '429': (response) => response.writeHead(429).end('slow down'),
  '429 with Retry-After': (response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down'),
  '500': (response) => response.writeHead(500).end('oops'),
  '503': (response) => response.writeHead(503).end('busy'),
  'reset before the answer': (response) => response.socket!.resetAndDestroy(),
  'reset in the answer': (response) =>
    response.writeHead(200).write('{"half":', () => response.socket?.resetAndDestroy()),
  HTML: (response) => response.writeHead(200).end('<!DOCTYPE html><title>Sign in</title>'),
  redirect: (response) =>
    response.writeHead(302, { location: 'http://elsewhere.example/deep/path?with=query' }).end(),
  endless: (response) => pour(response, Buffer.alloc(65_536, 'x')),
  bomb: (response) => pour(response.writeHead(200, { 'content-encoding': 'gzip' }), BOMB),
  crumbs(response) {
    response.writeHead(200).flushHeaders()
    pour(response.socket!, Buffer.from('1\r\nx\r\n'.repeat(4096)))
  },
  'no HTTP': (response) => response.socket!.end('SSH-2.0-OpenSSH_9.9\r\n'),
}

/** Writes the same bytes until the other side has enough. */
function pour(to: ServerResponse | Socket, bytes: Buffer): void {
  const more = (): void => {
    while (!to.destroyed) if (!to.write(bytes)) return void to.once('drain', more)
  }
  more()
}

/**
 * One HTTP request and its answer, bounded in bytes and in time. Redirects are not followed, cookies not kept.
 *
 * Built on node:http rather than fetch: headers, encodings and connections are then as we say, and no error of the
 * platform carries the URL. The time limits are in real time, as the connection is.
 * @module
 */
import {
  type Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AnswerError, SourceError } from './sourceError.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the body of an answer with this status is wanted whole; else its beginning is read. */
  readonly wanted: (status: number) => boolean
  /** Counted after decompression. */
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Longest silence. */
  readonly silenceMs: number
  readonly agent: HttpAgent
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Uint8Array
}

/** What is read of an answer that is not wanted. */
const UNWANTED_BYTES = 64 * 1024

/** Failures of connecting that do not pass by themselves. */
const LASTING =
  /^(?:ENOTFOUND|EACCES|EPERM|EINVAL|EPROTO|ERR_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/

/** @throws {SourceError} without place: NET_UNREACHABLE, NET_TIMEOUT, NET_TOO_LARGE, NET_BAD_ANSWER */
export function send(request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const ask = request.url.protocol === 'https:' ? requestHttps : requestHttp
    const { method, headers, agent } = request
    let outgoing: ReturnType<typeof requestHttp>
    try {
      outgoing = ask(request.url, { method, headers, agent })
    } catch (error) {
      reject(unreachable(error))
      return
    }
    const end = (settle: () => void): void => {
      clearTimeout(whole)
      clearTimeout(silence)
      settle()
    }
    const fail = (error: SourceError): void => {
      outgoing.destroy()
      end(() => reject(error))
    }
    const late = (kind: 'whole' | 'silence', milliseconds: number): NodeJS.Timeout =>
      setTimeout(() => fail(new SourceError({ code: 'NET_TIMEOUT', kind, milliseconds })), milliseconds)
    const whole = late('whole', request.timeoutMs)
    const silence = late('silence', request.silenceMs)
    outgoing.on('error', (error) => fail(unreachable(error)))
    outgoing.on('response', (incoming) => {
      const wanted = request.wanted(incoming.statusCode!)
      const maxBytes = wanted ? request.maxBytes : Math.min(request.maxBytes, UNWANTED_BYTES)
      readBody(incoming, maxBytes, wanted, () => silence.refresh()).then((bytes) => {
        if (!incoming.complete) outgoing.destroy()
        end(() => resolve({ status: incoming.statusCode!, headers: incoming.headers, bytes }))
      }, fail)
    })
    outgoing.end(request.body)
  })
}

/** @param whole whether a body that goes beyond the limit is refused; else its beginning is given */
async function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  whole: boolean,
  onBytes: () => void,
): Promise<Uint8Array> {
  const encoding = (incoming.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const packed = encoding === 'gzip' || encoding === 'x-gzip'
  if (!packed && encoding !== 'identity' && encoding !== '')
    throw new AnswerError({ expected: 'plain or gzip content', came: `content-encoding ${encoding}` })
  const tooLarge = new SourceError({ code: 'NET_TOO_LARGE', limitBytes: maxBytes })
  if (whole && !packed && Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge
  const sink = createSink(maxBytes)
  const body: Readable = packed ? pipeline(incoming, createGunzip(), () => {}) : incoming
  try {
    // Leaving the loop destroys what is read from.
    for await (const chunk of body) {
      onBytes()
      if (sink.add(chunk as Uint8Array)) continue
      if (whole) throw tooLarge
      break
    }
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_') !== true) throw unreachable(error)
    throw new AnswerError({ expected: 'gzip', came: 'a broken stream', cut: code === 'Z_BUF_ERROR' })
  }
  return sink.bytes()
}

function unreachable(error: unknown): SourceError {
  const { code } = error as NodeJS.ErrnoException
  // llhttp's codes: what came is no HTTP, or headers beyond Node's 16 KiB.
  if (code?.startsWith('HPE_')) return new AnswerError({ expected: 'HTTP', came: code })
  const reason = code ?? 'connection failed'
  return new SourceError({ code: 'NET_UNREACHABLE', reason, lasting: LASTING.test(reason) })
}

/** Bytes in one buffer that doubles: a chunk of one byte costs one byte, not an object. */
function createSink(max: number): { add(chunk: Uint8Array): boolean; bytes(): Uint8Array } {
  let buffer = new Uint8Array(Math.min(max, 16 * 1024))
  let length = 0
  return {
    /** False where the chunk would go beyond the limit; what fits is kept. */
    add(chunk) {
      const fits = chunk.subarray(0, max - length)
      if (length + fits.length > buffer.length) {
        const larger = new Uint8Array(Math.min(max, Math.max(buffer.length * 2, length + fits.length)))
        larger.set(buffer.subarray(0, length))
        buffer = larger
      }
      buffer.set(fits, length)
      length += fits.length
      return fits.length === chunk.length
    },
    bytes: () => buffer.subarray(0, length),
  }
}

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDoor } from './createDoor.ts'
import { hastyClock } from './faultyServer.test-suite.ts'
import { SourceError } from './sourceError.ts'
import { sourceUrl } from './sourceUrl.ts'

/** What a server sends, in parts that are put together rightly and wrongly. */
const PARTS = [
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 301 Moved\r\nlocation: http://\u0000\r\n',
  'HTTP/1.0 429 \r\nretry-after: -1\r\n',
  'HTTP/1.1 999 ?\r\n',
  'content-length: 4\r\n',
  'content-length: 99999999999999999999\r\n',
  'transfer-encoding: chunked\r\n',
  'content-encoding: gzip\r\n',
  'connection: upgrade\r\nupgrade: websocket\r\n',
  'set-cookie: a=b\r\n',
  '\r\n',
  'true',
  '{"a":',
  '4\r\ntrue\r\n0\r\n\r\n',
  'ffffffff\r\n',
  '\u001f\u008b\b\u0000',
]

describe('hostile answers', () => {
  test('whatever bytes come, there is a value or an error of the source', async () => {
    let bytes = Buffer.alloc(0)
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(bytes))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const door = createDoor({
      url,
      clock: hastyClock(),
      limits: { retries: 0, perSecond: 1000, burst: 1000 },
    })
    const answer = fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...PARTS) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
      ),
      { minLength: 1, maxLength: 8 },
    )
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.boolean(), answer, async (begun, parts) => {
        bytes = Buffer.from((begun ? PARTS[0]! : '') + parts.join(''), 'latin1')
        try {
          await door.ask({ name: 'x', path: '/', read: (came) => came.json(), keep: () => 'never' })
          seen.add('value')
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError)
          seen.add((error as SourceError).data.code)
        }
      }),
      { numRuns: 400, seed: 7, examples: [[true, ['\r\n', 'true']]] },
    )
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['NET_BAD_ANSWER', 'NET_STATUS', 'NET_UNREACHABLE', 'value']),
    )
    server.close()
  })
})

describe('sourceUrl', () => {
  test('whatever the path, what is asked lies below the source', () => {
    const urlOf = sourceUrl('http://127.0.0.1:8080/api/{key}/', {
      path: { key: 'k/../e y' },
      query: { apikey: 'q&1' },
    })
    const path = fc.array(
      fc.constantFrom('/', '..', '.', '%2e', '\\', '@', ':', '?', '#', 'a', '\t', '{key}', '//', 'é'),
    )
    fc.assert(
      fc.property(path, (parts) => {
        let url: URL
        try {
          url = urlOf(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(url.origin).toBe('http://127.0.0.1:8080')
        expect(url.href).toMatch(/^http:\/\/127\.0\.0\.1:8080\/api\/k%2F\.\.%2Fe%20y(?:[/?]|$)/)
        expect(url.pathname).not.toMatch(/(?:^|\/)\.\.(?:\/|$)/)
        expect(url.searchParams.get('apikey')).toBe('q&1')
      }),
    )
  })
})

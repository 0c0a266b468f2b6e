/**
 * The soak's webhook: it fails half the time, before or after it took an alert.
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from '../src/simulate/random.ts'
import type { Alert } from '../src/watch/index.ts'

export interface SoakHook extends Disposable {
  readonly url: string
  /** What was taken, by key. */
  readonly got: ReadonlyMap<string, Alert>
  /** When each was taken first, in milliseconds. */
  readonly firstMs: ReadonlyMap<string, number>
  /** Sentences about what came. */
  readonly wrong: readonly string[]
  attempts(): number
  /** From now on only the first attempt of every other alert fails. */
  calm(): void
}

/** @param calm nothing fails */
export async function startSoakHook(draw: Random, calm: boolean): Promise<SoakHook> {
  const got = new Map<string, Alert>()
  const firstMs = new Map<string, number>()
  const tried = new Set<string>()
  const wrong: string[] = []
  let attempts = 0
  let isLucky = false
  /** A status, or null for a connection that is cut. */
  const answer = (body: string, key: string | undefined): number | null => {
    attempts++
    const alert = JSON.parse(body) as Alert
    if (key !== `"${alert.key}"`) wrong.push(`the header has another key than alert ${alert.sequence}`)
    // Every other alert fails at first, whatever happens; others by chance.
    const fails = !tried.has(alert.key) && alert.sequence % 2 === 1
    tried.add(alert.key)
    const luck = calm ? 2 : fails ? (alert.sequence >> 1) % 2 : isLucky ? 2 : draw.below(8)
    if (luck === 0) return 500
    const before = got.get(alert.key)
    if (before === undefined) firstMs.set(alert.key, Date.now())
    else if (JSON.stringify(before) !== JSON.stringify(alert)) wrong.push(`two alerts under ${alert.key}`)
    got.set(alert.key, alert)
    // Taken, but the watcher never learns it.
    return luck === 1 ? null : 204
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const status = answer(body, request.headers['idempotency-key'] as string | undefined)
      if (status === null) request.socket.destroy()
      else response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...{ got, firstMs, wrong, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` },
    attempts: () => attempts,
    calm() {
      isLucky = true
    },
    [Symbol.dispose]: () => void server.close(),
  }
}

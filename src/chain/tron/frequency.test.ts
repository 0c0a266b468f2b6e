import { describe, expect, test } from 'vitest'
import { hastyClock, type Reply, startFaultyServer } from '../../net/faultyServer.test-suite.ts'
import { createDoor } from '../../net/index.ts'
import { createTronGrid } from './createTronGrid.ts'
import { FIRST_BLOCK } from './tronServer.test-suite.ts'

const BLOCK = {
  blockID: FIRST_BLOCK,
  block_header: { raw_data: { parentHash: '0'.repeat(64) } },
}

/** What the tip's question comes to where the first answers are these, and the waits in seconds. */
async function askedAfter(replies: readonly Reply[]) {
  let n = 0
  await using server = await startFaultyServer(() => replies[n++] ?? { body: BLOCK })
  const clock = hastyClock()
  const limits = { perSecond: 10_000, burst: 10_000 }
  const door = createDoor({ url: server.url, clock, limits, random: () => 0 })
  const came = await createTronGrid(door)
    .tip()
    .catch((error: unknown) => error)
  return { came, asked: n, waits: clock.slept.filter((wait) => wait > 1).map((wait) => wait / 1000) }
}

const refusal = (words: string): Reply => ({
  status: 403,
  body: { Success: false, Error: words, StatusCode: 403 },
})

describe('HTTP status 403', () => {
  test.each([
    ['The key exceeds the frequency limit(15), and the query server is suspended for 30s', 30],
    ['request rate exceeded the allowed_rps(10), and the query server is suspended for 5 s', 5],
  ])('%s', async (said, seconds) => {
    const { came, asked, waits } = await askedAfter([refusal(said), refusal(said)])
    expect(came).toMatchObject({ height: 0 })
    expect(asked).toBe(3)
    expect(Math.max(...waits)).toBe(seconds)
  })

  test('a suspension that is longer than a source is waited for is given up, with its time', async () => {
    const { came, asked } = await askedAfter([refusal('suspended for 86400s')])
    expect(came).toMatchObject({ code: 'NET_BUSY', data: { retryAfterMs: 86_400_000 } })
    expect(asked).toBe(1)
  })

  test.each([
    ['another reason', refusal('api key not exists')],
    ['no text', { status: 403, body: Uint8Array.of(255, 254) }],
    ['no number', refusal('suspended for ever')],
  ])('%s is final', async (_, reply) => {
    const { came, asked } = await askedAfter([reply])
    expect(came).toMatchObject({ code: 'NET_STATUS', data: { status: 403 } })
    expect((came as Error & { next: string }).next).toContain('Check the key')
    expect(asked).toBe(1)
  })
})

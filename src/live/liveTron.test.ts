import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTronGrid } from '../chain/tron/createTronGrid.ts'
import { startTronHeist, TRON_DEPOSIT, TRON_THEFTS } from '../chain/tron/heist.test-suite.ts'
import type { TronServer } from '../chain/tron/tronServer.test-suite.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor, type Door } from '../net/index.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { TRON } from '../units/caip.ts'
import { expectSameFlow, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'

let server: TronServer
beforeAll(async () => {
  server = await startTronHeist()
})
afterAll(() => server[Symbol.asyncDispose]())

const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8 }
const door = (): Door => createDoor({ url: server.url, limits })

test('a theft on Tron is traced through TronGrid as from the whole chain', async () => {
  const labels = { [TRON_DEPOSIT]: label('Example Exchange', 'service') }
  const known = books(createMemoryLedger(), labels)
  const world = liveWorld({
    ...known,
    sources: [{ chain: TRON, shown: server.url, open: async (wrap) => createTronGrid(wrap(door())) }],
  })
  const request = plainRequest({
    seeds: TRON_THEFTS.map((n) => ({
      theft: 'theft',
      of: { kind: 'lot', txid: server.txids[n]!, chain: TRON },
    })),
  })
  const source = createTronGrid(door())
  const whole = await Promise.all(
    server.txids.map(async (txid) => (await source.transaction(txid))!.placed.transaction),
  )
  try {
    const { flow, missing, cut } = await world.run(request)
    expect([missing, cut]).toEqual([[], null])
    expectSameFlow(flow, wholeFlow(whole, known, request))
    expect(flow.hops.length).toBeGreaterThan(6)
  } finally {
    world.clean()
  }
})

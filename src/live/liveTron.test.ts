import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatHolder } from '../address/index.ts'
import { createTronGrid } from '../chain/tron/createTronGrid.ts'
import { startTronHeist, TRON_DEPOSIT, TRON_THEFTS } from '../chain/tron/heist.test-suite.ts'
import { hex, type Made, startTronServer, type TronServer } from '../chain/tron/tronServer.test-suite.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor, type Door } from '../net/index.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { addressOf, TRON } from '../units/caip.ts'
import { expectSameFlow, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'

let server: TronServer
beforeAll(async () => {
  server = await startTronHeist()
})
afterAll(() => server[Symbol.asyncDispose]())

const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8 }
const doorTo = ({ url }: TronServer): Door => createDoor({ url, limits })

/** The flow of live sources, and of the whole chain. */
async function flowsOf(of: TronServer, thefts: readonly number[], labels = {}) {
  const known = books(createMemoryLedger(), labels)
  const world = liveWorld({
    ...known,
    sources: [{ chain: TRON, shown: of.url, open: async (wrap) => createTronGrid(wrap(doorTo(of))) }],
  })
  const request = plainRequest({
    seeds: thefts.map((n) => ({ theft: 'theft', of: { kind: 'lot', txid: of.txids[n]!, chain: TRON } })),
  })
  const source = createTronGrid(doorTo(of))
  const whole = await Promise.all(
    of.txids.map(async (txid) => (await source.transaction(txid))!.placed.transaction),
  )
  try {
    const { flow, missing, cut } = await world.run(request)
    expect([missing, cut]).toEqual([[], null])
    return { flow, whole: wholeFlow(whole, known, request) }
  } finally {
    world.clean()
  }
}

test('a theft on Tron is traced through TronGrid as from the whole chain', async () => {
  const labels = { [TRON_DEPOSIT]: label('Example Exchange', 'service') }
  const { flow, whole } = await flowsOf(server, TRON_THEFTS, labels)
  expectSameFlow(flow, whole)
  expect(flow.hops.length).toBeGreaterThan(6)
})

test('a contract pays in the order of the chain, though the history of who is paid last is read first', async () => {
  const [A, B, C, APP, BANK] = [1, 2, 3, 100, 200].map((n) =>
    addressOf(formatHolder(TRON, `41${n.toString(16).padStart(40, '0')}`)),
  ) as [string, string, string, string, string]
  const pay = (from: string, to: string, amount: number): Made => ({
    type: 'TransferContract',
    value: { owner_address: hex(from), to_address: hex(to), amount },
  })
  const split: Made = {
    type: 'TriggerSmartContract',
    value: { owner_address: hex(C), contract_address: hex(APP), call_value: 500, data: 'a9059cbb' },
    internals: [
      { from: APP, to: A, sun: 200 },
      { from: APP, to: B, sun: 300 },
    ],
  }
  await using made = await startTronServer(
    [[pay(BANK, APP, 400)], [pay(BANK, B, 500)], [pay(B, C, 500)], [split]],
    {},
  )
  const { flow, whole } = await flowsOf(made, [1])
  expectSameFlow(flow, whole)
  expect(flow.leaves.map(({ holder, amount }) => `${addressOf(holder)} ${amount}`).sort()).toEqual(
    [`${B} 100`, `${APP} 400`].sort(),
  )
})

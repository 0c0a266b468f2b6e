import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatHolder } from '../address/index.ts'
import { createTronGrid } from '../chain/tron/createTronGrid.ts'
import { hex, type Made, startTronServer, type TronServer } from '../chain/tron/tronServer.test-suite.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor, type Door } from '../net/index.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { addressOf, TRON } from '../units/caip.ts'
import { expectSameFlow, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'

const account = (n: number): string => addressOf(formatHolder(TRON, `41${n.toString(16).padStart(40, '0')}`))
const [VICTIM, THIEF, MULE] = [account(1), account(2), account(3)]
const [SPLITTER, HOME, DEPOSIT] = [account(4), account(5), account(6)]
const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'

const give = (from: string, to: string, amount: bigint): Made => ({
  type: 'TriggerSmartContract',
  value: { owner_address: hex(from), contract_address: hex(USDT), data: 'a9059cbb' },
  fee: 345_000,
  tokens: [{ contract: USDT, from, to, amount }],
})
const pay = (from: string, to: string, amount: number): Made => ({
  type: 'TransferContract',
  value: { owner_address: hex(from), to_address: hex(to), amount },
})

/** A theft of USDT and TRX that goes two hops on within one block, and through a contract. */
const BLOCKS: readonly (readonly Made[])[] = [
  [pay(HOME, VICTIM, 9_000_000), give(HOME, VICTIM, 100n), pay(HOME, MULE, 5_000_000), give(HOME, MULE, 7n)],
  [give(VICTIM, THIEF, 100n), pay(VICTIM, THIEF, 8_000_000)],
  [],
  [give(THIEF, MULE, 60n), give(MULE, DEPOSIT, 30n), give(THIEF, SPLITTER, 40n)],
  [
    {
      type: 'TriggerSmartContract',
      value: {
        owner_address: hex(THIEF),
        contract_address: hex(SPLITTER),
        call_value: 6_000_000,
        data: '00',
      },
      internals: [
        { from: SPLITTER, to: MULE, sun: 2_000_000 },
        { from: SPLITTER, to: DEPOSIT, sun: 4_000_000 },
      ],
    },
    pay(MULE, DEPOSIT, 1_500_000),
  ],
]

let server: TronServer
beforeAll(async () => {
  server = await startTronServer(BLOCKS, { [USDT]: { symbol: 'USDT', decimals: 6 } })
})
afterAll(() => server[Symbol.asyncDispose]())

const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8 }
const door = (): Door => createDoor({ url: server.url, limits })

test('a theft on Tron is traced through TronGrid as from the whole chain', async () => {
  const labels = { [formatHolder(TRON, DEPOSIT)]: label('Example Exchange', 'service') }
  const known = books(createMemoryLedger(), labels)
  const world = liveWorld({
    ...known,
    sources: [{ chain: TRON, open: async (wrap) => createTronGrid(wrap(door())) }],
  })
  const request = plainRequest({
    seeds: server.txids
      .slice(4, 6)
      .map((txid) => ({ theft: 'theft', of: { kind: 'lot', txid, chain: TRON } })),
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

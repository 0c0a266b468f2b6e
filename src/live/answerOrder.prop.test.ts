/** The flow is the same whatever the order in which answers come: by seed. */
import { expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import type { Transaction, Transfer } from '../chain/transaction.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { type Random, random } from '../simulate/random.ts'
import { account, books, label, START, txidOf, USD } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest } from '../trace/index.ts'
import { ETHEREUM } from '../units/caip.ts'
import { expectSameFlow, liveWorld } from './liveWorld.test-suite.ts'
import { madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'
import { shuffledDoor } from './shuffledDoor.test-suite.ts'

const PEOPLE = Array.from({ length: 8 }, (_, i) => account(`person${i}`))
const SHOP = account('shop')

/** The first transaction pays everybody; each of the others has several payments, among them some of the shop. */
function drawChain(draw: Random): Transaction[] {
  const pay = (from: string, to: string, amount: number): Transfer => ({
    ...{ from, to, asset: USD, amount: BigInt(amount), kind: 'token' },
  })
  const drawn = (): Transfer =>
    pay(draw.pick(PEOPLE), draw.chance(1, 2) ? SHOP : draw.pick(PEOPLE), draw.between(1, 300))
  return Array.from({ length: 12 }, (_, i) => ({
    ...{ chain: ETHEREUM, txid: txidOf(i + 1), height: i + 1, time: START + i * 12 },
    transfers:
      i === 0
        ? PEOPLE.map((to) => pay(account('victim'), to, 1000))
        : Array.from({ length: draw.between(1, 4) }, drawn),
    ...{ inputs: [], outputs: [] },
  }))
}

/** As lists of accounts are: of each transaction the account's own payments, without their places. */
function listing(source: Source): Source {
  return {
    ...source,
    async *history(holder) {
      const own = (placed: Placed): Placed => {
        const transfers = placed.transaction.transfers.filter(({ from, to }) => [from, to].includes(holder))
        return { ...placed, transaction: { ...placed.transaction, transfers } }
      }
      for await (const page of source.history!(holder))
        yield { ...page, transactions: page.transactions.map(own) }
    },
  }
}

async function flowOf(transactions: readonly Transaction[], draw: Random): Promise<Flow> {
  const made = madeChain(ETHEREUM, transactions)
  const { labels, prices } = books(createMemoryLedger(), { [SHOP]: label('Shop', 'service') })
  const door = madeDoor(made)
  const world = liveWorld({
    ...{ labels, prices },
    sources: [
      {
        ...{ chain: ETHEREUM, shown: door.shown },
        open: async (wrap) => listing(madeSource(ETHEREUM, wrap(shuffledDoor(door, draw)), 'explorer')),
      },
    ],
  })
  try {
    const seed = { theft: 'theft', of: { kind: 'lot', txid: txidOf(1), chain: ETHEREUM } } as const
    const { flow, missing, cut } = await world.run(plainRequest({ seeds: [seed] }))
    expect([missing, cut]).toEqual([[], null])
    return flow
  } finally {
    world.clean()
  }
}

test.each(Array.from({ length: 6 }, (_, seed) => seed))('seed %i', async (seed) => {
  const transactions = drawChain(random(seed, 1))
  const flow = await flowOf(transactions, random(seed, 2))
  expect(flow.hops.length).toBeGreaterThan(8)
  for (let order = 3; order < 6; order++)
    expectSameFlow(await flowOf(transactions, random(seed, order)), flow)
})

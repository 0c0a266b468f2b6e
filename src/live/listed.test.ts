import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CrossLink } from '../chain/crossLink.ts'
import type { Placed, Source } from '../chain/source.ts'
import { ROUTER } from '../cross/made.test-suite.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { account, atomic, books, coin, ETH, RBTC, txidOf, utxo } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest, type TraceRequest } from '../trace/index.ts'
import { BITCOIN_REGTEST, ETHEREUM } from '../units/caip.ts'
import { type LiveWorld, liveWorld } from './liveWorld.test-suite.ts'
import { type MadeDoor, madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

/** A vault is paid on one chain; the payee receives before, twice in time, and goes on. */
const HOME = [utxo(1, [], [['thief', 60n]]), utxo(2, [[1, 0]], [['vault', 60n]])]
const AWAY = [
  atomic(3, [['friend', 'mule', 5, ETH]]),
  atomic(4, [['router', 'mule', 300, ETH]]),
  atomic(5, [['mule', 'far', 305, ETH]]),
]
const paid = HOME[1]!.txid
const LINK = { protocol: 'thorchain', id: paid } as const
const OUT: CrossLink = {
  ...{ ...LINK, side: 'out', holder: coin('thief'), asset: RBTC, amount: 60n },
  ...{ otherChain: ETHEREUM, otherHolder: account('mule'), contract: null },
}
const IN: CrossLink = {
  ...{ ...LINK, side: 'in', holder: account('mule'), asset: ETH, amount: 300n },
  ...{ otherChain: null, otherHolder: null, contract: ROUTER },
}

/** Says what crosses, and where a transfer stands, only where it is asked for one transaction, as Etherscan does. */
function saysOfOne(source: Source, kind: Source['kind'], links: Readonly<Record<string, CrossLink>>): Source {
  return {
    ...{ ...source, kind },
    async *history(holder) {
      for await (const page of source.history!(holder))
        yield { ...page, transactions: page.transactions.map(withoutPositions) }
    },
    async transaction(txid) {
      const found = await source.transaction(txid)
      const link = links[txid]
      return found && link ? { ...found, placed: { ...found.placed, links: [link] } } : found
    },
  }
}

function withoutPositions({ transaction, ...placed }: Placed): Placed {
  const transfers = transaction.transfers.map(({ position: _position, ...transfer }) => transfer)
  return { ...placed, transaction: { ...transaction, transfers } }
}

let world: LiveWorld
let away: MadeDoor
beforeEach(() => {
  const home = madeDoor(madeChain(BITCOIN_REGTEST, HOME), 'http://127.0.0.1:1/home')
  away = madeDoor(madeChain(ETHEREUM, AWAY), 'http://127.0.0.1:2/away')
  const { labels, prices } = books(createMemoryLedger())
  world = liveWorld({
    ...{ labels, prices },
    sources: [
      {
        ...{ chain: BITCOIN_REGTEST, shown: home.shown },
        open: async (wrap) =>
          saysOfOne(madeSource(BITCOIN_REGTEST, wrap(home), 'explorer'), 'esplora', { [paid]: OUT }),
      },
      {
        ...{ chain: ETHEREUM, shown: away.shown },
        open: async (wrap) =>
          saysOfOne(madeSource(ETHEREUM, wrap(away), 'explorer'), 'etherscan', { [txidOf(4)]: IN }),
      },
    ],
  })
})
afterEach(() => world.clean())

const requestOf = (txid: string): TraceRequest =>
  plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid } }] })
const arrived = ({ seeds }: Flow): string[] =>
  seeds.flatMap(({ basis, txids }) => (basis === 'crossing' ? txids : []))

test('receipts of whom a departure names are asked for by themselves, and once', async () => {
  const { flow, complete } = await world.run(requestOf(HOME[0]!.txid))
  expect(arrived(flow)).toEqual([txidOf(4)])
  expect(complete).toBe(true)
  expect(flow.leaves.map(({ reason, holder }) => [reason, holder])).toContainEqual(['held', account('far')])
  const asked = [...away.answered].filter(([question]) => question.includes('/tx/'))
  // What was paid to the payee, and not what it paid.
  expect(asked).toEqual([3, 4].map((n) => [`GET /tx/${txidOf(n)}`, 1]))
  expect(arrived((await world.run(requestOf(HOME[0]!.txid), { offline: true })).flow)).toEqual([txidOf(4)])
  expect([...away.answered].filter(([question]) => question.includes('/tx/'))).toEqual(asked)
})

test('a transaction named by the user is asked for by itself though a list had it', async () => {
  const holder = plainRequest({
    seeds: [{ theft: 'theft', of: { kind: 'holders', holders: [account('far')] } }],
  })
  await world.run(holder)
  expect(away.answered.has(`GET /tx/${txidOf(5)}`)).toBe(false)
  await world.run(requestOf(txidOf(5)), { offline: true })
  expect(away.answered.has(`GET /tx/${txidOf(5)}`)).toBe(false)
  await world.run(requestOf(txidOf(5)))
  expect(away.answered.get(`GET /tx/${txidOf(5)}`)).toBe(1)
  const before = new Map(away.answered)
  await world.run(requestOf(txidOf(5)))
  expect(away.answered).toEqual(before)
})

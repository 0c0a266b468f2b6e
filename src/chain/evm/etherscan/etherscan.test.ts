import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatHolder } from '../../../address/index.ts'
import { createMemoryLedger, type Ledger } from '../../../ledger/index.ts'
import { createDoor } from '../../../net/index.ts'
import type { HolderId } from '../../../units/caip.ts'
import type { Source } from '../../source.ts'
import type { Transaction } from '../../transaction.ts'
import { type Anvil, startAnvil } from '../anvil.test-suite.ts'
import { createEvmNode } from '../createEvmNode.ts'
import { type EveryKind, everyKind } from '../everyKind.test-suite.ts'
import { evmSourceSuite } from '../evmSource.test-suite.ts'
import { createEtherscan } from './createEtherscan.ts'
import { type EtherscanServer, startEtherscanServer } from './etherscanServer.test-suite.ts'

const FAST = { perSecond: 10_000, burst: 10_000, concurrency: 8, retries: 0 }

let anvil: Anvil
let made: EveryKind
let truth: Source
let server: EtherscanServer
let source: Source
beforeAll(async () => {
  anvil = await startAnvil({ chainId: 31337 })
  made = await everyKind(anvil)
  truth = await createEvmNode(anvil.door())
  server = await startEtherscanServer(anvil)
  source = open(3)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await anvil.stop()
})

function open(pageRows: number, url = server.url): Source {
  const wrappers = [made.contracts['wrapped']!.address]
  return createEtherscan(createDoor({ url, limits: FAST }), 31337, { pageRows, wrappers })
}

describe('createEtherscan', () => {
  // Pages of three rows, so that every list has several and most end amid a block or a transaction.
  evmSourceSuite(() => ({ made, source, truth }))

  test.each([1, 2, 100])('the same history whatever the size of its pages: %d', async (pageRows) => {
    const who = formatHolder(truth.chain, anvil.accounts[1]!.address)
    const walk = async (from: Source): Promise<unknown[]> => {
      const all: unknown[] = []
      for await (const { transactions } of from.history!(who)) all.push(...transactions)
      return all
    }
    expect(await walk(open(pageRows))).toEqual(await walk(source))
  })
})

describe('the order within a transaction', () => {
  test.each([false, true])(
    'is that of the node, whoever is read first (the last first: %s)',
    async (isBack) => {
      const all = await Promise.all(
        Object.values(made.txids).map(async (txid) => (await truth.transaction(txid))!.placed.transaction),
      )
      const holders = [
        ...new Set(all.flatMap(({ transfers }) => transfers.flatMap(({ from, to }) => [from, to]))),
      ]
        .filter((one) => one !== null)
        .sort()
      const ledger = createMemoryLedger()
      for (const holder of isBack ? holders.reverse() : holders)
        ledger.append(await historyOf(source, holder))
      const expected = createMemoryLedger()
      expected.append(all)
      for (const { txid } of all)
        for (const holder of holders)
          expect(paidIn(ledger, txid, holder), txid).toEqual(paidIn(expected, txid, holder))
    },
  )
})

async function historyOf(from: Source, who: HolderId): Promise<Transaction[]> {
  const all: Transaction[] = []
  for await (const page of from.history!(who)) all.push(...page.transactions.map((one) => one.transaction))
  return all
}

/** What a holder pays and gets in a transaction, in order, by asset. */
function paidIn(ledger: Ledger, txid: string, who: HolderId): Record<string, string[]> {
  const [found] = ledger.transactions(ledger.txNumbers(txid))
  const paid: Record<string, string[]> = {}
  for (const { from, to, asset, amount } of found?.transfers ?? [])
    if (amount > 0n && (from === who || to === who))
      paid[asset] = [...(paid[asset] ?? []), `${from} ${to} ${amount}`]
  return paid
}

describe('a history that goes through a bridge', () => {
  test('says where the money goes on, and where it came from', async () => {
    const base = await startAnvil({ chainId: 8453 })
    try {
      const token = await base.deploy('Token', ['TOK', 18, 1000n])
      const made = await base.deploy('Bridge')
      // The spoke pool of Across on Base, with the code of our own.
      const pool = { ...made, address: '0x09aea4b2242abC8bb4BB78D537A67a245A7bEC64' } as const
      await base.rpc('anvil_setCode', [pool.address, await base.rpc('eth_getCode', [made.address, 'latest'])])
      await base.write(0, token, 'approve', [pool.address, 100n])
      const thief = base.accounts[0]!.address
      const out = await base.write(0, pool, 'send', [token.address, 100n, 99n, 10n, thief])
      const payee = base.accounts[20]!.address
      const release = [token.address, 50n, 49n, 10n, 7n, thief, payee]
      const into = await base.write(0, pool, 'release', release)
      await using api = await startEtherscanServer(base)
      const explorer = createEtherscan(createDoor({ url: api.url, limits: FAST }), 8453)
      const node = await createEvmNode(base.door())
      const linksOf = async (who: string): Promise<unknown[]> => {
        const found: unknown[] = []
        for await (const page of explorer.history!(formatHolder('eip155:8453', who)))
          for (const one of page.transactions) if (one.links.length > 0) found.push(one)
        return found
      }
      expect(await linksOf(payee)).toEqual([(await node.transaction(into))!.placed])
      const [left] = await linksOf(thief)
      expect(left).toEqual((await node.transaction(out))!.placed)
      expect(left).toMatchObject({ links: [{ protocol: 'across', side: 'out', id: '8453:1', amount: 100n }] })
    } finally {
      await base.stop()
    }
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatHolder } from '../../../address/index.ts'
import { createDoor } from '../../../net/index.ts'
import type { Source } from '../../source.ts'
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

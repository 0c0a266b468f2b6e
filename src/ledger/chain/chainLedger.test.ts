import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { books, request } from '../../trace/fixtures.ref.ts'
import { traceFlow } from '../../trace/trace.ts'
import { BITCOIN, BITCOIN_CASH, BITCOIN_REGTEST } from '../../units/caip.ts'
import { NONE } from '../ledger.ts'
import type { MadeTransaction } from '../madeBlocks.test-suite.ts'
import { readingSuite } from '../reading.test-suite.ts'
import { openBlockSource } from './blockSource.ts'
import { blocksToTransactions } from './blocksToTransactions.ref.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import { answers, chainMaker, clean, holdersIn, memoryOf, temporary } from './made.test-suite.ts'
import { verifyStore } from './verifyStore.ts'
import { writeMade } from './writeMade.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const missing = !existsSync(join(DATA, 'bitcoin-blocks'))
afterEach(clean)

describe('openChainLedger', () => {
  readingSuite(chainMaker())
})

describe.skipIf(missing)(
  `openChainLedger on real blocks${missing ? `: skipped, ${DATA} is not here` : ''}`,
  () => {
    test.each([
      ['the regtest chain', 'bitcoin-regtest', 'regtest', BITCOIN_REGTEST],
      ['600 blocks of 2009', 'bitcoin-blocks', 'main', BITCOIN],
    ])('%s: every answer is the memory ledger’s', async (_name, folder, network, chain) => {
      const source = openBlockSource(join(DATA, folder), blockNetwork('bitcoin', network))
      const transactions = blocksToTransactions(source.blocks(source.firstHeight, source.lastHeight), chain)
      const path = temporary()
      const result = await indexBlocks(path, source, { chain, memory: 2 ** 20 })
      source.close()
      expect(result).toMatchObject({
        transactions: transactions.length,
        addresses: holdersIn(transactions).length,
        removed: 0,
      })
      const store = openChainLedger(path)
      expect(answers(store, transactions)).toBe(answers(memoryOf(transactions), transactions))
      store.close()
    })
  },
)

test('Bitcoin Cash: a spend that its block lists before what it spends is indexed, answered and followed', async () => {
  const [files, store] = [temporary(), temporary()]
  const line: MadeTransaction[] = ['a', 'b', 'c'].map((name, i) => ({
    ...{ name, inputs: [[['m', 'a', 'b'][i]!, 0]], outputs: [[name, 50 - i]] },
  }))
  const names = writeMade(files, [
    [{ name: 'm', inputs: [], outputs: [['thief', 50]] }],
    [{ name: 'n', inputs: [], outputs: [['miner', 50]] }, ...line.toReversed()],
  ])
  const source = openBlockSource(files, blockNetwork('bitcoin', 'regtest'))
  await indexBlocks(store, source, { chain: BITCOIN_CASH, memory: 2 ** 20, threads: 1 })
  source.close()
  const ledger = openChainLedger(store)
  const numbers = ['m', 'a', 'b', 'c'].map((name) => ledger.txNumbers(names.txid(name))[0]!)
  expect([...ledger.spenders(Uint32Array.from(numbers), new Uint32Array(4))]).toEqual([
    ...numbers.slice(1),
    NONE,
  ])
  const seeds = [{ theft: 'theft', of: { kind: 'lot' as const, txid: names.txid('m') } }]
  for (const rule of ['fifo', 'haircut', 'poison'] as const) {
    const { hops, leaves } = traceFlow(books(ledger), request({ seeds, rule }))
    expect(hops.filter(({ stop }) => stop !== 'fee').map(({ txid }) => txid)).toEqual(
      ['a', 'b', 'c'].map(names.txid),
    )
    expect(leaves.map(({ reason, amount }) => `${reason} ${amount}`)).toContain('held 48')
  }
  ledger.close()
  expect(verifyStore(store).damage).toEqual([])
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { BITCOIN, BITCOIN_REGTEST } from '../../units/caip.ts'
import { readingSuite } from '../reading.test-suite.ts'
import { openBlockSource } from './blockSource.ts'
import { blocksToTransactions } from './blocksToTransactions.ref.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import { answers, chainMaker, clean, holdersIn, memoryOf, temporary } from './made.test-suite.ts'

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

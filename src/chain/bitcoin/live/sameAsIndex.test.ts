import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { indexBlocks, openBlockSource, openChainLedger } from '../../../ledger/chain/index.ts'
import { answers, clean, memoryOf, temporary } from '../../../ledger/chain/made.test-suite.ts'
import { createDoor } from '../../../net/index.ts'
import { BITCOIN_REGTEST } from '../../../units/caip.ts'
import type { Source } from '../../source.ts'
import type { Transaction } from '../../transaction.ts'
import { sourceWorld } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { coreAnswers, serveCore } from '../coreNode.test-suite.ts'
import { serveEsplora } from '../esploraServer.test-suite.ts'
import { blockFileOf } from '../regtestChain.test-suite.ts'
import { createBitcoinNode, createEsplora } from './index.ts'

const network = blockNetwork('bitcoin', 'regtest')
const limits = { perSecond: 10_000, burst: 10_000 }
afterEach(clean)

/** Everything in the chain, block by block. */
async function readAll(source: Source): Promise<Transaction[]> {
  const { height: last } = await source.tip()
  const all: Transaction[] = []
  for (let height = 0; height <= last; height++) {
    const block = (await source.blockAt(height))!
    const { transactions } = await source.matches!(block, { spends: () => true, touches: () => true })
    all.push(...transactions.map(({ transaction }) => transaction))
  }
  return all
}

test('a ledger of what sources give answers as the index of the same blocks', async () => {
  const { chain } = await sourceWorld()
  await using explorer = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  await using core = await serveCore(coreAnswers({ blocks: chain.blocks }))
  const fromExplorer = await readAll(createEsplora(createDoor({ url: explorer.url, limits }), network))
  const fromNode = await readAll(await createBitcoinNode(createDoor({ url: core.url, limits }), network))
  expect(fromNode).toEqual(fromExplorer)

  const [files, path] = [temporary(), temporary()]
  writeFileSync(join(files, 'blk00000.dat'), blockFileOf(chain.blocks))
  const blocks = openBlockSource(files, network)
  const { transactions } = await indexBlocks(path, blocks, { chain: BITCOIN_REGTEST, memory: 2 ** 20 })
  blocks.close()
  expect(transactions).toBe(fromNode.length)
  const index = openChainLedger(path)
  expect(answers(index, fromNode)).toBe(answers(memoryOf(fromNode), fromNode))
  index.close()
})

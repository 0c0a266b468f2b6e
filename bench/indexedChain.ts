/**
 * A made chain, indexed: what is read by the benchmarks of the chain store.
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { blockNetwork } from '../src/chain/bitcoin/blockNetwork.ts'
import { indexBlocks, openBlockSource } from '../src/ledger/chain/index.ts'
import { BITCOIN_REGTEST } from '../src/units/index.ts'
import { writeChain } from './blocks.ts'

/** Writes blocks, indexes them into `<folder>/chain`, and deletes the blocks. */
export async function indexedChain(folder: string, transactions: number): Promise<string> {
  const blocks = join(folder, 'blocks')
  const chain = join(folder, 'chain')
  writeChain(blocks, { transactions })
  const source = openBlockSource(blocks, blockNetwork('bitcoin', 'regtest'))
  try {
    await indexBlocks(chain, source, { chain: BITCOIN_REGTEST, memory: 2 ** 30 })
  } finally {
    source.close()
  }
  rmSync(blocks, { recursive: true })
  return chain
}

/**
 * Blocks to `Transaction` objects, slowly: the other side of the comparison with the chain store.
 * @module
 */
import { Transaction as Parsed } from 'bitcoinjs-lib'
import { fromScript } from '../../address/index.ts'
import type { Transaction } from '../../chain/transaction.ts'
import { type ChainId, holderOf } from '../../units/caip.ts'
import type { IndexedBlock } from './segmentBuilder.ts'

/** Every transaction of the blocks, parsed and hashed by bitcoinjs-lib. */
export function blocksToTransactions(blocks: Iterable<IndexedBlock>, chain: ChainId): Transaction[] {
  const found: Transaction[] = []
  for (const { height, time, columns } of blocks) {
    for (let index = 0; index < columns.transactions; index++) {
      const bytes = columns.bytes.slice(columns.txStarts[index]!, columns.txStarts[index + 1]!)
      const tx = Parsed.fromBuffer(bytes)
      found.push({
        ...{ chain, txid: tx.getId(), height, index, time, transfers: [] },
        inputs:
          index === 0
            ? []
            : tx.ins.map(({ hash, index: n }) => ({ txid: Buffer.from(hash).reverse().toString('hex'), n })),
        outputs: tx.outs.map(({ script, value }) => {
          const address = fromScript(script, chain)
          return { holder: address === null ? null : holderOf(chain, address), amount: value }
        }),
      })
    }
  }
  return found
}

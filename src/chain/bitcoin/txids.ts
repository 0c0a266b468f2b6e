/**
 * Transaction ids of a block: double SHA-256 of each transaction without marker, flag and witness (BIP-144), of HogEx
 * without its flag and the empty MWEB part too.
 * @module
 */
import type { BlockColumns } from './block.ts'
import type { Sha256 } from './sha256.ts'

/** Fills `columns.txids`, in internal byte order: explorers print them the other way round. */
export function fillTxids(columns: BlockColumns, sha256: Sha256): void {
  const { bytes, headerStart, end, transactions, txStarts, segwit, witnessStarts, txids } = columns
  sha256.begin(bytes, headerStart, end, transactions)
  for (let t = 0; t < transactions; t++) {
    const start = txStarts[t]!
    sha256.add(t, start, start + (segwit[t] === 1 ? 6 : 4), witnessStarts[t]!, txStarts[t + 1]!)
  }
  sha256.finish(txids)
}

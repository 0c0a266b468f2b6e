/**
 * What a thread of the decoder's benchmark does.
 * @module
 */
import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { verifyMerkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256, type Sha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { type Job, job } from '../src/ledger/chain/pool.ts'
import type { RawBlocks } from './rawBlocks.ts'

/** Each does what those before it do, too. */
export const STEPS = ['decode', 'txids', 'merkle'] as const

export interface DecodeSpan extends RawBlocks {
  readonly step: (typeof STEPS)[number]
  readonly engine: Sha256['engine']
}

const columns = blockColumns()
const hashers = { wasm: openSha256(), node: openSha256({ engine: 'node' }) }

function decodeSpan({ bytes, starts, ends, step, engine }: DecodeSpan): number {
  const sha256 = hashers[engine]
  let transactions = 0
  for (let i = 0; i < starts.length; i++) {
    const place = { file: 'bench', offset: starts[i]! }
    decodeBlock(columns, bytes, starts[i]!, ends[i]!, place)
    transactions += columns.transactions
    if (step === 'decode') continue
    fillTxids(columns, sha256)
    if (step === 'merkle') verifyMerkleRoot(columns, sha256, place)
  }
  return transactions
}

/** Returns how many transactions the span has. */
export const decodeJob: Job<DecodeSpan, number> = job(import.meta.url, 'decodeJob', decodeSpan)

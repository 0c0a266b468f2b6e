/**
 * Seeded blocks for timing the decoder: bytes with the shapes of the chain's, and nothing behind them (no prevout exists).
 * @module
 */

import { blockColumns, decodeBlock } from '../src/chain/bitcoin/decodeBlock.ts'
import { merkleRoot } from '../src/chain/bitcoin/merkle.ts'
import { openSha256 } from '../src/chain/bitcoin/sha256.ts'
import { fillTxids } from '../src/chain/bitcoin/txids.ts'
import { random } from '../src/simulate/index.ts'

const TRANSACTIONS_PER_BLOCK = 3000
/** Seven in ten transactions spend one output, as in the ten real blocks of `shared/data` that the tests read; few spend many. */
const INPUTS = [1, 1, 1, 1, 1, 1, 1, 2, 2, 5, 20]
const OUTPUTS = [1, 2, 2, 2, 2, 2, 3, 8]

interface Kind {
  /** Length of scriptSig. */
  readonly script: number
  /** Lengths of the witness items. */
  readonly witness: readonly number[]
  /** scriptPubKey before and after what is random. */
  readonly pays: readonly [before: readonly number[], random: number, after: readonly number[]]
}

/** P2WPKH twice, P2TR, P2PKH, P2SH-P2WPKH. */
const KINDS: readonly Kind[] = [
  { script: 0, witness: [71, 33], pays: [[0, 20], 20, []] },
  { script: 0, witness: [71, 33], pays: [[0, 20], 20, []] },
  { script: 0, witness: [64], pays: [[0x51, 32], 32, []] },
  { script: 107, witness: [], pays: [[0x76, 0xa9, 20], 20, [0x88, 0xac]] },
  { script: 23, witness: [71, 33], pays: [[0xa9, 20], 20, [0x87]] },
]

/** Raw blocks with at least so many transactions, in witness form where an input needs it; merkle roots are right. */
export function makeBlocks(transactions: number, seed = 2026): Uint8Array[] {
  const draw = random(seed, transactions)
  const sha256 = openSha256()
  const columns = blockColumns()
  const blocks: Uint8Array[] = []
  const out = new Uint8Array(2 ** 23)
  let at = 0
  const number = (value: number, bytes: number): void => {
    for (let i = 0; i < bytes; i++) out[at++] = Math.floor(value / 256 ** i) & 255
  }
  const noise = (length: number): void => {
    out.set(draw.bytes(length), at)
    at += length
  }
  const transaction = (inputs: number, kind: Kind): void => {
    const segwit = kind.witness.length > 0
    number(2, 4)
    if (segwit) number(0x0100, 2)
    number(inputs, 1)
    for (let i = 0; i < inputs; i++) {
      noise(32)
      number(draw.between(0, 3), 4)
      number(kind.script, 1)
      noise(kind.script)
      number(0xfffffffd, 4)
    }
    const outputs = draw.pick(OUTPUTS)
    number(outputs, 1)
    for (let o = 0; o < outputs; o++) {
      const [before, random, after] = draw.pick(KINDS).pays
      number(draw.between(546, 1e9), 8)
      number(before.length + random + after.length, 1)
      for (const byte of before) number(byte, 1)
      noise(random)
      for (const byte of after) number(byte, 1)
    }
    for (let i = 0; segwit && i < inputs; i++) {
      number(kind.witness.length, 1)
      for (const length of kind.witness) {
        number(length, 1)
        noise(length)
      }
    }
    number(0, 4)
  }
  for (let made = 0; made < transactions; made += TRANSACTIONS_PER_BLOCK) {
    at = 80
    number(0xfd, 1)
    number(TRANSACTIONS_PER_BLOCK, 2)
    for (let t = 0; t < TRANSACTIONS_PER_BLOCK; t++) transaction(draw.pick(INPUTS), draw.pick(KINDS))
    const block = out.slice(0, at)
    decodeBlock(columns, block, 0, at, { file: 'made', offset: 0 })
    fillTxids(columns, sha256)
    block.set(merkleRoot(columns.txids, columns.transactions, sha256).root, 36)
    blocks.push(block)
  }
  return blocks
}

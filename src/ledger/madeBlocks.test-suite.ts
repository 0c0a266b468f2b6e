/**
 * Blocks in short names, for what every ledger answers whatever it is made of.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import { BITCOIN_REGTEST, holderOf } from '../units/caip.ts'

/** The first of a block has no inputs: it is the coinbase. An input names a transaction and one of its outputs. */
export interface MadeTransaction {
  readonly name: string
  readonly inputs: readonly (readonly [name: string, n: number])[]
  /** Null is a script without address. */
  readonly outputs: readonly (readonly [holder: string | null, sats: number])[]
}

/** Names as a ledger has them. */
export interface MadeNames {
  txid(name: string): string
  holder(name: string): string
}

/** Short names as they are. */
export const PLAIN: MadeNames = {
  txid: (name) => name,
  holder: (name) => holderOf(BITCOIN_REGTEST, name),
}

export const START = 1_600_000_000

/** @param firstHeight of the first block */
export function transactionsOf(
  blocks: readonly (readonly MadeTransaction[])[],
  names: MadeNames = PLAIN,
  firstHeight = 0,
): Transaction[] {
  return blocks.flatMap((block, at) =>
    block.map(({ name, inputs, outputs }, index) => ({
      ...{ chain: BITCOIN_REGTEST, txid: names.txid(name), height: firstHeight + at, index },
      ...{ time: START + 600 * at, transfers: [] },
      inputs: inputs.map(([prev, n]) => ({ txid: names.txid(prev), n })),
      outputs: outputs.map(([holder, sats]) => ({
        holder: holder === null ? null : names.holder(holder),
        amount: BigInt(sats),
      })),
    })),
  )
}

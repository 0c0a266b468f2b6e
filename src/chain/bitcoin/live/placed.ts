/**
 * Verified transactions as every reader yields them.
 * @module
 */
import { AnswerError } from '../../../net/index.ts'
import { type ChainId, LITECOIN, LITECOIN_REGTEST, LITECOIN_TESTNET } from '../../../units/caip.ts'
import type { CrossLink } from '../../crossLink.ts'
import type { BlockRef, Placed } from '../../source.ts'
import type { Input, Transaction } from '../../transaction.ts'
import type { RawOutput, RawTransaction } from './rawTransaction.ts'
import { holderOfScript, memoOf } from './scripts.ts'
import { contradicts } from './shownScripts.ts'

/** Reads statements about other chains out of what a transaction's OP_RETURN outputs say, each as its bytes. */
export type MemoLinks = (
  chain: ChainId,
  transaction: Transaction,
  memos: readonly Uint8Array[],
) => readonly CrossLink[]

/** What a reader of one chain needs beside the transaction. */
export interface Reading {
  readonly chain: ChainId
  readonly memoLinks: MemoLinks
}

export interface Place {
  /** null while unconfirmed. */
  readonly block: BlockRef | null
  /** Place in the block, where it is known. */
  readonly index?: number
}

/** 84 million coins on Litecoin, else 21 million: `MAX_MONEY`, src/amount.h of each chain's node. */
function maxSats(chain: ChainId): number {
  return [LITECOIN, LITECOIN_TESTNET, LITECOIN_REGTEST].includes(chain) ? 84e14 : 21e14
}

/**
 * @param prevouts one an input, null where the source does not give it; of a coinbase none is read
 * @throws {AnswerError} for what no chain has in it: an output spent twice, more paid out than in, more coins than there are,
 * an input that cannot spend what it is said to
 */
export function placedOf(
  raw: RawTransaction,
  prevouts: readonly (RawOutput | null)[],
  { block, index }: Place,
  { chain, memoLinks }: Reading,
): Placed {
  const { txid, isCoinbase, outputs } = raw
  const bad = (expected: string, came: string): AnswerError => new AnswerError({ expected, came, path: txid })
  const max = maxSats(chain)
  const assertMoney = (sats: number): void => {
    if (!(Number.isSafeInteger(sats) && sats >= 0 && sats <= max)) throw bad(`0 to ${max} sats`, `${sats}`)
  }
  let paidIn = isCoinbase || prevouts.includes(null) ? Number.POSITIVE_INFINITY : 0
  const spent = new Set<string>()
  const inputs: Input[] = (isCoinbase ? [] : raw.inputs).map((input, i) => {
    const { txid: of, n } = input
    const outpoint = `${of}:${n}`
    if (spent.has(outpoint)) throw bad('every output spent once', `input ${i} spends ${outpoint} again`)
    spent.add(outpoint)
    const prevout = prevouts[i] ?? null
    if (prevout === null) return { txid: of, n }
    assertMoney(prevout.sats)
    paidIn += prevout.sats
    if (contradicts(input, prevout.script))
      throw bad(`an output that input ${i} can spend`, 'one of another key or script')
    const holder = holderOfScript(prevout.script, chain)
    return { txid: of, n, ...(holder === null ? {} : { holder }), amount: BigInt(prevout.sats) }
  })
  let paidOut = 0
  for (const { sats } of outputs) {
    assertMoney(sats)
    paidOut += sats
  }
  assertMoney(paidOut)
  if (paidOut > paidIn) throw bad('no more paid out than in', `${paidIn} sats in, ${paidOut} out`)
  const transaction: Transaction = {
    chain,
    txid,
    ...(block === null ? {} : { height: block.height, time: block.time }),
    ...(index === undefined ? {} : { index }),
    transfers: [],
    inputs,
    outputs: outputs.map(({ sats, script }) => ({
      holder: holderOfScript(script, chain),
      amount: BigInt(sats),
    })),
  }
  const memos = outputs.map(({ script }) => memoOf(script)).filter((memo) => memo !== null)
  const links = memos.length === 0 ? [] : memoLinks(chain, transaction, memos)
  return { transaction, block, links }
}

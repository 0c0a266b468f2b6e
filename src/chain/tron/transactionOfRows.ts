/**
 * A transaction of an account's history, of the rows that the lists have of it.
 * @module
 */

import type { Asset } from '../../units/asset.ts'
import { TRON } from '../../units/caip.ts'
import { assertAnswer } from '../evm/assertAnswer.ts'
import { describeToken } from '../evm/metadata.ts'
import { MAX_SYMBOL } from '../table/assets.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import { holderOfTron, internalTransfers, isDone, NO_OUTCOME, ownTransfers, trc20 } from './content.ts'
import type { Gathered } from './history.ts'
import type { InternalRow, TokenInfo } from './wire.ts'

/** Transfers of one row. */
interface Moved {
  readonly transfers: readonly Transfer[]
}

/** What each row says; a token that it does not name is left out. */
export function movedByRows({ txid, account, token }: Gathered): readonly Moved[] {
  const own: Moved[] = []
  // A payment may stand both in the transaction's own row and in one of its own.
  const internals = new Map<string, InternalRow>()
  for (const row of account) {
    if ('tx_id' in row) {
      internals.set(row.internal_tx_id, row)
      continue
    }
    assertAnswer(row.txID === txid && own.length === 0, `one row of ${txid}`, 'several')
    own.push({ transfers: ownTransfers(row, { ...NO_OUTCOME, fee: row.ret?.[0]?.fee ?? 0n }) })
    if (isDone(row)) for (const one of row.internal_transactions ?? []) internals.set(one.internal_tx_id, one)
  }
  const paid = [...internals.values()].map((one): Moved => ({ transfers: internalTransfers([one]) }))
  const tokens = token.flatMap((row): Moved[] => {
    if (row.type !== 'Transfer' || row.token_info === null) return []
    const parties = { from: holderOfTron(row.from), to: holderOfTron(row.to) }
    const asset = assetOf(row.token_info).id
    return [{ transfers: [{ ...parties, asset, amount: row.value, kind: 'token' }] }]
  })
  return [...own, ...paid, ...tokens]
}

export function transactionOfRows({ txid, time, account }: Gathered, rows: readonly Moved[]): Transaction {
  const height = account.flatMap((row) => ('tx_id' in row ? [] : (row.blockNumber ?? []))).at(0)
  // The lists do not say where in the transaction a token moved, so no place is given.
  const plain = rows.flatMap(({ transfers }) => transfers.map(({ position: _, ...transfer }) => transfer))
  return transactionOf(txid, { ...(height === undefined ? {} : { height }), time: seconds(time) }, plain)
}

export function transactionOf(
  txid: string,
  head: Pick<Transaction, 'height' | 'index' | 'time'>,
  transfers: readonly Transfer[],
): Transaction {
  return { chain: TRON, txid, ...head, transfers, inputs: [], outputs: [] }
}

/** Whether a token moved that the rows do not name. */
export function isNameless({ token }: Gathered): boolean {
  return token.some(({ type, token_info }) => type === 'Transfer' && token_info === null)
}

export function assetOf({ address, symbol, decimals }: TokenInfo): Asset {
  return describeToken(trc20(address), TRON, { symbol: symbol.slice(0, MAX_SYMBOL), decimals })
}

/** Whole unix seconds. */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

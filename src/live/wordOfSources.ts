/** @module */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId } from '../units/caip.ts'
import type { LiveBook } from './book.ts'
import { numberOf } from './takeIn.ts'

/**
 * Inputs whose amounts and payers are the word of the live source that gave their transaction: no transaction id covers
 * them, and what they spend is not in the ledger.
 *
 * @param txs transactions through which traced money went
 */
export function wordOfSources(
  ledger: Ledger,
  book: LiveBook,
  txs: readonly { readonly chain: ChainId; readonly txid: string }[],
): number {
  const put = txs.filter(({ chain, txid }) => book.putSource(chain, txid) !== null)
  const numbers = put.flatMap(({ chain, txid }) => numberOf(ledger, chain, txid) ?? [])
  const { debitLotTx, debitLotN, debitAmount } = ledger.ofTransactions(Uint32Array.from(numbers))
  // Only UTXO chains number the outputs they spend; an amount of 0 was not stated.
  return debitLotTx.reduce(
    (n, tx, leg) => n + (tx === NONE && debitLotN[leg] !== NONE && debitAmount.narrow[leg] !== 0 ? 1 : 0),
    0,
  )
}

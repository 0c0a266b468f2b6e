/** @module */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId } from '../units/caip.ts'
import type { LiveBook } from './book.ts'

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
  const numbers = Uint32Array.from(txs.flatMap(({ txid }) => [...ledger.txNumbers(txid)]))
  const { n, tx, debitStarts, debitLotTx, debitLotN, debitAmount } = ledger.ofTransactions(numbers)
  // Only UTXO chains number the outputs they spend; an amount of 0 was not stated.
  const isOnWord = (leg: number): boolean =>
    debitLotTx[leg] === NONE && debitLotN[leg] !== NONE && debitAmount.narrow[leg] !== 0
  const legs = new Map<number, number>()
  for (let i = 0; i < n; i++)
    for (let leg = debitStarts[i]!; leg < debitStarts[i + 1]!; leg++)
      if (isOnWord(leg)) legs.set(tx[i]!, (legs.get(tx[i]!) ?? 0) + 1)
  const { txid, chain } = ledger.heads(Uint32Array.from(legs.keys()))
  return [...legs.values()].reduce(
    (sum, count, i) => (book.putSource(chain[i]!, txid[i]!) === null ? sum : sum + count),
    0,
  )
}

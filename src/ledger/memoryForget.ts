import { type Books, bagKey } from './memoryBooks.ts'
import { placeAll } from './memoryPlaces.ts'

/** What `Ledger.forget` changes in the memory ledger: looks through everything, which is slow and plain. */
export function forgetTransactions(
  books: Books,
  numbers: Uint32Array,
  uncovered: Uint32Array,
): { transactions: number; movements: number } {
  const { txs, spends, bags, holders } = books
  const gone = new Set(Array.from(numbers).filter((number) => txs[number]?.real === true))
  const before = books.movements
  for (const number of gone) {
    const tx = txs[number]!
    for (const movement of tx.movements) bags.delete(bagKey(movement))
    for (const { prevTx, prevN } of tx.inputs) spends.delete(`${prevTx}:${prevN}`)
    books.movements -= tx.movements.length
    for (const list of [tx.movements, tx.inputs, tx.outputs]) list.length = 0
    Object.assign(tx, { real: false, height: null, index: null, time: null })
  }
  for (const holder of holders) for (const number of gone) holder.txs.delete(number)
  for (const number of uncovered)
    if (number < holders.length) Object.assign(holders[number]!, { whole: false, from: null, to: null })
  placeAll(books)
  return { transactions: gone.size, movements: before - books.movements }
}

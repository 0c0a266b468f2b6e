/** @module */
import type { LabelStore } from '../../label/index.ts'
import { type Ledger, NONE } from '../../ledger/index.ts'
import type { HolderId } from '../../units/caip.ts'

/** No store of labels is larger; more are not asked. */
const MOST_LABELS = 10_000_000

/** Every holder of a UTXO chain that has a label and is in the ledger. Labels that lost their capitals are not asked. */
export function labelledHolders(
  labels: LabelStore,
  ledger: Ledger,
): { readonly holder: HolderId; readonly number: number }[] {
  const holders = new Set<HolderId>()
  for (const { caseless, chain, address } of labels.search('', MOST_LABELS))
    if (!caseless && chain?.startsWith('bip122:') === true) holders.add(`${chain}:${address}`)
  const list = [...holders]
  const numbers = ledger.holderNumbers(list)
  return list.flatMap((holder, i) => (numbers[i] === NONE ? [] : [{ holder, number: numbers[i]! }]))
}

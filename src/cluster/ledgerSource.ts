/**
 * The UTXO transactions of a case's ledger. All of them are held in memory: some 0.5 KB a transaction.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Ledger } from '../ledger/ledger.ts'
import { changeWorld } from './change/world.ts'
import { fromMovements } from './fromMovements.ts'
import type { ClusterSource } from './source.ts'

/** Reads the whole ledger. What is imported afterwards is not seen. */
export function ledgerSource(ledger: Ledger): ClusterSource {
  const { transactions, holders } = ledger.size()
  const all = Uint32Array.from({ length: transactions }, (_, tx) => tx)
  const { columns, links } = fromMovements(ledger, ledger.ofTransactions(all))
  const world = changeWorld(columns, links, holders)
  const made = JSON.stringify([ledger.size(), ledger.sources().map(({ sha256 }) => sha256)])
  const section = {
    identity: `ledger-${createHash('sha256').update(made).digest('hex')}`,
    ...{ firstTx: 0, transactions, firstAddress: 0, addresses: holders },
  }
  return {
    // Those of account chains are none of ours.
    transactions: columns.n,
    addresses: holders,
    sections: [section],
    rows: () => [world],
    around: () => world,
    atOnce: Number.POSITIVE_INFINITY,
    touching: () => null,
  }
}

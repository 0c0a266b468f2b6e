/**
 * The UTXO transactions of a case's ledger. All of them are held in memory: some 0.5 KB a transaction.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Ledger } from '../ledger/ledger.ts'
import { type ChangeWorld, changeWorld } from './change/world.ts'
import { fromMovements } from './fromMovements.ts'
import type { ClusterSource } from './source.ts'

/** Reads the whole ledger when rows are first asked for. */
export function ledgerSource(ledger: Ledger): ClusterSource {
  const { transactions, holders } = ledger.size()
  let read: ChangeWorld | undefined
  const world = (): ChangeWorld => {
    if (read !== undefined) return read
    const all = Uint32Array.from({ length: transactions }, (_, tx) => tx)
    const { columns, links } = fromMovements(ledger, ledger.ofTransactions(all))
    read = changeWorld(columns, links, holders)
    return read
  }
  const made = JSON.stringify([ledger.size(), ledger.sources().map(({ sha256 }) => sha256)])
  const section = {
    identity: `ledger-${createHash('sha256').update(made).digest('hex')}`,
    ...{ firstTx: 0, transactions, firstAddress: 0, addresses: holders },
  }
  return {
    // Those of account chains are none of ours.
    get transactions(): number {
      return world().columns.n
    },
    addresses: holders,
    sections: [section],
    rows: () => [world()],
    around: world,
    alone: world,
    atOnce: Number.POSITIVE_INFINITY,
    touching: () => null,
  }
}

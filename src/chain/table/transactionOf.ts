import type { ChainId } from '../../units/caip.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import type { TableCovers } from './table.ts'
import type { Tally } from './tally.ts'

const NO_ROWS: readonly never[] = []

/** Head of a transaction as a row gives it. */
export interface RowHead {
  readonly chain: ChainId
  readonly txid: string
  readonly height?: number
  readonly index?: number
  readonly time?: number
}

/** A transaction of an account chain. */
export function accountTransaction(head: RowHead, transfers: readonly Transfer[]): Transaction {
  return { ...head, transfers, inputs: NO_ROWS, outputs: NO_ROWS }
}

/**
 * Who an explorer's export is about: the wallets it names, else the one address that takes part in every row. Notes
 * where that is nobody or more than one.
 */
export function exportCovers(tally: Tally): TableCovers {
  const wallets = tally.wallets()
  if (wallets.length > 0) return { kind: 'holders', holders: wallets }
  const common = tally.common()
  if (common === null) return { kind: 'none' }
  if (common.length === 1) return { kind: 'holders', holders: common }
  const who = common.length === 0 ? 'No address takes part' : 'Two addresses take part'
  tally.note(`${who} in every row: whose export this is cannot be told, and no history is taken as whole.`)
  return { kind: 'none' }
}

import { LootlineError } from '../../errors.ts'

/** Blocks that cannot be of one valid chain: nothing of them is indexed. */
export class BadChainError extends LootlineError<{
  readonly code: 'LEDGER_BAD_CHAIN'
  readonly prevout: string
  readonly spender: string
  /** Of the spender's block. */
  readonly height: number
  readonly reason: string
}> {
  override readonly name = 'BadChainError'
  constructor(prevout: string, spender: string, height: number, reason: string) {
    super(
      { code: 'LEDGER_BAD_CHAIN', prevout, spender, height, reason },
      `block ${height}: transaction ${spender} spends ${prevout}, which ${reason}.`,
      'The block files hold blocks that no node would accept; take them from a node that has verified them.',
    )
  }
}

/** A transaction that makes coins out of nothing: nothing of its chain is indexed. */
export class BadAmountError extends LootlineError<{
  readonly code: 'LEDGER_BAD_CHAIN'
  readonly txid: string
  readonly height: number
  readonly excessSats: number
}> {
  override readonly name = 'BadAmountError'
  constructor(txid: string, height: number, excessSats: number) {
    super(
      { code: 'LEDGER_BAD_CHAIN', txid, height, excessSats },
      `block ${height}: transaction ${txid} pays ${excessSats} satoshis more than it gets.`,
      'The block files hold blocks that no node would accept; take them from a node that has verified them.',
    )
  }
}

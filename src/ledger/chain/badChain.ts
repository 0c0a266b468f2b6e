import { LootlineError } from '../../errors.ts'

/** Blocks that cannot be of one valid chain: nothing of them is indexed. */
export class BadChainError extends LootlineError<{
  readonly code: 'LEDGER_BAD_CHAIN'
  readonly prevout: string
  readonly spender: string
  readonly reason: string
}> {
  override readonly name = 'BadChainError'
  constructor(prevout: string, spender: string, reason: string) {
    super(
      { code: 'LEDGER_BAD_CHAIN', prevout, spender, reason },
      `transaction ${spender} spends ${prevout}, which ${reason}.`,
      'The block files hold blocks that no node would accept; take them from a node that has verified them.',
    )
  }
}

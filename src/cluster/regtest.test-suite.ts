/**
 * What BlockSci was asked about the regtest chain: `expected/change_regression.out`, in this order.
 * @module
 */
export const ASKED_RULES = [
  'addressType',
  'locktime',
  'freshAddress',
  'peelingChain',
  'optimalChange',
  'addressReuse',
  'legacy',
] as const

/** Transactions, by their names in `output.json`. */
export const ASKED_TRANSACTIONS: readonly string[] = [
  'change-negative-testcase-tx',
  'change-reuse-tx-1',
  'change-locktime-tx-1',
  'change-optimal-0-tx',
  'peeling-chain-5-tx',
  'change-ten-2-tx',
  'fan-8-tx',
  'peeling-chain-4-tx',
  'tx-chain-10-tx-1',
  'funding-tx-2-in-2-out',
]

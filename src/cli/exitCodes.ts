/**
 * Exit codes: part of the contract with scripts, listed by `lootline help exit-codes` and in `docs/cli.md`.
 * @module
 */
import { LootlineError } from '../errors.ts'

export const EXIT_CODES = {
  ok: { code: 0, means: 'Done.' },
  internal: { code: 1, means: 'A bug of Lootline. Please report it; LOOTLINE_DEBUG=1 shows the stack.' },
  usage: {
    code: 2,
    means: 'The command line is wrong: an unknown command, option or value. Nothing was done.',
  },
  input: { code: 3, means: 'The input is wrong or missing: a file, a row, an address, a seed, a flow.' },
  store: { code: 4, means: 'The store is missing, busy, locked, full, damaged or of another version.' },
  balance: {
    code: 5,
    means:
      'A flow does not balance and was not used. From trace: a bug, please report it. From a file: make it anew.',
  },
  source: {
    code: 6,
    means:
      'A live source or a receiver of alerts cannot be reached, refuses, or answers what it should not, or no more calls are allowed. What was fetched is kept.',
  },
  partial: {
    code: 7,
    means:
      'A flow that is printed, and balances, but for which live sources were not asked to the end. What is missing is said; the same command goes on.',
  },
  interrupted: {
    code: 130,
    means:
      'Stopped by Ctrl-C. Nothing is half-written; run the same command again. A trace that asks live sources prints the flow as far as it is known.',
  },
} as const

/** Files of a store that are not what they should be. */
const DAMAGED = new Set(['LEDGER_BAD_COLUMN', 'LEDGER_BAD_MANIFEST', 'CLUSTER_BAD_FILE', 'CLI_DAMAGED_STORE'])

/** A source that cannot be as it was described; nothing was asked of it. */
const UNUSABLE_SOURCE = new Set([
  ...[
    'LIVE_SECRET_IN_URL',
    'LIVE_BAD_URL',
    'LIVE_OPEN_SECRET',
    'LIVE_CHAIN_UNSAID',
    'LIVE_CHAIN_KIND',
    'LIVE_BAD_SOURCE_NAME',
  ],
  'NET_BAD_URL',
])

/** The exit code that a failure ends the process with. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof LootlineError)) return EXIT_CODES.internal.code
  const code = String(error.code)
  if (code === 'CLI_USAGE' || code === 'BITCOIN_UNKNOWN_NETWORK' || code.endsWith('_BAD_OPTION'))
    return EXIT_CODES.usage.code
  if (code === 'LIVE_PARTIAL') return EXIT_CODES.partial.code
  if (code === 'LIVE_INTERRUPTED') return EXIT_CODES.interrupted.code
  if (UNUSABLE_SOURCE.has(code)) return EXIT_CODES.usage.code
  if (
    code === 'LIVE_NO_SOURCE' ||
    code === 'LIVE_UNASKED_SEED' ||
    code === 'LIVE_CONTRADICTION' ||
    code === 'WATCH_NOT_DELIVERED' ||
    (code.startsWith('NET_') && code !== 'NET_BAD_SECRET')
  )
    return EXIT_CODES.source.code
  if (code.startsWith('STORE_') || DAMAGED.has(code)) return EXIT_CODES.store.code
  if (code === 'TRACE_UNBALANCED' || code === 'REPORT_UNBALANCED_FLOW') return EXIT_CODES.balance.code
  return EXIT_CODES.input.code
}

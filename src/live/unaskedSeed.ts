/** @module */
import { LootlineError } from '../errors.ts'
import type { NoSeedError } from '../trace/index.ts'
import { printable } from '../units/text.ts'
import type { Failure } from './chainLine.ts'

/** Why those who might know a seed did not say. */
export interface Unasked {
  /** A budget that is used up. */
  readonly cut: LootlineError | null
  readonly offline: boolean
  readonly failures: readonly Failure[]
}

/** The ledger does not know a seed, which says nothing: a source that may know it was not asked, or failed. */
export class UnaskedSeedError extends LootlineError<{
  readonly code: 'LIVE_UNASKED_SEED'
  readonly theft: string
  readonly what: string
  readonly why: readonly string[]
}> {
  override readonly name = 'UnaskedSeedError'
  constructor(seed: NoSeedError, { cut, offline, failures }: Unasked) {
    const { theft, what } = seed.data
    const why = [
      ...(cut === null ? [] : [cut.message]),
      ...(offline ? ['Live sources are not asked: --offline.'] : []),
      ...failures.map(({ source, message }) => `${printable(source, 60)}: ${printable(message, 300)}`),
    ]
    const lied = failures.some((failure) => failure.lied)
    super(
      { code: 'LIVE_UNASKED_SEED', theft, what, why },
      `${seed.message} That may be because not every source of its chain was asked. ${why.join(' ')}`,
      cut?.next ??
        (offline
          ? 'Run the same without --offline.'
          : `See \`lootline source check\`, add another source with \`lootline source add\`${lied ? ', or ask again with --refresh' : ''}.`),
    )
  }
}

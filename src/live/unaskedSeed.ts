/** @module */
import { LootlineError } from '../errors.ts'
import type { NoSeedError } from '../trace/index.ts'
import { printable } from '../units/text.ts'
import type { Failure } from './chainLine.ts'
import type { Unplaced } from './fetchById.ts'

/** Why those who might know a seed did not say. */
export interface Unasked {
  /** A budget that is used up. */
  readonly cut: LootlineError | null
  readonly offline: boolean
  readonly failures: readonly Failure[]
  /** What those said that answered. */
  readonly unplaced: readonly Unplaced[]
}

/** The ledger does not know a seed, which says nothing: a source that may know it was not asked, or failed. */
export class UnaskedSeedError extends LootlineError<{
  readonly code: 'LIVE_UNASKED_SEED'
  readonly theft: string
  readonly what: string
  readonly why: readonly string[]
}> {
  override readonly name = 'UnaskedSeedError'
  constructor(seed: NoSeedError, { cut, offline, failures, unplaced }: Unasked) {
    const { theft, what } = seed.data
    const why = [
      ...(cut === null ? [] : [cut.message]),
      ...(offline ? ['Live sources are not asked: --offline.'] : []),
      ...failures.map(({ source, message }) => `${printable(source, 60)}: ${printable(message, 300)}`),
      ...unplaced.map(
        ({ source }) =>
          `${printable(source, 60)}: this node has no transaction index (txindex=1), so it finds no confirmed transaction by its id; by address, with --after, its blocks are read.`,
      ),
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

/** A seed that is in no block: a trace rests on blocks. */
export class UnconfirmedSeedError extends LootlineError<{
  readonly code: 'LIVE_UNCONFIRMED_SEED'
  readonly theft: string
  readonly txid: string
  readonly source: string
}> {
  override readonly name = 'UnconfirmedSeedError'
  constructor({ data: { theft } }: NoSeedError, { txid, source }: Unplaced) {
    super(
      { code: 'LIVE_UNCONFIRMED_SEED', theft, txid, source },
      `${printable(txid, 80)} is not confirmed: ${printable(source, 60)} has it, but in no block yet.`,
      'Run the same again once it is in a block, or watch the address that it pays: lootline watch add ADDRESS.',
    )
  }
}

/** @module */
import type { Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import type { ChainId } from '../units/caip.ts'
import { printable } from '../units/text.ts'

/** The step started from a mark that another process has moved since: it is done again from the new one. */
export class StaleMarkError extends LootlineError<{
  readonly code: 'WATCH_STALE_MARK'
  readonly chain: ChainId
}> {
  override readonly name = 'StaleMarkError'
  constructor(chain: ChainId) {
    super(
      { code: 'WATCH_STALE_MARK', chain },
      `A watch was added or removed while a block of ${chain} was looked at.`,
      'Nothing to do: the block is looked at again.',
    )
  }
}

/** A name that is taken, or that no watch has. */
export class WatchNameError extends LootlineError<{
  readonly code: 'WATCH_NAME_TAKEN' | 'WATCH_UNKNOWN'
  readonly watch: string
}> {
  override readonly name = 'WatchNameError'
  constructor(code: 'WATCH_NAME_TAKEN' | 'WATCH_UNKNOWN', watch: string) {
    const shown = JSON.stringify(watch.slice(0, 60))
    super(
      { code, watch },
      code === 'WATCH_UNKNOWN' ? `There is no watch ${shown}.` : `There is a watch ${shown} already.`,
      code === 'WATCH_UNKNOWN'
        ? '`lootline watch list` shows which there are.'
        : 'Give another name with --name, or remove the old one with `lootline watch remove`.',
    )
  }
}

/** A source whose answers do not fit each other. */
export class BadSourceError extends LootlineError<{
  readonly code: 'WATCH_BAD_SOURCE'
  readonly source: string
  readonly reason: string
}> {
  override readonly name = 'BadSourceError'
  constructor({ shown }: Source, reason: string) {
    super(
      { code: 'WATCH_BAD_SOURCE', source: shown, reason },
      `${printable(shown, 200)}: ${printable(reason, 200)}.`,
      'Nothing of it was used; it is asked again. If it stays so, name another source.',
    )
  }
}

export function changedMeanwhile(source: Source): BadSourceError {
  return new BadSourceError(source, 'its chain changed while it was looked at')
}

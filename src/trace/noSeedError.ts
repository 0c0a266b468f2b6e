/**
 * A seed that the ledger cannot answer.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'
import type { SeedSpec } from './request.ts'

/** The seed names nothing that the ledger has. */
export class NoSeedError extends LootlineError<{
  code: 'TRACE_NO_SEED'
  theft: string
  what: string
  reason: string
}> {
  override readonly name = 'NoSeedError'
  constructor(spec: SeedSpec, reason: string) {
    const what =
      spec.of.kind === 'lot'
        ? `${spec.of.txid}${spec.of.n === undefined ? '' : `:${spec.of.n}`}`
        : spec.of.holders.slice(0, 3).join(', ') +
          (spec.of.holders.length > 3 ? ` and ${spec.of.holders.length - 3} more` : '')
    super(
      { code: 'TRACE_NO_SEED', theft: spec.theft, what, reason },
      `No seed for ${printable(spec.theft, 60)} (${printable(what, 200)}): ${reason}.`,
      'Look what the ledger has with "lootline show ADDRESS|TXID", check --asset, --after and --before, or name a source of its chain that knows more: lootline source add --help',
    )
  }
}

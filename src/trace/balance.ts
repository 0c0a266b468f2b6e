/**
 * The promise that nothing vanishes, checked before a flow leaves the room.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { FlowBalance } from './flow.ts'

/** @throws UnbalancedError naming the first theft and asset that does not balance to the unit. */
export function assertBalanced(balance: readonly FlowBalance[]): void {
  for (const row of balance) {
    if (row.stolen !== row.accounted || row.stolenUsd !== row.accountedUsd) throw new UnbalancedError(row)
  }
}

/** A bug of ours: never printed as a result. */
export class UnbalancedError extends LootlineError<{
  code: 'TRACE_UNBALANCED'
  theft: string
  asset: string
  stolen: string
  accounted: string
  stolenUsd: string
  accountedUsd: string
}> {
  override readonly name = 'UnbalancedError'
  constructor({ theft, asset, stolen, accounted, stolenUsd, accountedUsd }: FlowBalance) {
    super(
      { code: 'TRACE_UNBALANCED', theft, asset, stolen, accounted, stolenUsd, accountedUsd },
      `The trace does not balance: ${stolen} base units of ${asset} were stolen, ${accounted} are accounted for (cents: ${stolenUsd}, ${accountedUsd}).`,
      'Report this with the store: it is a bug, and its result is withheld.',
    )
  }
}

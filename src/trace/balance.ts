/**
 * The promise that nothing vanishes, checked before a flow leaves the room.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { FlowBalance, FlowLeaf, FlowSeed, LeafReason } from './flow.ts'

/** One row per theft and asset that seeds or leaves name; of a theft, what was stolen before what it became. */
export function balanceOf(
  seeds: readonly FlowSeed[],
  leaves: readonly FlowLeaf[],
  bound: boolean,
): FlowBalance[] {
  const key = ({ theft, asset }: FlowSeed | FlowLeaf): string => `${theft}\n${asset}`
  const began = Map.groupBy(seeds, key)
  const ended = Map.groupBy(leaves, key)
  const rows = [...new Set([...began.keys(), ...ended.keys()])].map((theftAndAsset): FlowBalance => {
    const from = began.get(theftAndAsset) ?? []
    const into = ended.get(theftAndAsset) ?? []
    const { theft, asset } = (from[0] ?? into[0])!
    const byReason = new Map<LeafReason, bigint>()
    for (const { reason, amount } of into) byReason.set(reason, (byReason.get(reason) ?? 0n) + BigInt(amount))
    return {
      theft,
      asset,
      stolen: String(sum(from.map(({ amount }) => amount))),
      accounted: String([...byReason.values()].reduce((total, amount) => total + amount, 0n)),
      stolenUsd: sumCents(from.map(({ usd }) => usd)),
      accountedUsd: sumCents(into.map(({ usd }) => usd)),
      byReason: Object.fromEntries([...byReason].map(([reason, amount]) => [reason, String(amount)])),
      bound,
    }
  })
  const thefts = [...new Set(rows.map(({ theft }) => theft))]
  const became = (row: FlowBalance): number =>
    began.get(`${row.theft}\n${row.asset}`)?.every(({ from }) => from !== undefined) ? 1 : 0
  return rows.sort((a, b) => thefts.indexOf(a.theft) - thefts.indexOf(b.theft) || became(a) - became(b))
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n)
}

function sumCents(values: readonly string[]): string {
  return values.includes('unpriced') ? 'unpriced' : String(sum(values))
}

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

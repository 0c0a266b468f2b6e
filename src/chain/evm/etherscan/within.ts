/**
 * Order within one transaction. An account's lists name no places, and a payment that one account's list shows first may
 * follow one that another's brings later. So where an account takes part twice in one asset, the order is taken from the
 * transaction's own list of payments and from its logs: the places that a node's transfers have (`contentOf`).
 * @module
 */
import type { HolderId } from '../../../units/caip.ts'
import type { Transfer } from '../../transaction.ts'
import { type ChainWords, tokenDrafts } from '../content.ts'
import type { Payment } from '../payments.ts'
import type { RpcReceipt } from '../wire.ts'

/** Kinds of transfers, of one transaction, whose order could matter to an account. A row's own transfers are in order. */
export function crowded(
  who: HolderId,
  rows: readonly { readonly transfers: readonly Transfer[] }[],
): ReadonlySet<Transfer['kind']> {
  const own = rows.flatMap((row) =>
    row.transfers
      .filter(({ from, to, amount }) => amount > 0n && (from === who || to === who))
      .map(({ asset, kind }) => ({ asset, kind, row })),
  )
  const byAsset = [...Map.groupBy(own, ({ asset }) => asset).values()]
  return new Set(
    byAsset
      .filter((group) => group.some(({ row }) => row !== group[0]!.row))
      .flatMap((group) => group.map(({ kind }) => kind)),
  )
}

/**
 * Transfers with their places, as far as these answers tell them.
 * @param payments all internal ones of the transaction, in order; null where not asked for
 * @param receipt null where not asked for
 */
export function inPlaces(
  transfers: readonly Transfer[],
  payments: readonly Payment[] | null,
  receipt: RpcReceipt | null,
  words: ChainWords,
): readonly Transfer[] {
  const { coin, holder } = words
  const placed: Transfer[] = []
  if (payments !== null) {
    for (const one of transfers)
      if (one.kind === 'native' || one.kind === 'fee') placed.push({ ...one, position: 0 })
    for (const [i, { from, to, value }] of payments.entries()) {
      const parties = { from: holder(from), to: holder(to) }
      placed.push({ ...parties, asset: coin, amount: value, kind: 'internal', position: i + 1 })
    }
  }
  if (receipt !== null) placed.push(...tokenDrafts(receipt, [], words).map(({ transfer }) => transfer))
  const left = Map.groupBy(placed, keyOf)
  return transfers.map((one) => left.get(keyOf(one))?.shift() ?? one)
}

function keyOf({ kind, from, to, asset, amount }: Transfer): string {
  return `${kind} ${from} ${to} ${asset} ${amount}`
}

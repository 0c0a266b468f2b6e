/**
 * What is told of unconfirmed transactions. Pure but for the books it asks for labels and values.
 * @module
 */
import type { Placed } from '../chain/source.ts'
import { type DraftAlert, type Facts, keyOf, largestParties, type Party } from './alert.ts'
import { draftAlert } from './draft.ts'
import type { Lookout, LookoutClaim } from './lookout.ts'
import type { Unconfirmed } from './mempool.ts'
import type { WatchedBooks } from './sight.ts'
import type { Watch } from './watch.ts'

/** A transaction that was not waiting before. */
export interface Fresh {
  readonly waiting: Unconfirmed
  readonly claims: readonly LookoutClaim[]
}

type Named = (watch: string) => Watch | undefined
type Words = Pick<WatchedBooks, 'labels' | 'asset' | 'value'>

/** null where it moves nothing watched, as one does that only spends beside it. */
export function unconfirmedOf(
  { transaction, turn }: Placed,
  lookout: Lookout,
  unixSeconds: number,
): Fresh | null {
  const claims = lookout.claimsOf(transaction)
  if (claims.length === 0) return null
  const { chain, txid, inputs, outputs } = transaction
  return {
    claims,
    waiting: {
      chain,
      txid,
      inputs: inputs.map((input) => ({ txid: input.txid, n: input.n })),
      outputs: outputs.map(({ holder, amount }) => ({ holder, amount: String(amount) })),
      ...(turn && { turn }),
      claims: claims.map(({ watch, asset, amount, atMost }) => ({
        watch,
        asset,
        amount: String(amount),
        atMost,
      })),
      since: unixSeconds,
      missingSince: null,
    },
  }
}

export function unconfirmedAlerts(
  fresh: readonly Fresh[],
  unixSeconds: number,
  books: Words,
  named: Named,
): DraftAlert[] {
  return fresh.flatMap(({ waiting, claims }) =>
    claims.flatMap((claim): DraftAlert[] => {
      const watch = named(claim.watch)
      if (watch === undefined) return []
      const { chain, txid } = waiting
      const labels = books.labels([...claim.from.keys(), ...claim.to.keys()])
      const parties = (sums: LookoutClaim['from']): ReturnType<typeof largestParties> =>
        largestParties(
          [...sums].map(([holder, amount]): Party => {
            const label = labels.get(holder)?.[0] ?? null
            return { holder, amount: String(amount), label, stop: label?.stop ?? null }
          }),
        )
      const from = parties(claim.from)
      const to = parties(claim.to)
      const facts: Facts = {
        chain,
        txid,
        height: null,
        time: unixSeconds,
        asset: books.asset(claim.asset),
        amount: String(claim.amount),
        atMost: claim.atMost,
        usd: books.value(claim.asset, claim.amount, unixSeconds),
        from: from.kept,
        to: to.kept,
        more: { from: from.more, to: to.more },
        by: null,
      }
      return [
        draftAlert(watch, 'unconfirmed', keyOf(watch.id, 'unconfirmed', chain, txid, claim.asset), facts),
      ]
    }),
  )
}

/** One for each watch that was told of the first; names both. */
export function replacedAlerts(
  waiting: readonly Unconfirmed[],
  replaced: ReadonlyMap<string, string>,
  unixSeconds: number,
  named: Named,
): DraftAlert[] {
  return waiting.flatMap((one) => {
    const by = replaced.get(one.txid)
    return by === undefined ? [] : about(one, 'replaced', by, unixSeconds, named)
  })
}

export function droppedAlerts(
  dropped: readonly Unconfirmed[],
  unixSeconds: number,
  named: Named,
): DraftAlert[] {
  return dropped.flatMap((one) => about(one, 'dropped', null, unixSeconds, named))
}

function about(
  { chain, txid, claims }: Unconfirmed,
  kind: 'replaced' | 'dropped',
  by: string | null,
  unixSeconds: number,
  named: Named,
): DraftAlert[] {
  const facts: Facts = {
    ...{ chain, txid, by, height: null, time: unixSeconds },
    ...{ asset: null, amount: null, atMost: false, usd: 'unpriced' },
    ...{ from: [], to: [], more: { from: 0, to: 0 } },
  }
  return [...new Set(claims.map(({ watch }) => watch))].flatMap((id) => {
    const watch = named(id)
    return watch === undefined ? [] : [draftAlert(watch, kind, keyOf(id, kind, chain, txid, by), facts)]
  })
}

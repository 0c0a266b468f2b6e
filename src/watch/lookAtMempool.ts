/**
 * A look at the mempool: what waits there of what is watched, and what took whose place.
 * @module
 */
import type { Source } from '../chain/source.ts'
import type { ChainId } from '../units/caip.ts'
import type { Answered } from './answered.ts'
import type { ConnectParts } from './connect.ts'
import { replacedBy } from './mempool.ts'
import { waitingIn } from './scan.ts'
import { replacedAlerts, unconfirmedAlerts, unconfirmedOf } from './unconfirmed.ts'

/** Bitcoin Core keeps no longer chains of unconfirmed transactions than 25 (DEFAULT_DESCENDANT_LIMIT, src/policy/policy.h). */
const MAX_UNCONFIRMED_LOOKS = 25

/** Unconfirmed transactions of what is watched; null where the source cannot say. */
export async function lookAtMempool(
  { store, books, watched, clock }: ConnectParts,
  source: Source,
  chain: ChainId,
  answered: Answered,
): Promise<ReadonlySet<string> | null> {
  const { commit, lookoutOf, named } = watched
  const seconds = (): number => Math.floor(clock.now() / 1000)
  let there: Set<string> | null = null
  for (let looks = 0; looks < MAX_UNCONFIRMED_LOOKS; looks++) {
    const lookout = lookoutOf(chain)
    const placed = await waitingIn(source, lookout, answered)
    if (placed === null) return null
    there = new Set(placed.map(({ transaction }) => transaction.txid))
    const before = store.waiting(chain)
    const was = new Set(before.flatMap(({ txid, claims }) => (claims.length === 0 ? [] : txid)))
    const fresh = placed
      .filter(({ transaction: { txid } }) => !was.has(txid))
      .flatMap((one) => unconfirmedOf(one, lookout, seconds()) ?? [])
    const takers = placed.map(({ transaction, turn }) => ({ ...transaction, turn }))
    const replaced = replacedBy(before, takers, there)
    if (fresh.length + replaced.size === 0) break
    commit({
      chain,
      waiting: fresh.map(({ waiting }) => waiting),
      notWaiting: [...replaced.keys()],
      alerts: [
        ...replacedAlerts(before, replaced, seconds(), named),
        ...unconfirmedAlerts(fresh, seconds(), books, named),
      ],
    })
    // What spends a new one is looked for by asking again.
    if (fresh.length === 0) break
  }
  return there
}

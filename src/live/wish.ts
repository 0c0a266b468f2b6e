/**
 * What a trace wants to know next.
 * @module
 */
import type { Frontier, OpenHolder, OpenLot, TraceRequest } from '../trace/index.ts'
import type { AskedHolder } from './exploreHolders.ts'
import type { PendingSide } from './live.ts'

/** A holder whose history is wanted: what the trace begins with, or goes on at; else the other side of a crossing. */
export type WantedHolder = OpenHolder & Pick<AskedHolder, 'isSeed' | 'isJudged'>

export interface Wish {
  readonly lots: readonly OpenLot[]
  readonly holders: readonly WantedHolder[]
}

/** What a trace begins with is wanted whole, and first; from when on, where the request says. */
export function seedHolders({ seeds, direction }: TraceRequest): WantedHolder[] {
  return seeds.flatMap(({ of, after }) => {
    if (of.kind !== 'holders') return []
    const time = direction === 'forward' ? (after ?? null) : null
    return of.holders.map(
      (holder): WantedHolder => ({ holder, height: time === null ? 0 : null, time, isSeed: true }),
    )
  })
}

export function wishOf(
  pending: readonly PendingSide[],
  frontier: Frontier,
  seeds: readonly WantedHolder[],
  direction: TraceRequest['direction'],
): Wish {
  const own = new Set(seeds.map(({ holder }) => holder))
  // Backward, what matters is before.
  const met = frontier.holders.map(
    (one): WantedHolder => ({ ...one, ...(direction === 'forward' ? {} : { height: 0 }), isJudged: true }),
  )
  const known = new Set(met.map(({ holder }) => holder))
  const sides = pending
    .filter(({ holder }) => !known.has(holder))
    .map(({ holder, sinceTime }): WantedHolder => ({ holder, height: null, time: sinceTime }))
  const reached = [...met, ...sides].filter(({ holder }) => !own.has(holder))
  return { lots: frontier.lots, holders: [...reached, ...seeds] }
}

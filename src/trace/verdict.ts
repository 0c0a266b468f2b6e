/**
 * Whether following goes on at a holder: labels first, then the number of its transactions.
 * @module
 */
import type { LabelBook, LabelMatch } from '../label/label.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Stop } from './pools.ts'
import type { TraceRequest } from './request.ts'

/** Verdict on one holder; `transactions` is counted only where that decided. */
export interface Verdict {
  readonly stop: Stop
  readonly transactions?: number
}

export type Judge = (holders: readonly number[]) => Verdict[]

/** Asks labels and counts in sets; `seeds` are never stopped at. */
export function createJudge(
  ledger: Ledger,
  labels: LabelBook,
  request: Pick<TraceRequest, 'busy' | 'minConfidence' | 'passThrough'>,
  seeds: ReadonlySet<number>,
): Judge {
  const pass = new Set(request.passThrough.map((text) => text.toLowerCase()))
  return (holders) => {
    const ids = ledger.holderIds(Uint32Array.from(holders))
    const stated = labels.of(ids)
    const verdicts = holders.map((holder, i): Verdict | undefined => {
      const id = ids[i]!
      const matches = stated.get(id) ?? []
      if (seeds.has(holder) || passes(pass, id, matches)) return { stop: 'open' }
      const stopping = matches.find(
        ({ label }) => label.stop !== null && label.confidence.level >= request.minConfidence,
      )
      return stopping ? { stop: stopping.label.stop! } : undefined
    })
    const open = holders.filter((_, i) => verdicts[i] === undefined)
    const counts = ledger.counts(Uint32Array.from(open), request.busy + 1)
    let k = 0
    return verdicts.map((verdict): Verdict => {
      if (verdict) return verdict
      const transactions = counts[k++]!
      return transactions > request.busy ? { stop: 'busy', transactions } : { stop: 'open' }
    })
  }
}

function passes(pass: ReadonlySet<string>, id: string, matches: readonly LabelMatch[]): boolean {
  if (pass.size === 0) return false
  const names = matches.flatMap(({ label }) => [label.name, label.entity ?? ''])
  return [id, ...names].some((name) => pass.has(name.toLowerCase()))
}

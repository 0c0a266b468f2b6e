/**
 * Whether following goes on at a holder: labels first, then the number of its transactions.
 * @module
 */
import type { LabelMatch } from '../label/label.ts'
import { isSwapService } from '../label/stops.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HolderId } from '../units/caip.ts'
import { type Beyond, NOTHING_BEYOND } from './beyond.ts'
import type { Stop } from './pools.ts'
import type { TraceRequest } from './request.ts'
import type { Statements } from './statements.ts'

/** Verdict on one holder; `busy` where counting its transactions decided, `atLeast` where the count was cut off. */
export interface Verdict {
  readonly stop: Stop
  readonly busy?: { readonly transactions: number; readonly atLeast: boolean }
  /** Strongest label that would stop here but for the confidence asked; the holder is followed. */
  readonly weak?: { readonly name: string; readonly level: number }
}

export type Judge = (holders: readonly number[]) => Verdict[]

/** Asks labels and counts in sets; of two counts the greater decides. `seeds` are never stopped at. */
export function createJudge(
  ledger: Ledger,
  statements: Statements,
  request: Pick<TraceRequest, 'busy' | 'minConfidence' | 'passThrough'>,
  seeds: ReadonlySet<number>,
  beyond: Pick<Beyond, 'counts'> = NOTHING_BEYOND,
): Judge {
  const pass = new Set(request.passThrough.map((text) => text.toLowerCase()))
  return (holders) => {
    let ids: readonly HolderId[] | undefined
    const idsOf = (): readonly HolderId[] => {
      ids ??= ledger.holderIds(Uint32Array.from(holders))
      return ids
    }
    const stated = statements(holders, idsOf)
    const byLabel = holders.map((holder, i) => {
      const matches = stated[i]!
      const free = seeds.has(holder) || (pass.size > 0 && passes(pass, idsOf()[i]!, matches))
      return free ? { verdict: OPEN, decided: true } : byLabels(matches, request.minConfidence)
    })
    const undecided = Uint32Array.from(holders.filter((_, i) => !byLabel[i]!.decided))
    const counts = ledger.counts(undecided, request.busy + 1)
    const told = beyond.counts(undecided)
    let k = 0
    return byLabel.map(({ verdict, decided }): Verdict => {
      if (decided) return verdict
      const [counted, byLive] = [counts[k]!, told[k++]!]
      if (byLive > request.busy && byLive >= counted)
        return { stop: 'busy', busy: { transactions: byLive, atLeast: false } }
      // The ledger stops counting just above the limit.
      return counted > request.busy
        ? { stop: 'busy', busy: { transactions: counted, atLeast: true } }
        : verdict
    })
  }
}

const OPEN: Verdict = { stop: 'open' }

/** The strongest label that stops and is strong enough decides; without one, what is too weak is remembered. */
function byLabels(
  matches: readonly LabelMatch[],
  minConfidence: number,
): { verdict: Verdict; decided: boolean } {
  const stopping = matches.flatMap(({ label }) =>
    label.stop === null ? [] : [{ ...label, stop: label.stop }],
  )
  const strong = stopping.find(({ confidence }) => confidence.level >= minConfidence)
  if (strong) {
    const swaps = strong.stop === 'service' && [strong.name, strong.entity ?? ''].some(isSwapService)
    return { verdict: { stop: swaps ? 'swap' : strong.stop }, decided: true }
  }
  const [weak] = stopping
  if (!weak) return { verdict: OPEN, decided: false }
  return {
    verdict: { stop: 'open', weak: { name: weak.name, level: weak.confidence.level } },
    decided: false,
  }
}

function passes(pass: ReadonlySet<string>, id: string, matches: readonly LabelMatch[]): boolean {
  const names = matches.flatMap(({ label }) => [label.name, label.entity ?? ''])
  return [id, ...names].some((name) => pass.has(name.toLowerCase()))
}

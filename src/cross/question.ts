/**
 * What is asked about a payment that may cross, and what an analyst answered: as data, and as rows of the book.
 * @module
 */
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

/** A payment that leaves. */
export interface Departure {
  readonly chain: ChainId
  readonly txid: string
  readonly holder: HolderId | null
  readonly asset: AssetId | null
  /** Base units. */
  readonly amount: bigint | null
  /** Unix seconds. */
  readonly time: number | null
}

/** A receipt that may be the other side. Several of one transaction are told apart by `n`. */
export interface Candidate extends Departure {
  readonly n: number
  /** True where it is taken for the answer unless an analyst says otherwise. */
  readonly taken: boolean
  /** 0..100 */
  readonly confidence: number
  /** Candidates by amount and time: 0..1; null where an identifier speaks. */
  readonly score: number | null
  /** One sentence: what speaks for it, and what against. */
  readonly says: string
}

export interface Asked {
  readonly kind: 'identifier' | 'candidate'
  /** `thorchain`; for candidates the service's name, or `swap`. Untrusted text. */
  readonly protocol: string
  /** The protocol's identifier; null for candidates. Untrusted text. */
  readonly id: string | null
  readonly out: Departure
  /** Best first. */
  readonly candidates: readonly Candidate[]
  /** `clear`: answered by what was found; `open`: for the analyst; `gone`: what it was about is no longer there. */
  readonly verdict: 'clear' | 'open' | 'gone'
  /** One sentence: why it is clear, or is not. */
  readonly note: string
}

export const ANSWERS = ['choose', 'none', 'refuse'] as const
/** `choose`: this is the other side; `none`: none of these is; `refuse`: this payment crosses nowhere, do not ask. */
export type AnswerKind = (typeof ANSWERS)[number]

export interface AnalystAnswer {
  readonly kind: AnswerKind
  /** What was chosen, as it was shown then; null otherwise. */
  readonly chosen: Candidate | null
  readonly who: string
  /** Unix seconds. */
  readonly time: number
  readonly why: string
}

export interface Question extends Asked {
  readonly number: number
  /** Oldest first; the last one holds. */
  readonly answers: readonly AnalystAnswer[]
}

/** Whether somebody has to look at it. */
export function isOpen({ verdict, answers }: Question): boolean {
  return verdict === 'open' && answers.length === 0
}

/** What holds: the analyst's last word, else what was taken. */
export function accepted({ answers, candidates, verdict }: Question): readonly Candidate[] {
  const last = answers.at(-1)
  if (last !== undefined) return last.chosen === null ? [] : [last.chosen]
  return verdict === 'clear' ? candidates.filter(({ taken }) => taken) : []
}

/** JSON with amounts as decimal strings. */
export function packed(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
}

/** What {@link packed} wrote. */
export function unpacked<T>(json: string): T {
  return JSON.parse(json, (key, part: unknown) =>
    key === 'amount' && typeof part === 'string' ? BigInt(part) : part,
  ) as T
}

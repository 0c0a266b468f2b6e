/**
 * How far a link can be trusted, in words: no rule has a measured probability.
 * @module
 */
import type { LinkRule } from './evidence.ts'

export type Sureness = 'high' | 'medium' | 'low'

/** Strongest first. */
export const SURENESS: readonly Sureness[] = ['high', 'medium', 'low']

/**
 * High: signed together, or paid back to an address that paid in. Medium: signed together in a transaction that might be a
 * PayJoin; change by two independent signs, or by a rule made of several. Low: change by one sign; the inputs of what looks like
 * a CoinJoin. Reasons: docs/methods/clusters.md.
 */
export function sureness(rule: LinkRule): Sureness {
  if (rule === 'inputs' || rule === 'addressReuse') return 'high'
  return ['payJoinShape', 'twoSigns', 'consensus', 'legacy'].includes(rule) ? 'medium' : 'low'
}

/** The least sure of several: what a chain of evidence is worth. */
export function weakest(rules: readonly LinkRule[]): Sureness | null {
  const places = rules.map((rule) => SURENESS.indexOf(sureness(rule)))
  return SURENESS[Math.max(-1, ...places)] ?? null
}

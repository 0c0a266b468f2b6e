/**
 * The confidence ladder of TagPacks: an id says how the statement came to be, its level (0..100) how far to trust it.
 * Source: graphsense-tagpack-tool `src/tagpack/db/confidence.csv`; `ledger_immanent` and `forensic_investigation` as in
 * graphsense-lib `src/graphsenselib/tagpack/db/confidence.csv`.
 * @module
 */

const LEVELS: ReadonlyMap<string, number> = new Map([
  ['override', 100],
  ['ownership', 100],
  ['ledger_immanent', 100],
  ['manual_transaction', 90],
  ['service_api', 70],
  ['forensic_investigation', 70],
  ['authority_data', 60],
  ['trusted_provider', 50],
  ['service_data', 50],
  ['forensic', 50],
  ['untrusted_transaction', 40],
  ['web_crawl', 20],
  ['heuristic', 10],
  ['unknown', 5],
])

/** Every id of the ladder, strongest first. */
export const CONFIDENCE_IDS: readonly string[] = [...LEVELS.keys()]

export interface Confidence {
  readonly id: string
  readonly level: number
}

/** True where the id is on the ladder. */
export function isConfidence(id: string): boolean {
  return LEVELS.has(id)
}

/**
 * The rung with this id; ids that are not on the ladder, and none at all, are `unknown`.
 *
 * @example confidenceOf('service_data') // { id: 'service_data', level: 50 }
 */
export function confidenceOf(id: string | null): Confidence {
  const level = id === null ? undefined : LEVELS.get(id)
  return id === null || level === undefined ? { id: 'unknown', level: 5 } : { id, level }
}

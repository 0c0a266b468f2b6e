/**
 * What is stated about holders, asked of the label book once: the judge, the inference of deposits, and every rule's flow
 * ask again about the same holders.
 * @module
 */
import type { LabelBook, LabelMatch } from '../label/label.ts'
import type { HolderId } from '../units/caip.ts'

/** Statements about each holder asked, strongest first, by place; empty where there are none. Names are asked if needed. */
export type Statements = (
  holders: readonly number[],
  idsOf: () => readonly HolderId[],
) => readonly (readonly LabelMatch[])[]

const NO_STATEMENT: readonly LabelMatch[] = []

/** @param labels Asked in sets, and never twice for one holder. */
export function createStatements(labels: LabelBook): Statements {
  const found = new Map<number, readonly LabelMatch[]>()
  // A set, and only those stated in the map: most of a million holders have no label.
  const asked = new Set<number>()
  if (labels.isEmpty()) return (holders) => holders.map(() => NO_STATEMENT)
  return (holders, idsOf) => {
    const ids = idsOf()
    const news: HolderId[] = []
    for (let i = 0; i < holders.length; i++) if (!asked.has(holders[i]!)) news.push(ids[i]!)
    if (news.length > 0) {
      const stated = labels.of(news)
      for (let i = 0; i < holders.length; i++) {
        asked.add(holders[i]!)
        const matches = stated.get(ids[i]!)
        if (matches) found.set(holders[i]!, matches)
      }
    }
    return holders.map((holder) => found.get(holder) ?? NO_STATEMENT)
  }
}

/**
 * What is stated about holders, asked of the label book once: the judge, the inference of deposits, and every rule's flow
 * ask again about the same holders.
 * @module
 */
import type { LabelBook, LabelMatch } from '../label/label.ts'
import type { HolderId } from '../units/caip.ts'

/** Statements about each holder asked, strongest first, by place; empty where there are none. */
export type Statements = (
  holders: readonly number[],
  ids: readonly HolderId[],
) => readonly (readonly LabelMatch[])[]

const NO_STATEMENT: readonly LabelMatch[] = []

/** @param labels Asked in sets, and never twice for one holder. */
export function createStatements(labels: LabelBook): Statements {
  const known = new Map<number, readonly LabelMatch[]>()
  return (holders, ids) => {
    const news = ids.filter((_, i) => !known.has(holders[i]!))
    const stated = news.length > 0 ? labels.of(news) : new Map<HolderId, LabelMatch[]>()
    return holders.map((holder, i) => {
      const found = known.get(holder) ?? stated.get(ids[i]!) ?? NO_STATEMENT
      known.set(holder, found)
      return found
    })
  }
}

/**
 * Labels as a flow prints them.
 * @module
 */
import type { LabelBook, LabelMatch } from '../label/label.ts'
import type { HolderId } from '../units/caip.ts'
import type { FlowLabel } from './flow.ts'

function flowLabel({ label, caseInsensitive }: LabelMatch): FlowLabel {
  return {
    name: label.name,
    entity: label.entity,
    category: label.category ?? label.abuse,
    stop: label.stop,
    confidence: label.confidence.level,
    source: label.pack === null ? label.file : `${label.file} (${label.pack})`,
    url: label.source,
    date: label.date,
    inferred: false,
    caseInsensitive,
  }
}

/** Labels of every holder that has some, strongest first. Asked in one set. */
export function labelsOf(book: LabelBook, holders: readonly HolderId[]): Map<HolderId, FlowLabel[]> {
  const stated = new Map<HolderId, FlowLabel[]>()
  for (const [holder, matches] of book.of(holders)) stated.set(holder, matches.map(flowLabel))
  return stated
}

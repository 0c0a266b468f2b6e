/**
 * Labels as a flow prints them.
 * @module
 */
import type { LabelMatch } from '../label/label.ts'
import type { FlowLabel } from './flow.ts'

/** A statement as {@link FlowLabel} has it. */
export function flowLabel({ label, caseInsensitive }: LabelMatch): FlowLabel {
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

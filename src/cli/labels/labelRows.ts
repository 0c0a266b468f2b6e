/**
 * Labels as the rows of a table.
 * @module
 */
import type { Label } from '../../label/index.ts'
import type { Heading } from '../output.ts'

export const LABEL_HEADINGS: readonly Heading[] = [
  { head: 'name' },
  { head: 'category', max: 24 },
  { head: 'stops as' },
  { head: 'confidence' },
  { head: 'date' },
  { head: 'from', max: 50 },
]

/** Cells under {@link LABEL_HEADINGS}. */
export function labelRow(label: Label): string[] {
  return [
    label.name,
    label.category ?? '',
    label.stop ?? '',
    `${label.confidence.level} ${label.confidence.id}`,
    label.date ?? '',
    label.pack ?? label.file,
  ]
}

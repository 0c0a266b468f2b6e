/**
 * The beginning of a watch: what is known already is history, of which nobody is told.
 * @module
 */

import type { Change } from './change.ts'
import { compare } from './compare.ts'
import type { Sight, WatchedBooks } from './sight.ts'
import type { Watch } from './watch.ts'

/** What {@link WatchStore.add} takes beside the watch. */
export function beginWatch(watch: Watch, sight: Sight, books: WatchedBooks, nowMs: number): Change {
  const { events, statements } = compare(
    watch,
    sight,
    { known: new Map(), facts: () => null, statements: () => new Set() },
    { turnedBack: false, labelsChanged: true, silent: true, labels: books.labels, value: books.value },
  )
  return { nowMs, events, statements, labelMarks: [{ watch: watch.id, mark: books.labelMark() }] }
}

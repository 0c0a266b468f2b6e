/**
 * Facts become an alert: key, kind and words are put to them.
 * @module
 */
import { ALERT_FORMAT, ALERT_VERSION, type AlertKind, type DraftAlert, type Facts } from './alert.ts'
import type { Watch } from './watch.ts'
import { headlineOf, nextOf } from './words.ts'

export function draftAlert(
  watch: Pick<Watch, 'id' | 'name'>,
  kind: AlertKind,
  key: string,
  facts: Facts,
  about: string | null = null,
): DraftAlert {
  return {
    format: ALERT_FORMAT,
    version: ALERT_VERSION,
    key,
    watch: { id: watch.id, name: watch.name },
    kind,
    about,
    headline: headlineOf(kind, facts),
    next: nextOf(kind, facts, watch.name),
    ...facts,
  }
}

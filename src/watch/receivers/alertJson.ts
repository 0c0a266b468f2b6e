/**
 * The alert as receivers get it: the same bytes at every delivery.
 * @module
 */
import { printableJson } from '../../units/text.ts'
import type { Alert } from '../alert.ts'

/** One line of JSON, with everything that cannot be seen escaped. */
export function alertJson(alert: Alert): string {
  return printableJson(JSON.stringify(alert))
}

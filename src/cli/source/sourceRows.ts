/**
 * What commands on sources share.
 * @module
 */
import { chainName } from '../../address/index.ts'
import type { SecretPlace, SourceEntry } from '../../live/sources/index.ts'
import type { Clock } from '../../net/index.ts'
import { formatDay } from '../../units/index.ts'
import type { Context } from '../context.ts'
import type { Heading } from '../output.ts'

/** What doors and secrets take of the process. */
export function sourceWorld({ env, clock }: Context): { env: Context['env']; clock?: Clock } {
  return { env, ...(clock === undefined ? {} : { clock }) }
}

export function sourceJson({ name, kind, url, chain, added, secret, insecure, pace }: SourceEntry): object {
  return { name, kind, url, chain, added, secret, insecure, ...pace }
}

export const SOURCE_HEADINGS: readonly Heading[] = [
  { head: 'source' },
  { head: 'kind' },
  { head: 'chain' },
  { head: 'url', max: 120 },
  { head: 'key', max: 80 },
  { head: 'added' },
]

/** Cells under {@link SOURCE_HEADINGS}. */
export function sourceRow({ name, kind, chain, url, secret, added }: SourceEntry): string[] {
  return [name, kind, chainName(chain), url, placeWords(secret), formatDay(added)]
}

function placeWords(place: SecretPlace | null): string {
  if (place === null) return ''
  if (place.in === 'cookie') return place.file
  return place.in === 'key-keyring'
    ? `keyring ${place.service}/${place.account}`
    : `variable ${place.variable}`
}

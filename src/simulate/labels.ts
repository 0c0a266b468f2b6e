/**
 * What an investigator of the simulated chain would know: services that advertise themselves. Never a deposit address,
 * never a thief.
 * @module
 */
import type { HolderId } from '../units/caip.ts'
import type { Notebook } from './notebook.ts'

export interface SimulatedLabel {
  readonly holder: HolderId
  readonly name: string
  /** Concepts of the INTERPOL DW-VA taxonomy, as TagPacks use them. */
  readonly category: 'exchange' | 'defi_dex' | 'mixing_service' | 'defi_bridge'
  /** Id on the TagPack confidence ladder. */
  readonly confidence: 'service_data'
  readonly source: string
  /** ISO day. */
  readonly date: string
}

export function labelsOf({ settings, cast, holder }: Notebook): SimulatedLabel[] {
  const date = new Date(settings.startTime * 1_000).toISOString().slice(0, 10)
  const label = (number: number, name: string, category: SimulatedLabel['category']): SimulatedLabel => ({
    holder: holder(number),
    name,
    category,
    confidence: 'service_data',
    source: 'simulated: not a statement about any real service',
    date,
  })
  return [
    ...cast.exchanges
      .filter(({ labelled }) => labelled)
      .map(({ hot, name }) => label(hot, `${name} hot wallet`, 'exchange')),
    ...(settings.model === 'account' ? [label(cast.dex, 'Juniper Swap pool', 'defi_dex')] : []),
    label(cast.mixer, 'Kelp Mixer', 'mixing_service'),
    label(cast.bridge, 'Lantern Bridge', 'defi_bridge'),
  ]
}

import { counted, shareText } from '../../scene/index.ts'
import type { UsdCents } from '../../trace/flow.ts'
import { type Context, theftName, usd } from '../context.ts'
import { untrusted } from '../escape.ts'
import { paintGlyph } from '../paint/svg.ts'
import { destinations, sentence } from './destinations.ts'

/**
 * Where a theft is over all assets and chains, by the value when it was stolen. Nothing where it stayed one asset, where it is
 * an upper bound, or where a part has no price.
 */
export function overall(context: Context): string {
  if (!context.showUsd || !context.forward || context.flow.rule === 'poison') return ''
  const thefts = [...new Set(context.flow.balance.map(({ theft }) => theft))]
  return thefts.map((theft) => ofTheft(context, theft)).join('')
}

function ofTheft(context: Context, theft: string): string {
  const { flow } = context
  const seeds = flow.seeds.filter((seed) => seed.theft === theft)
  const changed = seeds.filter(({ from }) => from !== undefined)
  if (changed.length === 0) return ''
  const stolen = sumOf(seeds.filter(({ from }) => from === undefined))
  const places = destinations(flow.leaves.filter((leaf) => leaf.theft === theft && leaf.into === undefined))
  const sums = places.map(({ leaves }) => sumOf(leaves))
  if (stolen === null || stolen === 0n || sums.includes(null)) return ''
  const rows = places
    .map((place, i) => ({ place, cents: sums[i]! }))
    .sort((a, b) => (a.cents === b.cents ? 0 : a.cents > b.cents ? -1 : 1))
  const items = rows.map(({ place, cents }) => {
    const assets = [...new Set(place.leaves.map(({ asset }) => asset))].map((asset) => context.symbol(asset))
    return `<li><span class=mark>${paintGlyph(place.reason)}</span><span class=amt>${usd(cents)}</span><span class=share>${shareText(cents, stolen)}</span><span class=what>${sentence(context, place)}, as ${assets.join(', ')}</span>`
  })
  const steps = counted(changed.length, 'change of asset or chain', 'changes of asset or chain')
  const rest = stolen - sums.reduce<bigint>((sum, cents) => sum + cents!, 0n)
  return `<p class=lead><strong class=figure>${usd(stolen)}</strong>, the value of <strong>${untrusted(theftName(context, theft))}</strong> when stolen, went through ${steps} (section 2) and is:</p><ul class=places>${items.join('')}</ul><p class=check>Value not accounted for: <strong>${usd(rest)}</strong>. Asset by asset:</p>`
}

/** Cents; null where a part is unpriced. */
function sumOf(rows: readonly { readonly usd: UsdCents }[]): bigint | null {
  return rows.reduce<bigint | null>(
    (sum, { usd: cents }) => (sum === null || cents === 'unpriced' ? null : sum + BigInt(cents)),
    0n,
  )
}

import { counted, reasonName, shareText } from '../../scene/index.ts'
import type { Flow, FlowBalance } from '../../trace/flow.ts'
import { formatDay } from '../../units/index.ts'
import {
  type Context,
  chainName,
  chainOfAsset,
  decimal,
  onChain,
  placesOf,
  sumUsd,
  theftName,
  UNNAMED,
  usd,
} from '../context.ts'
import { untrusted } from '../escape.ts'
import { paintGlyph } from '../paint/svg.ts'
import { RULE_TEXTS } from '../rules.ts'
import { changes } from './changes.ts'
import { type Destination, destinations, sentence } from './destinations.ts'
import { overall } from './overall.ts'

/** Summaries name at most this many thefts and places each; the balance table has them all. */
const MAX_PARAGRAPHS = 8
const MAX_PLACES = 7

/** 1. The answer in sentences. */
export function summary(context: Context): string {
  const { flow } = context
  const rows = flow.balance.slice(0, MAX_PARAGRAPHS)
  const more = flow.balance.length - rows.length
  const paragraphs = rows.map((row) => paragraph(context, row))
  const rest = more > 0 ? `<p>${counted(more, 'further balance')} in section 2.</p>` : ''
  const { coverage } = flow
  const notes = [
    ...coverage.notes.map((note) => `<li>${untrusted(note, 600)}`),
    ...coverage.unknownOrigin.map(
      (gap) =>
        `<li>${context.amount(gap.asset, gap.amount)} spent on the way is of unknown origin (section 10).`,
    ),
    ...coverage.uncountedReceipts.map(
      (gap) =>
        `<li>${context.amount(gap.asset, gap.amount)} received at the start is not counted (section 10).`,
    ),
  ]
  const read =
    notes.length === 0
      ? ''
      : `<aside class=note aria-label="Read before relying on the figures"><p><strong>Before relying on these figures</strong></p><ul>${notes.join('')}</ul></aside>`
  return `<section id=summary><h2>1. Summary</h2>${flow.rule === 'poison' ? BOUND : ''}${overall(context)}${paragraphs.join('')}${rest}${read}</section>`
}

const BOUND =
  '<p class=warning><strong>Upper bound.</strong> The poison rule says what stolen money may have touched. Its amounts are counted more than once and must not be added up.</p>'

function paragraph(context: Context, row: FlowBalance): string {
  const { flow, forward } = context
  const stolen = BigInt(row.stolen)
  const seeds = flow.seeds.filter((seed) => seed.theft === row.theft && seed.asset === row.asset)
  const holders = new Set(seeds.map((seed) => seed.holder)).size
  const times = seeds.flatMap((seed) => [seed.firstTime, seed.lastTime]).filter((time) => time !== null)
  const from = times.length === 0 ? null : Math.min(...times)
  const to = times.length === 0 ? null : Math.max(...times)
  const days = new Set([formatDay(from), formatDay(to)])
  const when =
    from === null ? '' : days.size === 1 ? ` on ${formatDay(from)}` : ` between ${[...days].join(' and ')}`
  const carried = seeds.every(({ from }) => from !== undefined)
  const worth = context.showUsd ? ` (${usd(row.stolenUsd)} ${carried ? 'when stolen' : 'at that time'})` : ''
  const where = counted(holders, 'address', 'addresses')
  const named = (joint: string): string =>
    row.theft === UNNAMED ? '' : `${joint} <strong>${untrusted(row.theft)}</strong>`
  const verb = seeds.some(({ from }) => from === undefined)
    ? seeds.some(({ from }) => from !== undefined)
      ? 'were stolen, or received for stolen money,'
      : 'were stolen'
    : 'were received for stolen money'
  const lead = forward
    ? `<strong class=figure>${context.amount(row.asset, row.stolen)}</strong>${worth} ${verb}${named(' in')}${when}, counted at ${where} on ${chainName(chainOfAsset(row.asset))}. ${carried ? 'Of it:' : `Followed by the rule ${RULE_TEXTS[flow.rule].name}:`}`
    : `<strong class=figure>${context.amount(row.asset, row.stolen)}</strong>${worth}${named(' of')}${when}, at ${where} on ${chainName(chainOfAsset(row.asset))}, were followed back by the rule ${RULE_TEXTS[flow.rule].name}. The money came from:`
  const places = destinations(leavesOf(flow, row)).sort((a, b) =>
    a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1,
  )
  const shown = places.slice(0, places.length > MAX_PLACES ? MAX_PLACES - 1 : MAX_PLACES)
  const others = places.slice(shown.length)
  const line = (amount: bigint, words: string, place: Destination | null): string =>
    item(context, row, context.amount(row.asset, amount), amount, words, place)
  const items = shown.map((place) => line(place.amount, sentence(context, place), place))
  if (others.length > 0) {
    const amount = others.reduce((sum, place) => sum + place.amount, 0n)
    items.push(
      line(
        amount,
        `${forward ? 'went to' : 'from'} ${counted(others.length, 'further place')}, listed in section 2`,
        null,
      ),
    )
  }
  const rest = stolen - places.reduce((sum, place) => sum + place.amount, 0n)
  const close = row.bound
    ? ''
    : rest === 0n
      ? `<p class=check>All of it is accounted for: difference <strong>0</strong>.</p>`
      : `<p class=warning>Not accounted for: ${context.amount(row.asset, rest)}. This flow must not be used.</p>`
  return `<p class=lead>${lead}</p><ul class=places>${items.join('')}</ul>${close}`
}

function item(
  context: Context,
  row: FlowBalance,
  printed: string,
  amount: bigint,
  words: string,
  place: Destination | null,
): string {
  const worth =
    context.showUsd && place !== null
      ? ` <span class=muted>(${sumUsd(place.leaves.map((leaf) => leaf.usd))} when stolen)</span>`
      : ''
  const share = row.bound ? '' : `<span class=share>${shareText(amount, BigInt(row.stolen))}</span>`
  return `<li><span class=mark>${place === null ? '' : paintGlyph(place.reason)}</span><span class=amt>${printed}</span>${share}<span class=what>${words}${worth}</span>`
}

function leavesOf(flow: Flow, { theft, asset }: FlowBalance): Flow['leaves'] {
  return flow.leaves.filter((leaf) => leaf.theft === theft && leaf.asset === asset)
}

/** 2. The proof, to the last unit. */
export function balance(context: Context): string {
  const tables = context.flow.balance.map((row) => balanceTable(context, row))
  return `<section id=balance><h2>2. Balance</h2>${changes(context)}${tables.join('')}</section>`
}

function balanceTable(context: Context, row: FlowBalance): string {
  const { flow, forward } = context
  const decimals = context.decimals(row.asset)
  const symbol = context.symbol(row.asset)
  const stolen = BigInt(row.stolen)
  const places = destinations(leavesOf(flow, row))
  const align = placesOf([row.stolen, ...places.map((place) => place.amount)], decimals)
  const shown = (amount: bigint): string => decimal(amount, decimals, align)
  const body = places.map(({ reason, name, into, leaves, amount }) => {
    const bar = row.bound || stolen === 0n ? 0 : Number((1000n * amount) / stolen) / 10
    const goesOn = into.length === 0 ? '' : ` into ${into.map((asset) => context.symbol(asset)).join(', ')}`
    const what = `${name === null ? '' : ` ${untrusted(name, 80)}`}${goesOn}`
    const at = counted(new Set(leaves.map((leaf) => leaf.holder)).size, 'address', 'addresses')
    return `<tr><th scope=row>${paintGlyph(reason)} ${reasonName(reason, flow.direction)}${what} <span class=muted>${at}</span><td class=num>${shown(amount)}${row.bound ? '' : `<td class=num>${shareText(amount, stolen)}<td class=barcell aria-hidden=true><span class="sharebar r-${reason}" style="width:${bar}%"></span>`}${context.showUsd ? `<td class=num>${sumUsd(leaves.map((leaf) => leaf.usd))}` : ''}`
  })
  const accounted = BigInt(row.accounted)
  const usdHead = context.showUsd ? '<th scope=col class=num>USD when stolen' : ''
  const usdCell = (value: string): string => (context.showUsd ? `<td class=num>${value}` : '')
  const seeds = flow.seeds.filter((seed) => seed.theft === row.theft && seed.asset === row.asset)
  const stolenToo = seeds.some(({ from }) => from === undefined) || seeds.length === 0
  const receivedToo = seeds.some(({ from }) => from !== undefined)
  const total = [
    ...(stolenToo ? [forward ? 'Stolen' : 'Asked about'] : []),
    ...(receivedToo ? [forward ? 'Received for stolen money' : 'Paid for it'] : []),
  ].join(', or ')
  const shares = row.bound
    ? ''
    : '<th scope=col class=num>Share<th scope=col class=barcell><span class=sr>Share as a bar</span>'
  const empty = row.bound ? '' : '<td class=num>100.0 %<td>'
  const difference =
    row.stolenUsd === 'unpriced' || row.accountedUsd === 'unpriced'
      ? usd('unpriced')
      : usd(BigInt(row.stolenUsd) - BigInt(row.accountedUsd))
  const foot = row.bound
    ? `<tr><th scope=row>${total}<td class=num>${shown(stolen)}${usdCell(usd(row.stolenUsd))}<tr><td colspan=3>Upper bound: rows are not added up.`
    : `<tr><th scope=row>Accounted for<td class=num>${shown(accounted)}<td class=num>${shareText(accounted, stolen)}<td>${usdCell(usd(row.accountedUsd))}<tr><th scope=row>${total}<td class=num>${shown(stolen)}${empty}${usdCell(usd(row.stolenUsd))}<tr class=check><th scope=row>Difference<td class=num>${shown(stolen - accounted)}<td><td>${usdCell(difference)}`
  return `<table class=balance><caption>${untrusted(theftName(context, row.theft))}: ${symbol}${onChain(context, row.asset)}${row.bound ? ', touched by stolen money' : ''}</caption><thead><tr><th scope=col>${forward ? 'Where it is' : 'Where it came from'}<th scope=col class=num>${symbol}${shares}${usdHead}</thead><tbody>${body.join('')}</tbody><tfoot>${foot}</tfoot></table>`
}

import { counted, reasonName, sharedName, shareText, stoppingLabel } from '../../scene/index.ts'
import {
  type Flow,
  type FlowBalance,
  type FlowLeaf,
  LEAF_REASONS,
  type LeafReason,
} from '../../trace/flow.ts'
import { formatDay } from '../../units/index.ts'
import {
  type Context,
  chainName,
  chainOfAsset,
  decimal,
  placesOf,
  sumUsd,
  theftName,
  UNNAMED,
  usd,
} from '../context.ts'
import { untrusted } from '../escape.ts'
import { paintGlyph } from '../paint/svg.ts'
import { RULE_TEXTS } from '../rules.ts'

/** Leaves of one theft and asset that a reader would name in one breath: one service, or all of one other reason. */
interface Destination {
  readonly reason: LeafReason
  /** Name of the service; null where the reason says it all. */
  readonly name: string | null
  /** Assets that it goes on as; none where following ended. */
  readonly into: readonly string[]
  readonly leaves: readonly FlowLeaf[]
  readonly amount: bigint
}

/** Summaries name at most this many thefts and places each; the balance table has them all. */
const MAX_PARAGRAPHS = 8
const MAX_PLACES = 7

const NAMED: ReadonlySet<LeafReason> = new Set(['service', 'mixer', 'bridge', 'swap', 'sanctioned'])

function destinations(flow: Flow, row: FlowBalance): Destination[] {
  const groups = new Map<string, FlowLeaf[]>()
  for (const leaf of flow.leaves) {
    if (leaf.theft !== row.theft || leaf.asset !== row.asset) continue
    const label = NAMED.has(leaf.reason) ? stoppingLabel(leaf) : undefined
    const key = `${leaf.reason} ${leaf.into === undefined} ${label?.entity ?? label?.name ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [leaf])
    else group.push(leaf)
  }
  return [...groups.values()]
    .map((leaves) => {
      const { reason } = leaves[0]!
      const amount = leaves.reduce((sum, leaf) => sum + BigInt(leaf.amount), 0n)
      const names = NAMED.has(reason) ? leaves.flatMap((leaf) => stoppingLabel(leaf)?.name ?? []) : []
      const into = [...new Set(leaves.flatMap((leaf) => (leaf.into ?? []).map(({ asset }) => asset)))]
      return { reason, name: names.length === 0 ? null : sharedName(names), into, leaves, amount }
    })
    .sort(
      (a, b) =>
        LEAF_REASONS.indexOf(a.reason) - LEAF_REASONS.indexOf(b.reason) ||
        (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1),
    )
}

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
  return `<section id=summary><h2>1. Summary</h2>${flow.rule === 'poison' ? BOUND : ''}${paragraphs.join('')}${rest}${read}</section>`
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
    ? `<strong class=figure>${context.amount(row.asset, row.stolen)}</strong>${worth} ${verb}${named(' in')}${when}, counted at ${where} on ${chainName(chainOfAsset(row.asset))}. Followed by the rule ${RULE_TEXTS[flow.rule].name}:`
    : `<strong class=figure>${context.amount(row.asset, row.stolen)}</strong>${worth}${named(' of')}${when}, at ${where} on ${chainName(chainOfAsset(row.asset))}, were followed back by the rule ${RULE_TEXTS[flow.rule].name}. The money came from:`
  const places = destinations(flow, row).sort((a, b) =>
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

function sentence(context: Context, { reason, name, into, leaves }: Destination): string {
  const at = counted(new Set(leaves.map((leaf) => leaf.holder)).size, 'address', 'addresses')
  const named = name === null ? '' : ` <strong>${untrusted(name, 80)}</strong>`
  const inferred = leaves.some((leaf) => stoppingLabel(leaf)?.inferred === true) ? ' (inferred)' : ''
  if (into.length > 0) {
    const assets = into.map((asset) => context.symbol(asset)).join(', ')
    if (!context.forward) return `received for ${assets}${named}, at ${at}, and followed back as that`
    return reason === 'swap'
      ? `swapped into ${assets}${name === null ? '' : ` through${named}`} at ${at}, and followed as that`
      : `crossed into ${assets}${name === null ? '' : ` through${named}`} at ${at}, and followed there`
  }
  if (!context.forward) {
    const words: Readonly<Partial<Record<LeafReason, string>>> = {
      held: `first seen at ${at}`,
      nodata: `${at} where the data begins`,
      busy: `${at} too busy to follow through`,
      fee: 'newly issued coins or fees',
    }
    return words[reason] ?? `${reasonName(reason, 'backward').toLowerCase()}${named}${inferred}, ${at}`
  }
  const words: Readonly<Record<LeafReason, string>> = {
    held: `still held at ${at}`,
    service: `reached the service${named}${inferred} at ${at}`,
    mixer: `entered the mixer${named}${inferred} at ${at}`,
    bridge: `left through the bridge${named}${inferred} at ${at}`,
    swap: `swapped${name === null ? '' : ` by the service${named}${inferred}`} at ${at}, into what is not known`,
    sanctioned: `reached the sanctioned${named}${inferred} at ${at}`,
    dust: `lost sight of as dust at ${at}`,
    hops: `not followed beyond the hop limit, at ${at}`,
    time: `not followed beyond the time limit, at ${at}`,
    fee: `paid as transaction fees by ${at}`,
    busy: `not followed through ${at} with very many transactions and no label`,
    nodata: `at ${at} where the data ends`,
  }
  return words[reason]
}

/** 2. The proof, to the last unit. */
export function balance(context: Context): string {
  const tables = context.flow.balance.map((row) => balanceTable(context, row))
  return `<section id=balance><h2>2. Balance</h2>${tables.join('')}</section>`
}

function balanceTable(context: Context, row: FlowBalance): string {
  const { flow, forward } = context
  const decimals = context.decimals(row.asset)
  const symbol = context.symbol(row.asset)
  const stolen = BigInt(row.stolen)
  const places = destinations(flow, row)
  const align = placesOf([row.stolen, ...places.map((place) => place.amount)], decimals)
  const shown = (amount: bigint): string => decimal(amount, decimals, align)
  const body = places.map(({ reason, name, into, leaves, amount }) => {
    const bar = row.bound || stolen === 0n ? 0 : Number((1000n * amount) / stolen) / 10
    const goesOn = into.length === 0 ? '' : ` into ${into.map((asset) => context.symbol(asset)).join(', ')}`
    const what = `${goesOn}${name === null ? '' : ` ${untrusted(name, 80)}`}`
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
  return `<table class=balance><caption>${untrusted(theftName(context, row.theft))}: ${symbol}${row.bound ? ', touched by stolen money' : ''}</caption><thead><tr><th scope=col>${forward ? 'Where it is' : 'Where it came from'}<th scope=col class=num>${symbol}${shares}${usdHead}</thead><tbody>${body.join('')}</tbody><tfoot>${foot}</tfoot></table>`
}

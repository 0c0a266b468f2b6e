import { counted } from '../../scene/index.ts'
import type { FlowSource } from '../../trace/flow.ts'
import { formatGrouped, formatTime } from '../../units/index.ts'
import { address, type Context, theftName } from '../context.ts'
import { untrusted } from '../escape.ts'

/** 10. What the figures rest on, and what was not there. */
export function coverage(context: Context): string {
  const { coverage: facts } = context.flow
  const count = (n: number): string => formatGrouped(BigInt(n), 0)
  const rows: [string, string][] = [
    [
      'Transactions looked at',
      `${count(facts.transactions)} of ${count(facts.ledgerTransactions)} in the ledger`,
    ],
    ['Movements', count(facts.movements)],
    ['Holders', count(facts.holders)],
    ['Period', `${formatTime(facts.firstTime)} to ${formatTime(facts.lastTime)}`],
    ['Holders whose whole history a source claims to have', count(facts.holdersWhole)],
    ['Holders seen only as somebody’s counterparty', count(facts.holdersPartial)],
    ['Neighbouring transactions whose order only the file decided', count(facts.ties)],
    ['Inputs of unknown amount', count(facts.unknownPrevouts)],
  ]
  const table = `<table class=keys><caption>What the trace looked at</caption><thead class=sr><tr><th scope=col>Fact<th scope=col>Value</thead><tbody>${rows.map(([name, value]) => `<tr><th scope=row>${name}<td>${value}`).join('')}</tbody></table>`
  return `<section id=coverage><h2>10. Data</h2>${table}${unknownOrigin(context)}${uncounted(context)}${sources(context)}${prices(context)}</section>`
}

function unknownOrigin(context: Context): string {
  const rows = context.flow.coverage.unknownOrigin
  if (rows.length === 0)
    return '<p>No money of unknown origin: whatever was spent, the data shows where it came from.</p>'
  const items = rows.map((row) => {
    const named = row.holders.map(
      (one) => `<li>${address(context, one.holder)}: ${context.amount(row.asset, one.amount)}`,
    )
    const more =
      row.more.holders === 0
        ? ''
        : `<li>${counted(row.more.holders, 'further holder')}: ${context.amount(row.asset, row.more.amount)}`
    return `<details><summary>${context.amount(row.asset, row.amount)} of unknown origin</summary><ul class=plain>${named.join('')}${more}</ul></details>`
  })
  return `<h3>Unknown origin</h3><p>Spent, but never seen received, and claimed by no theft. It is neither stolen nor clean.</p>${items.join('')}`
}

function uncounted(context: Context): string {
  const rows = context.flow.coverage.uncountedReceipts
  if (rows.length === 0) return ''
  const items = rows.map(
    (row) => `<li>${untrusted(theftName(context, row.theft))}: ${context.amount(row.asset, row.amount)}`,
  )
  return `<h3>Receipts not counted as stolen</h3><p>Credits to the thieves’ addresses which the rule for seeds leaves out, because the ledger begins with their spending.</p><ul>${items.join('')}</ul>`
}

function sources(context: Context): string {
  const body = context.flow.coverage.sources.map(
    (source) =>
      `<tr><th scope=row>${untrusted(source.name, 120)}<br><code>${untrusted(source.sha256, 80)}</code><td>${role(source)}<td>${source.date === null ? 'undated' : untrusted(source.date, 40)}<td>${untrusted(source.detail, 240)}`,
  )
  return `<h3>Sources</h3><table class=sources><caption>${counted(body.length, 'source')}, files with their SHA-256</caption><thead><tr><th scope=col>File<th scope=col>Role<th scope=col>Its date<th scope=col>Detail</thead><tbody>${body.join('')}</tbody></table>`
}

function role(source: FlowSource): string {
  return { ledger: 'transactions', live: 'live source', labels: 'labels', prices: 'prices' }[source.role]
}

function prices(context: Context): string {
  const { flow } = context
  const unpriced =
    flow.seeds.filter((row) => row.usd === 'unpriced').length +
    flow.leaves.filter((row) => row.usd === 'unpriced' || row.usdAtArrival === 'unpriced').length
  const missing =
    unpriced === 0
      ? ''
      : `<p><strong>${counted(unpriced, 'row')} of sections 5 and 7 unpriced</strong>: no source has a price for that asset and day. Unpriced is not zero.</p>`
  if (flow.prices.length === 0) return missing
  const disputed = flow.prices.filter((row) => row.disputedBy.length > 0).length
  const body = flow.prices.map(
    (row) =>
      `<tr><td>${untrusted(row.symbol, 24)}<td>${untrusted(row.day, 24)}<td class=num>${untrusted(row.usd, 40)}<td class=num>${row.low === null || row.high === null ? '–' : `${untrusted(row.low, 40)} – ${untrusted(row.high, 40)}`}<td>${untrusted(row.source, 80)}<td>${row.disputedBy.length === 0 ? '–' : row.disputedBy.map((name) => untrusted(name, 80)).join('; ')}`,
  )
  const table = `<table class=small><caption>US dollars for one whole unit, by UTC day</caption><thead><tr><th scope=col>Asset<th scope=col>Day<th scope=col class=num>USD<th scope=col class=num>Low – high<th scope=col>Source<th scope=col>Over 5 % off</thead><tbody>${body.join('')}</tbody></table>`
  const said = `${counted(flow.prices.length, 'price')} used${disputed === 0 ? '' : `, <strong>${disputed} disputed</strong> by another source that differs by over 5 %`}`
  return `<h3>Prices</h3>${missing}<p>${said}.</p><details><summary>All prices used</summary>${table}</details>`
}

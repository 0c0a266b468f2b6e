import { counted, reasonName, shareText } from '../../scene/index.ts'
import { type FlowBalance, type FlowLabel, type FlowLeaf, LEAF_REASONS } from '../../trace/flow.ts'
import { formatTime } from '../../units/index.ts'
import { address, type Context, decimal, labelBasis, onChain, theftName, txCode, usd } from '../context.ts'
import { untrusted } from '../escape.ts'
import { paintGlyph } from '../paint/svg.ts'

/** More transaction ids than this are folded away on the screen; print has them all. */
const OPEN_TXIDS = 3

/** 5. Every place where following stopped. */
export function leaves(context: Context): string {
  const title = context.forward ? 'Where the money is' : 'Where the money came from'
  const tables = context.flow.balance.map((row) => table(context, row))
  return `<section id=leaves><h2>5. ${title}</h2><p>Names are statements by the sources given, not findings of this report.</p>${tables.join('')}</section>`
}

function table(context: Context, row: FlowBalance): string {
  const rows = context.flow.leaves
    .filter((leaf) => leaf.theft === row.theft && leaf.asset === row.asset)
    .sort(
      (a, b) =>
        compare(BigInt(b.amount), BigInt(a.amount)) ||
        LEAF_REASONS.indexOf(a.reason) - LEAF_REASONS.indexOf(b.reason),
    )
  const head = [
    'Holder and statements',
    'Why it ends here',
    `${context.symbol(row.asset)}, share`,
    ...(context.showUsd ? ['USD when stolen, on arrival'] : []),
    'First and last arrival',
  ]
  const columns = head.map(
    (name, i) => `<th scope=col${i === 2 || name.startsWith('USD') ? ' class=num' : ''}>${name}`,
  )
  return `<table class=leaves><caption>${untrusted(theftName(context, row.theft))}: ${context.symbol(row.asset)}${onChain(context, row.asset)}, ${counted(rows.length, 'place')}, largest first</caption><thead><tr>${columns.join('')}</thead>${rows.map((leaf) => tbody(context, row, leaf, head)).join('')}</table>`
}

function tbody(context: Context, row: FlowBalance, leaf: FlowLeaf, head: readonly string[]): string {
  const { decimals, showUsd } = context
  const share = row.bound
    ? ''
    : `<br><span class=muted>${shareText(BigInt(leaf.amount), BigInt(row.stolen))}</span>`
  const worth = showUsd
    ? `<td class=num data-h="USD when stolen, on arrival">${usd(leaf.usd)}<br>${usd(leaf.usdAtArrival)}`
    : ''
  const main = `<tr><th scope=row>${holder(context, leaf)}<td data-h="Why it ends here">${why(context, leaf)}<td class=num data-h="Amount">${decimal(BigInt(leaf.amount), decimals(row.asset))}${share}${worth}<td class=when data-h="First and last arrival">${formatTime(leaf.firstTime)}<br>${formatTime(leaf.lastTime)}`
  const deposits = (leaf.deposits ?? []).map(
    (deposit) =>
      `<li>${address(context, deposit.holder)} ${context.amount(leaf.asset, deposit.amount)}, inferred by ${untrusted(deposit.rule)}, confidence ${String(deposit.confidence)} of 1`,
  )
  const paid =
    deposits.length === 0
      ? ''
      : `<p class=sub>Paid through ${counted(deposits.length, 'deposit address', 'deposit addresses')}, <strong>inferred, not stated</strong>:</p><ul class=plain>${deposits.join('')}</ul>`
  return `<tbody>${main}<tr class=txs><td colspan=${head.length}>${paid}${goesOn(context, leaf)}${transactions(context, leaf.txids)}</tbody>`
}

/** What it became, or when the payment is due that answers it. */
function goesOn(context: Context, { into, window }: FlowLeaf): string {
  const rows = (into ?? []).map(
    ({ asset, amount, txid, holder: to }) =>
      `<li>${context.amount(asset, amount)} at ${address(context, to)}, ${txCode(txid)}`,
  )
  const became =
    rows.length === 0
      ? ''
      : `<p class=sub>${context.forward ? 'Followed as' : 'Received for, and followed back as'}:</p><ul class=plain>${rows.join('')}</ul>`
  const due =
    window === undefined
      ? ''
      : `<p class=sub>Look for what was paid out for it from ${formatTime(window.from)} to ${formatTime(window.to)}.</p>`
  return became + due
}

/** Name, address, and every statement about it. */
function holder(context: Context, leaf: FlowLeaf): string {
  const labels = leaf.labels.length > 0 ? leaf.labels : context.labels(leaf.holder)
  const name =
    labels[0] === undefined || labels[0].name.trim() === ''
      ? ''
      : `<strong>${untrusted(labels[0].name, 80)}</strong>${inferredMark(labels[0])}<br>`
  const payer = leaf.reason === 'fee' ? '<span class=muted>paid by</span> ' : ''
  return `${name}${payer}${address(context, leaf.holder)}${statements(labels)}`
}

function inferredMark(label: FlowLabel): string {
  return label.inferred ? ' <span class=tag>inferred</span>' : ''
}

/** The strongest statement; the others are folded on the screen. */
function statements(labels: readonly FlowLabel[]): string {
  const [first, ...others] = labels
  if (first === undefined) return ''
  const more = others.map((label) => `<li>${untrusted(label.name, 80)}: ${labelBasis(label)}`)
  const folded =
    more.length === 0
      ? ''
      : `<li><details><summary>${counted(more.length, 'further statement')}</summary><ul class=basis>${more.join('')}</ul></details>`
  return `<ul class=basis><li>${labelBasis(first)}${folded}</ul>`
}

function why(context: Context, leaf: FlowLeaf): string {
  const busy =
    leaf.busy === undefined
      ? ''
      : `<br><span class=muted>${leaf.busy.atLeast ? 'at least ' : ''}${counted(leaf.busy.transactions, 'transaction')}</span>`
  return `<span class=reason>${paintGlyph(leaf.reason)} ${reasonName(leaf.reason, context.flow.direction)}</span>${busy}`
}

/** All of them; many are folded on the screen. */
export function transactions(context: Context, txids: readonly string[]): string {
  const what = context.forward ? 'that put it there' : 'that took it from there'
  if (txids.length === 0) return '<p class=sub>No transaction named.</p>'
  const list = `<ul class=txids>${txids.map((txid) => `<li>${txCode(txid)}`).join('')}</ul>`
  if (txids.length <= OPEN_TXIDS)
    return `<div class=few><span class=muted>${txids.length === 1 ? 'Transaction' : 'Transactions'}</span>${list}</div>`
  return `<details><summary>${counted(txids.length, 'transaction')} ${what}</summary>${list}</details>`
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? 1 : -1
}

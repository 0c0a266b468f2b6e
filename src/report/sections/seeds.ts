import { counted } from '../../scene/index.ts'
import type { FlowSeed } from '../../trace/flow.ts'
import { formatTime } from '../../units/index.ts'
import { address, type Context, decimal, onChain, theftName, txCode, usd } from '../context.ts'
import { untrusted } from '../escape.ts'
import { GROUNDS } from './changes.ts'
import { transactions } from './leaves.ts'

const BASIS: Readonly<Record<FlowSeed['basis'], string>> = {
  received: 'received, as the ledger shows',
  missing: 'spent, its receipt not in the ledger',
  lot: 'a named transaction or output',
  swap: 'swapped into this',
  crossing: 'came from another chain',
}

/** Title of section 7. */
export function seedsTitle({ flow, forward }: Context): string {
  const became = flow.seeds.some(({ from }) => from !== undefined)
  const title = forward ? 'What was stolen' : 'What was asked about'
  return became ? `${title}, and what ${forward ? 'it became' : 'was paid for it'}` : title
}

/** 7. What was counted as stolen. */
export function seeds(context: Context): string {
  const { flow, forward } = context
  // What was stolen itself comes before what it became.
  const inOrder = flow.seeds.toSorted((a, b) => Number(a.from !== undefined) - Number(b.from !== undefined))
  const assets = [...new Set(inOrder.map((seed) => seed.asset))]
  const tables = assets.map((asset) => {
    const rows = flow.seeds.filter((seed) => seed.asset === asset)
    const worth = context.showUsd ? `<th scope=col class=num>USD ${forward ? 'when stolen' : 'then'}` : ''
    const columns = context.showUsd ? 5 : 4
    const body = rows.map(
      (seed) =>
        `<tbody><tr><th scope=row>${untrusted(theftName(context, seed.theft))}<br>${address(context, seed.holder)}<td>${BASIS[seed.basis]}<td class=num>${decimal(BigInt(seed.amount), context.decimals(asset))}${context.showUsd ? `<td class=num>${usd(seed.usd)}` : ''}<td class=when>${formatTime(seed.firstTime)}<br>${formatTime(seed.lastTime)}<tr class=txs><td colspan=${columns}>${origin(context, seed)}${transactions({ ...context, forward: true }, seed.txids)}</tbody>`,
    )
    return `<table class=leaves><caption>${context.symbol(asset)}${onChain(context, asset)}: ${counted(rows.length, 'row')}</caption><thead><tr><th scope=col>${forward ? 'Theft' : 'Question'} and holder<th scope=col>Basis<th scope=col class=num>${context.symbol(asset)}${worth}<th scope=col>First and last</thead>${body.join('')}</table>`
  })
  return `<section id=seeds><h2>7. ${seedsTitle(context)}</h2>${tables.join('')}</section>`
}

/** What it was received for, who says so, and how sure that is. */
function origin(context: Context, { from }: FlowSeed): string {
  if (from === undefined) return ''
  const by = GROUNDS[from.how]
  const protocol = from.protocol === null ? '' : ` (${untrusted(from.protocol, 40)})`
  const payer = from.holder === null ? '' : ` by ${address(context, from.holder)}`
  const verb = context.forward ? 'For' : 'Paid for'
  return `<p class=sub>${verb} ${context.amount(from.asset, from.amount)}${payer} in ${txCode(from.txid)}: ${by}${protocol}, confidence ${String(from.confidence)} of 100. ${untrusted(from.evidence, 300)}</p>`
}

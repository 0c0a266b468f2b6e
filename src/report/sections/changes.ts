import type { FlowFrom, FlowSeed } from '../../trace/flow.ts'
import { formatGrouped, formatTime } from '../../units/index.ts'
import { address, type Context, onChain, txCode, usd } from '../context.ts'
import { untrusted } from '../escape.ts'

/** Section 7 has them all. */
const MAX_CHANGES = 40

/**
 * Where money became another asset or went to another chain: what for what, at which rate, and how sure that is; in order of
 * time, and of many the most valuable.
 */
export function changes(context: Context): string {
  const all = context.flow.seeds.flatMap((seed) =>
    seed.from === undefined
      ? []
      : [{ seed, from: seed.from, cents: seed.usd === 'unpriced' ? -1n : BigInt(seed.usd) }],
  )
  if (all.length === 0) return ''
  const rows = all
    .sort((a, b) => (a.cents === b.cents ? 0 : a.cents > b.cents ? -1 : 1))
    .slice(0, MAX_CHANGES)
    .sort((a, b) => (a.seed.firstTime ?? 0) - (b.seed.firstTime ?? 0))
  const of =
    rows.length < all.length ? `: the ${rows.length} most valuable of ${all.length}; section 7 has all` : ''
  const worth = context.showUsd ? '<th scope=col class=num>USD when stolen' : ''
  return `<table class="leaves changes"><caption>Where it became another asset, or went to another chain${of}</caption><thead><tr><th scope=col>Paid<th scope=col>Received<th scope=col>Rate${worth}<th scope=col>How sure</thead>${rows.map(({ seed, from }) => change(context, seed, from)).join('')}</table>`
}

function change(context: Context, seed: FlowSeed, from: FlowFrom): string {
  const [paid, got] = context.forward ? [from, seed] : [seed, from]
  const sum = ({ asset, amount }: typeof paid | typeof got): string =>
    `${context.amount(asset, amount)}<span class=muted>${onChain(context, asset)}</span>`
  const worth = context.showUsd ? `<td class=num data-h="USD when stolen">${usd(seed.usd)}` : ''
  const other = from.holder !== seed.holder
  const what = seed.basis === 'swap' ? 'swap' : 'crossing'
  const kind = seed.basis === 'swap' && other ? `${what}, paid out to another address` : what
  const by = from.protocol === null ? '' : ` through ${untrusted(from.protocol, 40)}`
  const txs = [...new Set([from.txid, ...seed.txids])].slice(0, MAX_TXIDS)
  const party = (words: string, holder: string | null): string =>
    holder === null ? '' : `${words} ${address(context, holder)}, `
  const who = other
    ? party('paid by', paid.holder) + party('received at', got.holder)
    : party('paid and received by', seed.holder)
  const columns = context.showUsd ? 5 : 4
  return `<tbody><tr><th scope=row>${sum(paid)}<td data-h=Received>${sum(got)}<td data-h=Rate>${rate(context, paid, got)}${worth}<td data-h="How sure">${String(from.confidence)} of 100<br><span class=muted>${kind}${by}</span><tr class=txs><td colspan=${columns}><p class=sub>${formatTime(seed.firstTime)}: ${who}in ${txs.map(txCode).join(' and ')}; ${GROUNDS[from.how]}.</p></tbody>`
}

/** A swap has one transaction, a crossing one on each side. */
const MAX_TXIDS = 2

export const GROUNDS: Readonly<Record<FlowFrom['how'], string>> = {
  balance: 'paid and received in one transaction',
  identifier: 'both sides carry one identifier',
  analyst: 'an analyst’s choice',
  candidate: 'amount and time fit it alone',
}

interface Sum {
  readonly asset: string
  readonly amount: string
}

/** One unit of the dearer asset in the other, six decimals; nothing where an asset's decimals are not known. */
function rate(context: Context, a: Sum, b: Sum): string {
  const units = ({ asset, amount }: Sum): bigint =>
    BigInt(amount) * 10n ** BigInt(77 - context.decimals(asset))
  const known = [a, b].every(({ asset, amount }) => amount !== '0' && context.hasDecimals(asset))
  if (!known) return '<span class=muted>not known</span>'
  const [dear, cheap] = units(a) < units(b) ? [a, b] : [b, a]
  const [whole, rest] = [units(cheap) * MILLION, units(dear)]
  const text = formatGrouped(whole / rest, 6, { minDecimals: 2 })
  return `1 ${context.symbol(dear.asset)} ${whole % rest === 0n ? '=' : '≈'} <span class=n>${text}</span> ${context.symbol(cheap.asset)}`
}

const MILLION = 1_000_000n

/**
 * What every section of the report asks of a flow: assets, labels and how to print a holder or an amount.
 * @module
 */
import { chainName as nameOf } from '../address/index.ts'
import { counted } from '../scene/index.ts'
import type { Flow, FlowLabel, UsdCents } from '../trace/flow.ts'
import { addressOf, chainOf, formatGrouped, formatUsdCents, printable } from '../units/index.ts'
import { untrusted } from './escape.ts'

/** What the caller adds to a flow. Nothing here changes a figure. */
export interface ReportOptions {
  readonly title?: string
  readonly caseNumber?: string
  readonly preparedBy?: string
  /** Unix seconds; not printed where absent, so that one flow gives one document. */
  readonly generatedTime?: number
  /** Of the flow file, lower-case hex. */
  readonly flowSha256?: string
}

/** What a trace calls a theft that was given no name. */
export const UNNAMED = 'theft'

export interface Context {
  readonly flow: Flow
  readonly options: ReportOptions
  readonly forward: boolean
  /** More than one chain: holders are printed with theirs. */
  readonly chains: number
  /** False where every asset is dollars already; then USD columns would repeat the amounts. */
  readonly showUsd: boolean
  readonly decimals: (asset: string) => number
  /** False where nothing says how a token divides: its amounts are printed in base units. */
  readonly hasDecimals: (asset: string) => boolean
  /** Symbol as HTML; marked where anyone may have chosen it. */
  readonly symbol: (asset: string) => string
  /** Exact, with its unit. */
  readonly amount: (asset: string, baseUnits: string | bigint) => string
  readonly labels: (holder: string) => readonly FlowLabel[]
}

export function createContext(flow: Flow, options: ReportOptions): Context {
  const assets = new Map(flow.assets.map((row) => [row.asset, row]))
  const labels = new Map(flow.holders.map((row) => [row.holder, row.labels]))
  const chains = new Set<string>()
  for (const row of flow.seeds) chains.add(row.chain)
  for (const row of flow.leaves) chains.add(row.chain)
  const decimals = (asset: string): number => assets.get(asset)?.decimals ?? 0
  const symbol = (asset: string): string => {
    const row = assets.get(asset)
    if (row === undefined) return 'base units'
    return row.known
      ? untrusted(row.symbol, 24)
      : `${untrusted(row.symbol, 24)} <span class=tag>unverified</span>`
  }
  return {
    flow,
    options,
    forward: flow.direction === 'forward',
    chains: chains.size,
    showUsd: !flow.assets.every((row) => row.asset.includes('/iso4217:')),
    decimals,
    hasDecimals: (asset) => assets.get(asset)?.known === true || decimals(asset) > 0,
    symbol,
    amount: (asset, baseUnits) =>
      `<span class=n>${decimal(BigInt(baseUnits), decimals(asset))}</span> ${symbol(asset)}`,
    labels: (holder) => labels.get(holder) ?? [],
  }
}

/**
 * Exact and grouped. Coins of up to eight places keep them all, so that columns align; finer ones show the places in
 * use, two at least, those after the sixth set small.
 * @param align Places to fill with unseen zeros, so that points stand below each other ({@link placesOf}).
 */
export function decimal(baseUnits: bigint, decimals: number, align = 0): string {
  if (decimals <= 8) {
    const text = formatGrouped(baseUnits, decimals, { minDecimals: decimals })
    return foldable(text, text.length)
  }
  const text = formatGrouped(baseUnits, decimals, { minDecimals: 2 })
  const point = text.indexOf('.') + 1
  const used = text.length - point
  const large = text.slice(0, point + Math.min(used, LARGE))
  const small = text.slice(large.length)
  const zeros = (from: number, to: number): string =>
    to > from ? `<span class=pad aria-hidden=true>${'0'.repeat(to - from)}</span>` : ''
  const wide = Math.max(align, used)
  const fine = small + zeros(Math.max(used, LARGE), wide)
  const html =
    large + zeros(used, Math.min(LARGE, wide)) + (fine === '' ? '' : `<span class=fine>${fine}</span>`)
  return foldable(html, point + wide)
}

const LARGE = 6

/** What no column has room for is broken into lines: a token can have 255 places, and an amount 78 digits. */
function foldable(html: string, length: number): string {
  return length > MOST_ON_ONE_LINE ? `<span class=long>${html}</span>` : html
}

/** A thousand million of a coin of 18 places, grouped, has 32. */
const MOST_ON_ONE_LINE = 36

/** Decimal places that these amounts need, two at least. */
export function placesOf(amounts: readonly (bigint | string)[], decimals: number): number {
  let most = 2
  for (const amount of amounts) {
    const digits = String(amount)
      .padStart(decimals + 1, '0')
      .slice(-decimals || undefined)
    most = Math.max(most, digits.replace(/0+$/, '').length)
  }
  return Math.min(most, decimals)
}

/** The theft's name for a heading; where it was given none, what it is. Plain text, made safe to print but not escaped. */
export function theftName(context: Context, theft: string): string {
  if (theft !== UNNAMED) return printable(theft, 160)
  return context.forward ? 'The theft' : 'The money in question'
}

/** Cents, or the word `unpriced`. */
export function usd(cents: UsdCents | bigint): string {
  return cents === 'unpriced'
    ? '<span class=unpriced>unpriced</span>'
    : `<span class=n>${formatUsdCents(cents)}</span>`
}

/** The sum where every part has a value; otherwise what is known, and how many parts are not. */
export function sumUsd(parts: readonly UsdCents[]): string {
  const known = parts.filter((part) => part !== 'unpriced')
  const missing = parts.length - known.length
  if (known.length === 0) return usd('unpriced')
  const sum = usd(known.reduce((all, part) => all + BigInt(part), 0n))
  return missing === 0 ? sum : `${sum} + ${counted(missing, 'row')} <span class=unpriced>unpriced</span>`
}

/** A full address in monospace; with its chain where the report covers several. */
export function address(context: Context, holder: string): string {
  const chain = onChain(context, holder)
  const own = addressOf(holder)
  if (own === 'none') return `<span class=muted>no address${chain}</span>`
  return `<code>${untrusted(own, 200)}</code>${chain === '' ? '' : ` <span class=muted>${chain}</span>`}`
}

/** ` on Bitcoin`, of an asset or a holder, where the report covers several chains. */
export function onChain(context: Context, id: string): string {
  if (context.chains < 2) return ''
  return ` on ${untrusted(nameOf(chainOfAsset(id)))}`
}

/** Transaction ids in full: evidence is never shortened. */
export function txCode(txid: string): string {
  return `<code>${untrusted(txid, 200)}</code>`
}

/** `Ethereum (eip155:1)`; the id alone where the chain has no name here. */
export function chainName(chain: string): string {
  const name = nameOf(chain)
  return name === chain ? untrusted(chain) : `${name} (${untrusted(chain)})`
}

/** Chain of an asset id or a holder id. */
export function chainOfAsset(asset: string): string {
  const slash = asset.indexOf('/')
  return slash === -1 ? chainOf(asset) : asset.slice(0, slash)
}

/** What a statement about an address rests on, in one line. */
export function labelBasis(label: FlowLabel): string {
  const parts = [
    `${label.inferred ? 'inferred by' : 'source'} ${untrusted(label.source)}`,
    label.url === null ? '' : `cites ${untrusted(label.url, 200)}`,
    label.date === null ? 'undated' : untrusted(label.date, 40),
    `confidence ${String(label.confidence)} of 100`,
    label.category === null ? '' : `category ${untrusted(label.category, 60)}`,
    label.caseInsensitive ? 'matched without upper and lower case: check the address' : '',
  ]
  return parts.filter(Boolean).join(', ')
}

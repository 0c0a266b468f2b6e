/**
 * A flow in words: what was stolen, where it is, what the figures rest on.
 * @module
 */

import { chainName } from '../../address/index.ts'
import type { Flow, FlowAsset, FlowBalance, FlowLeaf, FlowSeed } from '../../trace/flow.ts'
import { counted, formatGrouped } from '../../units/amount.ts'
import { addressOf } from '../../units/caip.ts'
import { printable } from '../../units/text.ts'
import { formatDay } from '../../units/time.ts'
import { formatUsdCents } from '../../units/usd.ts'
import type { Context } from '../context.ts'
import { grouped, writeLine, writeTable } from '../output.ts'

/** Prints a flow for people; `top` leaves at most. */
export function printFlow(context: Context, flow: Flow, top: number): void {
  const way = flow.direction === 'forward' ? 'followed forward' : 'traced back to its origin'
  writeLine(context, `${thefts(flow)}, ${way} by ${flow.rule}`, 'bold')
  const { coverage } = flow
  writeLine(
    context,
    `${counted(coverage.transactions, 'transaction')} of ${counted(coverage.holders, 'holder')} looked at, ` +
      `${formatDay(coverage.firstTime)} to ${formatDay(coverage.lastTime)}; ` +
      `the ledger has ${counted(coverage.ledgerTransactions, 'transaction')}`,
  )
  for (const balance of flow.balance) printBalance(context, flow, balance)
  printConversions(context, flow, top)
  printLeaves(context, flow, top)
  printCoverage(context, flow)
}

function thefts(flow: Flow): string {
  const names = [...new Set(flow.seeds.map(({ theft }) => theft))]
  return names.length === 1 ? `Theft "${names[0]}"` : `${names.length} thefts`
}

function printBalance(context: Context, flow: Flow, balance: FlowBalance): void {
  const asset = assetOf(flow, balance.asset)
  writeLine(context)
  writeLine(context, `Balance of "${balance.theft}", ${symbolOf(asset)}`, 'bold')
  const stolen = BigInt(balance.stolen)
  const rows = Object.entries(balance.byReason)
    .map(([reason, amount]) => [reason, BigInt(amount)] as const)
    .sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
    .map(([reason, amount]) => [reason, amountText(amount, asset), percent(amount, stolen), ''])
  writeTable(
    context,
    [
      { head: '' },
      { head: 'amount', right: true },
      { head: 'share', right: true },
      { head: 'value when stolen', right: true },
    ],
    [
      [begun(flow, balance), amountText(stolen, asset), '', formatUsdCents(balance.stolenUsd)],
      ...rows,
      [
        balance.bound ? 'touched at most' : 'accounted for',
        amountText(BigInt(balance.accounted), asset),
        percent(BigInt(balance.accounted), stolen),
        formatUsdCents(balance.accountedUsd),
      ],
    ],
  )
  if (balance.bound)
    writeLine(
      context,
      '  An upper bound: poison marks whatever stolen money touched. It belongs in no sum.',
      'yellow',
    )
}

/** What was swapped, or crossed to another chain, the largest amounts by value first. */
function printConversions(context: Context, flow: Flow, top: number): void {
  const converted = flow.seeds.filter(({ from }) => from !== undefined).toSorted(byValue)
  if (converted.length === 0) return
  writeLine(context)
  writeLine(
    context,
    converted.length > top
      ? `Swapped or crossed: the ${top} largest of ${grouped(converted.length)}`
      : 'Swapped or crossed',
    'bold',
  )
  for (const seed of converted.slice(0, top)) writeLine(context, `  - ${conversionText(flow, seed)}`)
}

/** `100.00 ETH crossed into 5.07 BTC at 1B9… on 2023-11-14 (confidence 85, 0x67…)`; empty for a seed that nothing was paid for. */
export function conversionText(flow: Flow, seed: FlowSeed): string {
  const { asset, amount, basis, from, holder, firstTime } = seed
  if (!from) return ''
  const sum = (of: string, units: string): string =>
    `${amountText(BigInt(units), assetOf(flow, of))} ${symbolOf(assetOf(flow, of))}`
  const verb =
    flow.direction === 'backward' ? 'received for' : basis === 'swap' ? 'swapped into' : 'crossed into'
  const n = basis === 'swap' ? receiptsFor(flow, seed) : 1
  const shared = n > 1 ? `, one payment for ${n} receipts,` : ''
  const chain = basis === 'crossing' ? ` on ${chainName(asset.split('/')[0]!)}` : ''
  const other = from.holder === null || from.holder === holder ? '' : `, paid by ${addressOf(from.holder)},`
  // Whose word a crossing rests on.
  const why = basis === 'swap' ? '' : `: ${printable(from.evidence, 160)}`
  return `${sum(from.asset, from.amount)}${shared} ${verb} ${sum(asset, amount)} at ${addressOf(holder)}${chain}${other} on ${formatDay(firstTime)} (confidence ${from.confidence}, ${printable(from.txid, 80)})${why}`
}

/** How many receipts the payment behind a swapped seed was for: what it paid is said of each, and is not theirs to add up. */
function receiptsFor({ leaves }: Flow, { theft, asset, holder, from }: FlowSeed): number {
  const paid = leaves
    .filter((leaf) => leaf.theft === theft && leaf.asset === from!.asset)
    .map(({ into = [] }) => into.filter(({ txid }) => txid === from!.txid))
    .find((into) => into.some((one) => one.asset === asset && one.holder === holder))
  return paid?.length ?? 1
}

/** What a balance begins with: what was stolen as this asset, or what stolen money became. */
function begun({ seeds, direction }: Flow, { theft, asset }: FlowBalance): string {
  const own = seeds.filter((seed) => seed.theft === theft && seed.asset === asset)
  const stolen = direction === 'forward' ? 'stolen' : 'asked about'
  if (own.every(({ from }) => from === undefined)) return stolen
  return own.every(({ from }) => from !== undefined) ? 'received for it' : `${stolen}, or received for it`
}

function printLeaves(context: Context, flow: Flow, top: number): void {
  const leaves = flow.leaves.toSorted(byValue)
  writeLine(context)
  writeLine(
    context,
    leaves.length > top ? `Where it is: the ${top} largest of ${grouped(leaves.length)}` : 'Where it is',
    'bold',
  )
  // A ledger in dollars: the value would repeat the amount.
  const dollars = flow.assets.every(({ asset }) => asset.includes('/iso4217:'))
  const severalThefts = new Set(flow.leaves.map(({ theft }) => theft)).size > 1
  const severalChains = new Set(flow.leaves.map(({ chain }) => chain)).size > 1
  writeTable(
    context,
    [
      { head: 'amount', right: true },
      { head: 'asset' },
      ...(dollars ? [] : [{ head: 'value', right: true }]),
      { head: 'why' },
      { head: 'holder', max: 100 },
      ...(severalChains ? [{ head: 'chain' }] : []),
      { head: 'label' },
      { head: 'until' },
      ...(severalThefts ? [{ head: 'theft' }] : []),
    ],
    leaves.slice(0, top).map((leaf) => {
      const asset = assetOf(flow, leaf.asset)
      return [
        amountText(BigInt(leaf.amount), asset),
        symbolOf(asset),
        ...(dollars ? [] : [formatUsdCents(leaf.usd)]),
        leaf.into ? `${leaf.reason}, followed` : leaf.reason,
        addressOf(leaf.holder),
        ...(severalChains ? [chainName(leaf.chain)] : []),
        labelText(leaf),
        formatDay(leaf.lastTime),
        ...(severalThefts ? [leaf.theft] : []),
      ]
    }),
  )
}

function printCoverage(context: Context, flow: Flow): void {
  const { coverage } = flow
  writeLine(context)
  writeLine(context, 'What these figures rest on', 'bold')
  const lines = [
    `${counted(coverage.sources.length, 'source')}: ${coverage.sources
      .map(({ name }) => printable(name, 40))
      .slice(0, 6)
      .join(', ')}${coverage.sources.length > 6 ? ', …' : ''}`,
    `${counted(coverage.holdersWhole, 'holder')} with all transactions of some span in a source, ${grouped(coverage.holdersPartial)} seen only as counterparties`,
    ...coverage.unknownOrigin.map(
      ({ asset, amount }) =>
        `${amountText(BigInt(amount), assetOf(flow, asset))} ${symbolOf(assetOf(flow, asset))} spent on the way is of unknown origin: neither received in the ledger nor stolen`,
    ),
    ...coverage.uncountedReceipts.map(
      ({ theft, asset, amount }) =>
        `${amountText(BigInt(amount), assetOf(flow, asset))} ${symbolOf(assetOf(flow, asset))} received by the seeds of "${theft}" is not counted as stolen`,
    ),
    ...(coverage.ties === 0
      ? []
      : [`${grouped(coverage.ties)} times only the order of rows in the file decided which came first`]),
    ...(coverage.unknownPrevouts === 0
      ? []
      : [
          `${grouped(coverage.unknownPrevouts)} inputs spend outputs that no source has: their amounts are unknown`,
        ]),
    ...(flow.collisions.length === 0
      ? []
      : [`${grouped(flow.collisions.length)} times a theft claimed money that an earlier one had tainted`]),
    ...flow.prices
      .filter(({ disputedBy }) => disputedBy.length > 0)
      .map(
        ({ symbol, day, disputedBy }) =>
          `the price of ${symbol} on ${day} is disputed by ${disputedBy.join(', ')}`,
      )
      .slice(0, 5),
    ...coverage.notes,
  ]
  for (const text of lines) writeLine(context, `  - ${text}`)
}

type Valued = Pick<FlowLeaf, 'amount' | 'usd'>

function byValue(a: Valued, b: Valued): number {
  const worth = (leaf: Valued): bigint => (leaf.usd === 'unpriced' ? -1n : BigInt(leaf.usd))
  const compare = (x: bigint, y: bigint): number => (x < y ? 1 : x > y ? -1 : 0)
  return compare(worth(a), worth(b)) || compare(BigInt(a.amount), BigInt(b.amount))
}

/** The strongest statement, and how many more there are. */
function labelText({ labels, deposits }: FlowLeaf): string {
  const [first] = labels
  if (first === undefined) return deposits === undefined ? '' : 'inferred'
  return `${first.name}${first.inferred ? ' (inferred)' : ''}${labels.length > 1 ? ` (+${labels.length - 1})` : ''}`
}

/** The flow's own entry for an asset; every asset it names is listed. */
export function assetOf(flow: { readonly assets: readonly FlowAsset[] }, id: string): FlowAsset {
  return flow.assets.find(({ asset }) => asset === id) ?? { asset: id, symbol: id, decimals: 0, known: false }
}

/** A symbol for people; that of an unknown contract is only a claim. */
export function symbolOf({ symbol, known, asset }: FlowAsset): string {
  return known ? symbol : `"${printable(symbol, 20)}" (unverified, ${printable(asset.split('/')[0]!, 40)})`
}

export function amountText(amount: bigint, { decimals }: FlowAsset): string {
  return formatGrouped(amount, decimals, { minDecimals: Math.min(2, decimals) })
}

/** Tenths of a percent, rounded half up, without floats. */
function percent(part: bigint, whole: bigint): string {
  if (whole === 0n) return ''
  const tenths = (2000n * part + whole) / (2n * whole)
  return `${tenths / 10n}.${tenths % 10n} %`
}

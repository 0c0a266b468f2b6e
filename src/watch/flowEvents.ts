/**
 * A flow's hops as events: what each transaction moved of what is watched, and where it stopped. Pure.
 * @module
 */
import type { Flow, FlowHop, FlowLabel, LeafReason } from '../trace/index.ts'
import { type AssetId, type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import { type AlertAsset, type AlertLabel, type Facts, largestParties, type Party } from './alert.ts'
import { netHops } from './netHops.ts'
import type { Sighted } from './sight.ts'

/** Where money comes to somebody who may be asked to stop it. The other reasons of docs/methods/stops.md are our own limits. */
const ARRIVALS: ReadonlySet<LeafReason | null> = new Set<LeafReason | null>([
  ...(['service', 'mixer', 'bridge', 'sanctioned', 'busy', 'swap'] as const),
])

/**
 * Every event of a flow, by transaction and asset: `arrived` for each place where following stopped, and `moved` for what
 * goes on, or for all of it where nothing does, so that what was told before a label made it an arrival is still seen.
 * Whoever only passes money on within a transaction is left out.
 */
export function flowEvents(flow: Flow, heightOf: HeightOf, isBound: IsBound): Sighted[] {
  const labels = new Map(flow.holders.map(({ holder, labels: said }) => [holder, said[0]]))
  const assets = new Map(flow.assets.map((asset) => [asset.asset, asset]))
  const groups = Map.groupBy(
    [...flow.hops.filter(({ stop }) => stop !== 'fee'), ...entrances(flow, heightOf)],
    ({ chain, txid, asset }) => `${chain} ${txid} ${asset}`,
  )
  // What goes on as another asset, or on another chain, has not arrived anywhere.
  const goesOn = new Set(
    flow.leaves
      .filter(({ into }) => into !== undefined)
      .flatMap(({ holder, asset, txids }) => txids.map((txid) => `${txid} ${asset} ${holder}`)),
  )
  const stopOf: StopOf = ({ txid, asset, to, stop }) =>
    stop === undefined || goesOn.has(`${txid} ${asset} ${to}`) ? null : stop
  const bound = flow.balance.some((balance) => balance.bound)
  return [...groups.values()].flatMap((all) => {
    const [{ chain, txid, asset, height, time }] = all as [FlowHop]
    const net = netHops(all)
    // Outputs that an owner brings together are others afterwards; an account that pays itself has moved nothing.
    const hops = net.length === 0 && chain.startsWith('bip122:') ? all : net
    if (hops.length === 0) return []
    const { symbol, decimals, known } = assets.get(asset)!
    const common = {
      ...{ chain, txid, height, time, by: null },
      atMost: bound || hops.some(({ from }) => chainOf(from) === chain && isBound(from, asset)),
      asset: { id: asset, symbol, decimals, known } satisfies AlertAsset,
    }
    const facts = (part: readonly FlowHop[]): Facts => {
      const from = largestParties(partiesOf(part, 'from', labels, () => null))
      const to = largestParties(partiesOf(part, 'to', labels, stopOf))
      return {
        ...common,
        amount: String(sumOf(part)),
        usd: usdOf(part),
        ...{ from: from.kept, to: to.kept, more: { from: from.more, to: to.more } },
      }
    }
    const { true: arriving = [], false: onward = hops } = Object.groupBy(hops, (hop) =>
      ARRIVALS.has(stopOf(hop)) ? 'true' : 'false',
    )
    const arrivals = Map.groupBy(arriving, ({ to }) => to)
    return [
      { class: 'moved' as const, holder: null, facts: facts(onward) },
      ...[...arrivals].map(([holder, part]) => ({ class: 'arrived' as const, holder, facts: facts(part) })),
    ]
  })
}

/** Whether an account may have had more of an asset than is known, so that what it moved of watched money may be less. */
type IsBound = (holder: HolderId, asset: AssetId) => boolean

/** The block of a transaction. */
type HeightOf = (chain: ChainId, txid: string) => number | null

/**
 * What money became on another chain, and what was swapped into the hands of somebody where following stops: seeds of the
 * flow, of which no hop tells.
 */
function entrances(flow: Flow, heightOf: HeightOf): FlowHop[] {
  const stops = new Map(
    flow.leaves
      .filter(({ reason }) => ARRIVALS.has(reason))
      .flatMap(({ holder, asset, reason, txids }) =>
        txids.map((txid) => [`${txid} ${asset} ${holder}`, reason] as const),
      ),
  )
  return flow.seeds.flatMap(({ theft, chain, asset, holder, amount, basis, usd, firstTime, txids, from }) => {
    const [txid] = txids
    if (from === undefined || txid === undefined) return []
    const stop = stops.get(`${txid} ${asset} ${holder}`)
    if (basis === 'swap' && stop === undefined) return []
    return [
      {
        ...{ theft, txid, chain, asset, amount, usd, of: amount, to: holder },
        ...{ time: firstTime, height: heightOf(chain, txid) },
        from: from.holder ?? `${from.chain}:none`,
        ...(stop !== undefined && { stop }),
      },
    ]
  })
}

/** Why following stopped with a hop; null where it goes on. */
type StopOf = (hop: FlowHop) => LeafReason | null

function partiesOf(
  hops: readonly FlowHop[],
  side: 'from' | 'to',
  labels: ReadonlyMap<HolderId, FlowLabel | undefined>,
  stopOf: StopOf,
): Party[] {
  return [...Map.groupBy(hops, (hop) => hop[side])].map(([holder, own]) => ({
    holder,
    amount: String(sumOf(own)),
    label: labelOf(labels.get(holder)),
    stop: own.map(stopOf).find((stop) => stop !== null) ?? null,
  }))
}

function labelOf(label: FlowLabel | undefined): AlertLabel | null {
  if (label === undefined) return null
  const { name, category, stop, confidence, source } = label
  return { name, category, stop, confidence, source }
}

function sumOf(hops: readonly FlowHop[]): bigint {
  return hops.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
}

/** What is not priced makes the whole unpriced: a sum of a part would look like the whole. */
function usdOf(hops: readonly FlowHop[]): string {
  if (hops.some(({ usd }) => usd === 'unpriced')) return 'unpriced'
  return String(hops.reduce((sum, { usd }) => sum + BigInt(usd), 0n))
}

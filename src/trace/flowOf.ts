/**
 * A flow from findings: names, labels, values, and the proof that it balances.
 * @module
 */
import type { LabelBook } from '../label/label.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import { shareOut } from '../units/usd.ts'
import { assertBalanced } from './balance.ts'
import type { Deposit } from './deposits.ts'
import type { End, Entry, Findings } from './findings.ts'
import {
  FLOW_FORMAT,
  FLOW_VERSION,
  type Flow,
  type FlowBalance,
  type FlowCoverage,
  type FlowLabel,
  type FlowLeaf,
  type FlowSeed,
  type LeafReason,
} from './flow.ts'
import { labelsOf } from './flowLabels.ts'
import type { Gathered } from './gathered.ts'
import type { TraceRequest } from './request.ts'
import type { Valuer } from './valuer.ts'
import type { Verdict } from './verdict.ts'

/** What the flow is made of. */
export interface Material {
  readonly ledger: Ledger
  readonly labels: LabelBook
  readonly valuer: Valuer
  readonly gathered: Gathered
  readonly thefts: readonly string[]
  readonly findings: Findings
  readonly verdicts: ReadonlyMap<number, Verdict>
  readonly deposits: readonly Deposit[]
  readonly coverage: Omit<FlowCoverage, 'unknownOrigin'>
  readonly version: string
}

/**
 * Assembles and proves a flow. Order: seeds, leaves and balance by theft, asset, then amount (largest first); hops in
 * chain order per asset.
 * @throws UnbalancedError where a conserving rule lost or made a unit; that is a bug of ours.
 */
export function flowOf(material: Material, request: TraceRequest): Flow {
  const { ledger, valuer, thefts, findings } = material
  const names = nameHolders(material)
  const assets = ledger.assets()
  const bound = request.rule === 'poison'
  const seeds = group(findings.entries, (entry) => entry.basis).map(
    (rows): Row<Entry> => row(material, names, rows),
  )
  const ends = group(findings.ends, (end) => end.reason).map((rows): Row<End> => row(material, names, rows))
  for (const rows of [seeds, ends]) rows.sort(byThenLargest)

  const flowSeeds: FlowSeed[] = seeds.map((seed) => ({
    theft: thefts[seed.first.theft]!,
    chain: seed.asset.chain,
    asset: seed.asset.id,
    holder: seed.holder,
    amount: String(seed.amount),
    basis: seed.first.basis,
    usd: cents(seed.usd),
    firstTime: seed.firstTime,
    lastTime: seed.lastTime,
    txids: seed.txids,
  }))
  const shares = shareOfTheft(seeds, ends, bound)
  const intoServices = depositsByLeaf(material, names)
  const flowLeaves: FlowLeaf[] = ends.map((end, i) => {
    const { reason, holder } = end.first
    const verdict = material.verdicts.get(holder)
    const deposits =
      reason === 'service' ? intoServices.get(leafKey(end.first.theft, end.first.asset, holder)) : undefined
    return {
      theft: thefts[end.first.theft]!,
      reason,
      holder: end.holder,
      labels: names.labels.get(end.holder) ?? [],
      chain: end.asset.chain,
      asset: end.asset.id,
      amount: String(end.amount),
      usd: cents(shares[i]!),
      usdAtArrival: cents(end.usd),
      firstTime: end.firstTime,
      lastTime: end.lastTime,
      txids: end.txids,
      ...(reason === 'busy' && verdict?.transactions !== undefined
        ? { busy: { transactions: verdict.transactions, atLeast: verdict.transactions > request.busy } }
        : {}),
      ...(deposits ? { deposits } : {}),
    }
  })
  const balance = balanceOf(flowSeeds, flowLeaves, bound)
  if (!bound) assertBalanced(balance)

  const time = (movement: number): number | null => known(material.gathered.time.data[movement]!)
  const hops = findings.hops.map((hop) => {
    const asset = assets[hop.asset]!
    const at = time(hop.movement)
    const tx = material.gathered.tx.data[hop.movement]!
    return {
      theft: thefts[hop.theft]!,
      txid: names.txid.get(tx)!,
      chain: asset.chain,
      time: at,
      height: names.height.get(tx) ?? null,
      asset: asset.id,
      from: names.holder(hop.from, asset),
      to: names.holder(hop.to, asset),
      amount: String(hop.amount),
      of: String(hop.of),
      usd: cents(valuer.cents(hop.amount, asset, at)),
      ...(hop.stop === null ? {} : { stop: hop.stop }),
    }
  })
  const used = new Set(
    [...findings.entries, ...findings.ends, ...findings.unknown, ...findings.hops].map(({ asset }) => asset),
  )
  return {
    format: FLOW_FORMAT,
    version: FLOW_VERSION,
    lootline: material.version,
    rule: request.rule,
    direction: request.direction,
    options: {
      maxHops: request.maxHops,
      dust: request.dust === null ? null : String(request.dust.amount),
      until: request.until,
      busy: request.busy,
      minConfidence: request.minConfidence,
      passThrough: request.passThrough,
      seedMode: request.seedMode,
    },
    assets: [...used]
      .sort((a, b) => a - b)
      .map((number) => {
        const { id, symbol, decimals, known: trusted } = assets[number]!
        return { asset: id, symbol, decimals, known: trusted }
      }),
    seeds: flowSeeds,
    leaves: flowLeaves,
    balance,
    hops,
    holders: [...names.labels]
      .map(([holder, labels]) => ({ holder, labels }))
      .sort((a, b) => (a.holder < b.holder ? -1 : 1)),
    collisions: findings.collisions.map((collision) => ({
      first: thefts[collision.first]!,
      claimant: thefts[collision.claimant]!,
      txid: names.txid.get(material.gathered.tx.data[collision.movement]!)!,
      holder: names.holder(collision.holder, assets[collision.asset]!),
      asset: assets[collision.asset]!.id,
      amount: String(collision.amount),
    })),
    prices: valuer.used(),
    coverage: { ...material.coverage, unknownOrigin: unknownOrigin(material, names) },
  }
}

interface Names {
  holder(number: number, asset: Asset): HolderId
  readonly txid: ReadonlyMap<number, string>
  readonly height: ReadonlyMap<number, number>
  readonly labels: ReadonlyMap<HolderId, FlowLabel[]>
}

/** Looks up every name the flow prints: one question each for holders, transactions and labels. */
function nameHolders({ ledger, labels, gathered, findings, deposits }: Material): Names {
  const { entries, ends, hops, unknown, collisions } = findings
  const numbers = new Set<number>()
  for (const { holder } of [entries, ends, unknown, collisions].flat()) numbers.add(holder)
  for (const { from, to } of hops) numbers.add(from).add(to)
  for (const { holder } of deposits) numbers.add(holder)
  numbers.delete(NONE)
  const list = [...numbers]
  const ids = ledger.holderIds(Uint32Array.from(list))
  const byNumber = new Map(list.map((number, i) => [number, ids[i]!]))
  const txs = [
    ...new Set([entries, ends, hops, collisions].flat().map(({ movement }) => gathered.tx.data[movement]!)),
  ]
  const heads = ledger.heads(Uint32Array.from(txs))
  const stated = labelsOf(labels, ids)
  for (const deposit of deposits) {
    const holder = byNumber.get(deposit.holder)!
    stated.set(holder, [...(stated.get(holder) ?? []), deposit.label])
  }
  return {
    holder: (number, asset) => (number === NONE ? `${asset.chain}:none` : byNumber.get(number)!),
    txid: new Map(txs.map((tx, i) => [tx, heads.txid[i]!])),
    height: new Map(txs.flatMap((tx, i) => (Number.isNaN(heads.height[i]!) ? [] : [[tx, heads.height[i]!]]))),
    labels: stated,
  }
}

/** Pieces that one printed row sums up. */
interface Row<P> {
  readonly first: P
  readonly holder: HolderId
  readonly asset: Asset
  readonly amount: bigint
  /** Value piece by piece at its own time; null where any piece is unpriced. */
  readonly usd: bigint | null
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly txids: readonly string[]
}

interface Piece {
  readonly theft: number
  readonly asset: number
  readonly holder: number
  readonly movement: number
  readonly amount: bigint
}

function group<P extends Piece>(pieces: readonly P[], kind: (piece: P) => string): P[][] {
  return [
    ...Map.groupBy(
      pieces,
      (piece) => `${piece.theft} ${piece.asset} ${piece.holder} ${kind(piece)}`,
    ).values(),
  ]
}

function row<P extends Piece>(
  { ledger, valuer, gathered }: Material,
  names: Names,
  pieces: readonly P[],
): Row<P> {
  const first = pieces[0]!
  const asset = ledger.assets()[first.asset]!
  let amount = 0n
  let usd: bigint | null = 0n
  let firstTime: number | null = null
  let lastTime: number | null = null
  const txids = new Set<string>()
  for (const piece of pieces) {
    const time = known(gathered.time.data[piece.movement]!)
    amount += piece.amount
    const value = valuer.cents(piece.amount, asset, time)
    usd = usd === null || value === null ? null : usd + value
    if (time !== null) {
      firstTime = firstTime === null || time < firstTime ? time : firstTime
      lastTime = lastTime === null || time > lastTime ? time : lastTime
    }
    txids.add(names.txid.get(gathered.tx.data[piece.movement]!)!)
  }
  const holder = names.holder(first.holder, asset)
  return { first, holder, asset, amount, usd, firstTime, lastTime, txids: [...txids] }
}

function byThenLargest(a: Row<Piece>, b: Row<Piece>): number {
  return (
    a.first.theft - b.first.theft ||
    a.first.asset - b.first.asset ||
    (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1) ||
    (a.holder < b.holder ? -1 : a.holder > b.holder ? 1 : 0)
  )
}

const ofTheft = ({ first }: Row<Piece>): string => `${first.theft} ${first.asset}`

/** Each leaf's share of its theft's value when stolen, to the cent; null where the theft is unpriced. */
function shareOfTheft(
  seeds: readonly Row<Entry>[],
  ends: readonly Row<End>[],
  bound: boolean,
): (bigint | null)[] {
  const shares = new Map<Row<End>, bigint | null>()
  const stolen = Map.groupBy(seeds, ofTheft)
  for (const [key, leaves] of Map.groupBy(ends, ofTheft)) {
    const from = stolen.get(key) ?? []
    const amount = from.reduce((sum, seed) => sum + seed.amount, 0n)
    const usd = from.reduce<bigint | null>(
      (sum, seed) => (sum === null || seed.usd === null ? null : sum + seed.usd),
      0n,
    )
    const weights = leaves.map((leaf) => leaf.amount)
    if (usd === null || amount === 0n) for (const leaf of leaves) shares.set(leaf, null)
    else if (bound) for (const leaf of leaves) shares.set(leaf, (usd * leaf.amount) / amount)
    else for (const [i, share] of shareOut(usd, weights).entries()) shares.set(leaves[i]!, share)
  }
  return ends.map((end) => shares.get(end)!)
}

function balanceOf(seeds: readonly FlowSeed[], leaves: readonly FlowLeaf[], bound: boolean): FlowBalance[] {
  const key = ({ theft, asset }: FlowSeed | FlowLeaf): string => `${theft}\n${asset}`
  const ended = Map.groupBy(leaves, key)
  return [...Map.groupBy(seeds, key)].map(([theftAndAsset, rows]) => {
    const into = ended.get(theftAndAsset) ?? []
    const byReason = new Map<LeafReason, bigint>()
    for (const { reason, amount } of into) byReason.set(reason, (byReason.get(reason) ?? 0n) + BigInt(amount))
    return {
      theft: rows[0]!.theft,
      asset: rows[0]!.asset,
      stolen: String(sum(rows.map(({ amount }) => amount))),
      accounted: String(sum(into.map(({ amount }) => amount))),
      stolenUsd: sumCents(rows.map(({ usd }) => usd)),
      accountedUsd: sumCents(into.map(({ usd }) => usd)),
      byReason: Object.fromEntries([...byReason].map(([reason, amount]) => [reason, String(amount)])),
      bound,
    }
  })
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n)
}

function sumCents(values: readonly string[]): string {
  return values.includes('unpriced') ? 'unpriced' : String(sum(values))
}

/** What inferred deposit addresses paid into each service leaf. */
function depositsByLeaf(
  { deposits, findings, ledger }: Material,
  names: Names,
): Map<string, NonNullable<FlowLeaf['deposits']>> {
  const inferred = new Map(deposits.map((deposit) => [deposit.holder, deposit]))
  const paid = new Map<string, Map<Deposit, bigint>>()
  for (const hop of findings.hops) {
    const deposit = inferred.get(hop.from)
    if (hop.stop !== 'service' || deposit?.service !== hop.to) continue
    const key = leafKey(hop.theft, hop.asset, hop.to)
    const into = paid.get(key) ?? new Map<Deposit, bigint>()
    paid.set(key, into.set(deposit, (into.get(deposit) ?? 0n) + hop.amount))
  }
  const listed = [...paid].map(([key, into]): [string, NonNullable<FlowLeaf['deposits']>] => [
    key,
    [...into].map(([{ holder, confidence, rule }, amount]) => ({
      holder: names.holder(holder, ledger.assets()[0]!),
      amount: String(amount),
      confidence,
      rule,
    })),
  ])
  return new Map(listed)
}

function leafKey(theft: number, asset: number, holder: number): string {
  return `${theft} ${asset} ${holder}`
}

/** Holders listed by name in `unknownOrigin`; the others are counted and summed. */
const LISTED = 20

function unknownOrigin({ ledger, findings }: Material, names: Names): FlowCoverage['unknownOrigin'] {
  return [...Map.groupBy(findings.unknown, ({ asset }) => asset)].map(([number, rows]) => {
    const asset = ledger.assets()[number]!
    const byHolder = new Map<number, bigint>()
    for (const { holder, amount } of rows) byHolder.set(holder, (byHolder.get(holder) ?? 0n) + amount)
    const largest = [...byHolder]
      .map(([holder, amount]) => ({ holder: names.holder(holder, asset), amount }))
      .sort((a, b) => (a.amount === b.amount ? (a.holder < b.holder ? -1 : 1) : a.amount > b.amount ? -1 : 1))
    const total = (list: readonly { amount: bigint }[]): string =>
      String(list.reduce((all, { amount }) => all + amount, 0n))
    return {
      asset: asset.id,
      amount: total(largest),
      holders: largest.slice(0, LISTED).map(({ holder, amount }) => ({ holder, amount: String(amount) })),
      more: { holders: Math.max(0, largest.length - LISTED), amount: total(largest.slice(LISTED)) },
    }
  })
}

function cents(value: bigint | null): string {
  return value === null ? 'unpriced' : String(value)
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

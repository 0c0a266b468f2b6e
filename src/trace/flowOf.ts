/**
 * A flow from findings: names, labels, values, and the proof that it balances.
 * @module
 */

import type { Ledger } from '../ledger/ledger.ts'
import { shareOut } from '../units/usd.ts'
import { compareAssets } from './assetOrder.ts'
import { assertBalanced, balanceOf } from './balance.ts'
import { carryValue, NOTHING_CARRIED } from './carry.ts'
import { type Converted, convertedOf } from './converted.ts'
import type { Deposit } from './deposits.ts'
import { BASES, type Findings } from './findings.ts'
import {
  FLOW_FORMAT,
  FLOW_VERSION,
  type Flow,
  type FlowCoverage,
  type FlowHop,
  type FlowLeaf,
  type FlowSeed,
  LEAF_REASONS,
} from './flow.ts'
import type { Gathered } from './gathered.ts'
import { impostorNotes } from './impostorNotes.ts'
import { type Names, nameAll } from './names.ts'
import type { TraceRequest } from './request.ts'
import { cents, known, type Row, rowsOf, txidsOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { Valuer } from './valuer.ts'
import type { Verdict } from './verdict.ts'

/** What the flow is made of. */
export interface Material {
  readonly ledger: Ledger
  readonly statements: Statements
  readonly valuer: Valuer
  readonly gathered: Gathered
  readonly thefts: readonly string[]
  readonly findings: Findings
  readonly verdicts: ReadonlyMap<number, Verdict>
  readonly deposits: readonly Deposit[]
  readonly coverage: Omit<FlowCoverage, 'unknownOrigin'>
  readonly version: string
}

const SERVICE = LEAF_REASONS.indexOf('service')

/**
 * Assembles and proves a flow. Order: seeds, leaves and balance by theft, asset, then amount (largest first); hops in
 * chain order per asset.
 * @throws UnbalancedError where a conserving rule lost or made a unit; that is a bug of ours.
 */
export function flowOf(material: Material, request: TraceRequest): Flow {
  const { ledger, statements, valuer, gathered, thefts, findings, deposits } = material
  const names = nameAll(ledger, statements, gathered, findings, deposits)
  const assets = ledger.assets()
  const bound = request.rule === 'poison'
  const converted = convertedOf(ledger, findings)
  const { entries } = findings
  const entryCents = (piece: number): bigint | null => {
    const time = known(gathered.time.data[entries.columns.movement[piece]!]!)
    return valuer.cents(BigInt(entries.amount[piece]!), assets[entries.columns.asset[piece]!]!, time)
  }
  // An upper bound is in no sum: what it touches is worth what it was worth then.
  const carried =
    bound || findings.links.length === 0
      ? NOTHING_CARRIED
      : carryValue(findings, gathered, assets, entryCents, request.direction === 'forward')
  const seeds = rowsOf(entries, gathered, assets, names, valuer, {
    group: (piece) => entries.columns.link[piece]!,
    carried: carried.entry,
  })
  for (const row of seeds) if (row.carried !== undefined) row.usd = row.carried
  const ends = rowsOf(findings.ends, gathered, assets, names, valuer, {
    group: (piece) => (converted.goesOn(piece) ? 1 : 0),
    carried: carried.end,
  })
  const flowSeeds = seeds.map(
    (row): FlowSeed => ({
      theft: thefts[row.theft]!,
      chain: row.asset.chain,
      asset: row.asset.id,
      holder: row.holder,
      amount: String(row.amount),
      basis: BASES[row.kind]!,
      usd: cents(row.usd),
      firstTime: row.firstTime,
      lastTime: row.lastTime,
      txids: txidsOf(row, gathered, names),
      ...(row.group === 0 ? {} : { from: converted.from(row.theft, row.group) }),
    }),
  )
  const leaves = leavesOf(material, names, converted, ends, shareOfTheft(seeds, ends, bound))
  const balance = balanceOf(flowSeeds, leaves, bound)
  if (!bound) assertBalanced(balance)
  const used = [...assetsOf(findings)].map((number) => assets[number]!).sort(compareAssets)
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
      followSwaps: request.followSwaps,
      followCrossings: request.followCrossings,
      refuseSwaps: request.refuseSwaps,
      seedMode: request.seedMode,
    },
    assets: used.map(({ id, symbol, decimals, known: trusted }) => ({
      ...{ asset: id, symbol, decimals, known: trusted },
    })),
    seeds: flowSeeds,
    leaves,
    balance,
    hops: hopsOf(material, names),
    holders: [...names.labels]
      .map(([holder, labels]) => ({ holder, labels }))
      .sort((a, b) => (a.holder < b.holder ? -1 : 1)),
    collisions: findings.collisions.map((collision) => ({
      first: thefts[collision.first]!,
      claimant: thefts[collision.claimant]!,
      txid: names.txid(collision.movement),
      holder: names.holder(collision.holder, assets[collision.asset]!),
      asset: assets[collision.asset]!.id,
      amount: String(collision.amount),
    })),
    prices: valuer.used(),
    coverage: {
      ...material.coverage,
      unknownOrigin: unknownOrigin(material, names),
      notes: [...material.coverage.notes, ...impostorNotes(used)],
    },
  }
}

function assetsOf({ entries, ends, hops, unknown }: Findings): Set<number> {
  const used = new Set<number>(unknown.map(({ asset }) => asset))
  for (const { n, columns } of [entries, ends, hops]) {
    for (let row = 0; row < n; row++) used.add(columns.asset[row]!)
  }
  return used
}

function hopsOf({ ledger, valuer, gathered, thefts, findings }: Material, names: Names): FlowHop[] {
  const { n, columns, amount, of } = findings.hops
  const assets = ledger.assets()
  const hops: FlowHop[] = []
  for (let row = 0; row < n; row++) {
    const asset = assets[columns.asset[row]!]!
    const movement = columns.movement[row]!
    const time = known(gathered.time.data[movement]!)
    const hop: FlowHop = {
      theft: thefts[columns.theft[row]!]!,
      txid: names.txid(movement),
      chain: asset.chain,
      time,
      height: names.height(movement),
      asset: asset.id,
      from: names.holder(columns.from[row]!, asset),
      to: names.holder(columns.to[row]!, asset),
      amount: String(amount[row]!),
      of: String(of[row]!),
      usd: cents(valuer.cents(BigInt(amount[row]!), asset, time)),
    }
    const stop = columns.stop[row]!
    hops.push(stop === 0 ? hop : { ...hop, stop: LEAF_REASONS[stop - 1]! })
  }
  return hops
}

function leavesOf(
  material: Material,
  names: Names,
  converted: Converted,
  ends: readonly Row[],
  shares: readonly (bigint | null)[],
): FlowLeaf[] {
  const intoServices = depositsByLeaf(material, names)
  return ends.map((row, i): FlowLeaf => {
    const reason = LEAF_REASONS[row.kind]!
    const busy = material.verdicts.get(row.holderNumber)?.busy
    const deposits =
      reason === 'service'
        ? intoServices.get(leafKey(row.theft, row.assetNumber, row.holderNumber))
        : undefined
    return {
      theft: material.thefts[row.theft]!,
      reason,
      holder: row.holder,
      labels: names.labels.get(row.holder) ?? [],
      chain: row.asset.chain,
      asset: row.asset.id,
      amount: String(row.amount),
      usd: cents(shares[i]!),
      usdAtArrival: cents(row.usd),
      firstTime: row.firstTime,
      lastTime: row.lastTime,
      txids: txidsOf(row, material.gathered, names),
      ...(row.group === 0
        ? {}
        : { into: converted.into(row.theft, row.assetNumber, row.holderNumber, row.kind) }),
      ...(reason === 'swap' && row.group === 0 ? windowOf(row) : {}),
      ...(reason === 'busy' && busy ? { busy } : {}),
      ...(deposits ? { deposits } : {}),
    }
  })
}

/** LOCARD's search window for services that swap between chains (`src/node/tracetx/config.py`). */
const WINDOW_SECONDS = 1_800

function windowOf({ firstTime, lastTime }: Row): Pick<FlowLeaf, 'window'> {
  return firstTime === null || lastTime === null
    ? {}
    : { window: { from: firstTime, to: lastTime + WINDOW_SECONDS } }
}

/** Each leaf's share of its theft's value, to the cent; null where the theft is unpriced. */
function shareOfTheft(seeds: readonly Row[], ends: readonly Row[], bound: boolean): (bigint | null)[] {
  const ofTheft = ({ theft, assetNumber }: Row): string => `${theft} ${assetNumber}`
  const stolen = Map.groupBy(seeds, ofTheft)
  const shares: (bigint | null)[] = []
  // Rows are sorted by theft and asset, so that the shares come in the order of the rows.
  for (const [key, rows] of Map.groupBy(ends, ofTheft)) {
    if (rows.some(({ carried }) => carried !== undefined)) {
      for (const { carried } of rows) shares.push(carried ?? null)
      continue
    }
    let amount = 0n
    let usd: bigint | null = 0n
    for (const seed of stolen.get(key) ?? []) {
      amount += seed.amount
      usd = usd === null || seed.usd === null ? null : usd + seed.usd
    }
    const weights = rows.map((row) => row.amount)
    if (usd === null || amount === 0n) for (const _ of rows) shares.push(null)
    else if (bound) for (const weight of weights) shares.push((usd * weight) / amount)
    else for (const share of shareOut(usd, weights)) shares.push(share)
  }
  return shares
}

/** What inferred deposit addresses paid into each service leaf. */
function depositsByLeaf(
  { deposits, findings, ledger }: Material,
  names: Names,
): Map<string, NonNullable<FlowLeaf['deposits']>> {
  const inferred = new Map(deposits.map((deposit) => [deposit.holder, deposit]))
  const paid = new Map<string, Map<Deposit, bigint>>()
  const { n, columns, amount } = findings.hops
  for (let row = 0; row < n && inferred.size > 0; row++) {
    if (columns.stop[row] !== SERVICE + 1) continue
    const deposit = inferred.get(columns.from[row]!)
    if (!deposit?.services.has(columns.to[row]!)) continue
    const key = leafKey(columns.theft[row]!, columns.asset[row]!, columns.to[row]!)
    const into = paid.get(key) ?? new Map<Deposit, bigint>()
    paid.set(key, into.set(deposit, (into.get(deposit) ?? 0n) + BigInt(amount[row]!)))
  }
  const [anyAsset] = ledger.assets()
  const listed = [...paid].map(([key, into]): [string, NonNullable<FlowLeaf['deposits']>] => [
    key,
    [...into].map(([{ holder, confidence, rule }, total]) => ({
      holder: names.holder(holder, anyAsset!),
      amount: String(total),
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

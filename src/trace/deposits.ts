/**
 * Deposit addresses of exchanges, inferred from the ledger. Definition, sources and error modes:
 * `docs/methods/deposit-addresses.md`.
 * @module
 */
import { MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import type { FlowLabel } from './flow.ts'
import { amountAt, compareOrder, type Gathered, inChainOrder } from './gathered.ts'

/** An address that seems to be a service's deposit address for one customer. */
export interface Deposit {
  readonly holder: number
  /** Wallets of the one labelled service that it pays into. */
  readonly services: ReadonlySet<number>
  /** 0..1. */
  readonly confidence: number
  readonly rule: string
  readonly label: FlowLabel
}

/** Who is a service, and by what name; null for everybody else. */
export type ServiceName = (holder: number) => { readonly name: string; readonly entity: string | null } | null

/** Tutela `src/cluster/deposit.py`: a_max = 0.01 ETH, t_max = 3,200 blocks. */
const MAX_BLOCKS = 3_200
const MAX_FEE_SHARE_OF_UNIT = 100n
/** 3,200 blocks in seconds at the 13.1 s a block of Ethereum in 2020, for ledgers without heights. */
const MAX_SECONDS = 41_920

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/**
 * Judges every candidate: a holder whose whole history was fetched and all of whose payments go to one service.
 * Pays somebody else, or is itself labelled or a seed: not a candidate.
 * @param unitOf Base units of one whole unit of a native asset; null for tokens, which must match exactly.
 */
export function inferDeposits(
  gathered: Gathered,
  candidates: Iterable<number>,
  serviceName: ServiceName,
  unitOf: (asset: number) => bigint | null,
): Deposit[] {
  const wanted = new Set(candidates)
  const histories = historiesOf(gathered, wanted)
  const deposits: Deposit[] = []
  for (const [holder, { ins, outs }] of histories) {
    const service = soleService(gathered, outs, serviceName)
    if (!service) continue
    const reuse = byReuse(gathered, ins, outs, serviceName, unitOf)
    const sweep = bySweep(gathered, ins, outs)
    const [confidence, rule] =
      reuse >= sweep ? [reuse, 'address reuse (Victor 2020)'] : [sweep, 'full-balance sweeps']
    if (confidence <= 0) continue
    deposits.push({
      holder,
      services: service.wallets,
      confidence,
      rule,
      label: {
        name: `deposit address of ${service.name}`,
        entity: service.entity,
        category: 'deposit_wallet',
        stop: null,
        confidence: 10,
        source: `inferred: ${rule}, confidence ${confidence}`,
        url: null,
        date: null,
        inferred: true,
        caseInsensitive: false,
      },
    })
  }
  return deposits
}

interface History {
  /** Movements of value, in chain order: anybody can make an address "pay" nothing. */
  readonly ins: number[]
  readonly outs: number[]
}

function historiesOf(gathered: Gathered, wanted: ReadonlySet<number>): Map<number, History> {
  const histories = new Map<number, History>()
  const history = (holder: number): History => {
    const found = histories.get(holder) ?? { ins: [], outs: [] }
    histories.set(holder, found)
    return found
  }
  for (const movement of inChainOrder(gathered)) {
    const kind = gathered.kind.data[movement]
    if (kind === UTXO || kind === FEE || amountOf(gathered, movement) === 0n) continue
    const payer = gathered.debitHolder.data[gathered.debitStarts.data[movement]!]!
    const payee = gathered.creditHolder.data[gathered.creditStarts.data[movement]!]!
    if (wanted.has(payer)) history(payer).outs.push(movement)
    if (wanted.has(payee)) history(payee).ins.push(movement)
  }
  return histories
}

function payeeOf(gathered: Gathered, movement: number): number {
  return gathered.creditHolder.data[gathered.creditStarts.data[movement]!]!
}

function amountOf(gathered: Gathered, movement: number): bigint {
  return amountAt(gathered, gathered.creditAmount.data[gathered.creditStarts.data[movement]!]!)
}

function assetOf(gathered: Gathered, movement: number): number {
  return gathered.creditAsset.data[gathered.creditStarts.data[movement]!]!
}

interface Sole {
  readonly name: string
  readonly entity: string | null
  readonly wallets: ReadonlySet<number>
}

/** The one service that all payments go to, if there is one, named as its latest wallet is. */
function soleService(gathered: Gathered, outs: readonly number[], serviceName: ServiceName): Sole | null {
  const wallets = new Set<number>()
  let sole: Sole | null = null
  for (const movement of outs) {
    const holder = payeeOf(gathered, movement)
    const service = holder === NONE ? null : serviceName(holder)
    if (!service) return null
    if (sole && (sole.entity ?? sole.name) !== (service.entity ?? service.name)) return null
    sole = { ...service, wallets: wallets.add(holder) }
  }
  return sole
}

/**
 * Address reuse: each payment out is matched with the latest earlier receipt from a non-service that is at most a fee
 * larger, and that no earlier payment was matched with. Confidence: 1 less the mean of the time and amount scores
 * (Tutela), times the share of payments matched.
 */
function byReuse(
  gathered: Gathered,
  ins: readonly number[],
  outs: readonly number[],
  serviceName: ServiceName,
  unitOf: (asset: number) => bigint | null,
): number {
  let score = 0
  let before = 0
  const matched = new Set<number>()
  for (const out of outs) {
    const asset = assetOf(gathered, out)
    const unit = unitOf(asset)
    const maxDifference = unit === null ? 0n : unit / MAX_FEE_SHARE_OF_UNIT
    // Where a chain is ordered by time, `order1` is the time itself.
    const byTime = gathered.order1.data[out] === gathered.time.data[out]
    const maxDistance = byTime ? MAX_SECONDS : MAX_BLOCKS
    while (before < ins.length && compareOrder(gathered, ins[before]!, out) < 0) before++
    for (let i = before - 1; i >= 0; i--) {
      const receipt = ins[i]!
      if (assetOf(gathered, receipt) !== asset || matched.has(receipt)) continue
      const distance = gathered.order1.data[out]! - gathered.order1.data[receipt]!
      if (distance > maxDistance) break
      const difference = amountOf(gathered, receipt) - amountOf(gathered, out)
      const payer = gathered.debitHolder.data[gathered.debitStarts.data[receipt]!]!
      if (difference < 0n || difference > maxDifference || (payer !== NONE && serviceName(payer))) continue
      const amountScore = maxDifference === 0n ? 0 : Number(difference) / Number(maxDifference)
      score += 1 - (distance / maxDistance + amountScore) / 2
      matched.add(receipt)
      break
    }
  }
  return outs.length === 0 ? 0 : round(score / outs.length)
}

/**
 * Sweeps: every payment empties the balance of its asset. Confidence: Laplace's rule of succession, (n + 1) / (n + 2)
 * after n sweeps without exception, from two on.
 */
function bySweep(gathered: Gathered, ins: readonly number[], outs: readonly number[]): number {
  const balance = new Map<number, bigint>()
  const steps = [
    ...ins.map((movement) => ({ movement, out: false })),
    ...outs.map((movement) => ({ movement, out: true })),
  ]
  steps.sort((a, b) => compareOrder(gathered, a.movement, b.movement))
  for (const { movement, out } of steps) {
    const asset = assetOf(gathered, movement)
    const left =
      (balance.get(asset) ?? 0n) + (out ? -amountOf(gathered, movement) : amountOf(gathered, movement))
    if (out && left !== 0n) return 0
    balance.set(asset, left)
  }
  return outs.length < 2 ? 0 : round((outs.length + 1) / (outs.length + 2))
}

/** Two places: more would claim more than the rule knows. */
function round(confidence: number): number {
  return Math.round(confidence * 100) / 100
}

/**
 * What one spec claims: credits, and what is spent without receipt. The rules are in `docs/methods/seeds.md`.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import { isOpeningEntry } from '../ledger/openingEntry.ts'
import { type Conversions, gotIn } from './conversion.ts'
import { amountAt, type Gathered } from './gathered.ts'
import { NoSeedError } from './noSeedError.ts'
import type { SeedSpec, TraceRequest } from './request.ts'
import type { CreditSeed, MissingSeed, PrevoutSeed, Seeds } from './seeds.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/** What all specs claimed so far. */
export interface Found {
  readonly credits: CreditSeed[]
  readonly missing: MissingSeed[]
  readonly prevouts: PrevoutSeed[]
  readonly uncounted: Seeds['uncounted'][number][]
}

export interface Query {
  readonly ledger: Ledger
  readonly gathered: Gathered
  readonly conversions: Conversions
  /** Gathered movements in chain order. */
  readonly inOrder: ArrayLike<number> & Iterable<number>
  readonly spec: SeedSpec
  readonly theft: number
  /** Asset number that the spec is narrowed to. */
  readonly only: number | null
  readonly request: Pick<TraceRequest, 'direction' | 'seedMode'>
}

/** One thing claimed, in chain order with the others; `holder` pays (what is missing) or is paid. */
interface Claim {
  readonly basis: 'received' | 'lot' | 'missing' | 'prevout'
  readonly movement: number
  /** Gathered credit, or for a prevout debit; unused for what is missing. */
  readonly leg: number
  readonly holder: number
  readonly asset: number
  readonly amount: bigint
}

/** All outputs or transfers of the transaction, or the n-th. False where nothing fits. */
export function claimLots(query: Query, txs: ReadonlySet<number>, found: Found): boolean {
  const { gathered, inOrder, spec, only } = query
  const wanted = spec.of.kind === 'lot' ? spec.of.n : undefined
  let transfers = 0
  const claims: Claim[] = []
  for (const movement of inOrder) {
    if (!txs.has(gathered.tx.data[movement]!) || gathered.kind.data[movement] === FEE) continue
    const end = gathered.creditStarts.data[movement + 1]!
    for (let leg = gathered.creditStarts.data[movement]!; leg < end; leg++) {
      const n = gathered.kind.data[movement] === UTXO ? gathered.creditN.data[leg]! : transfers++
      if (wanted !== undefined && wanted !== n) continue
      const claim = creditClaim(gathered, movement, leg, 'lot')
      if (fits(claim, only) && inWindow(query, movement)) claims.push(claim)
    }
  }
  return take(query, claims, found)
}

interface Purse {
  /** Receipts from outside the group, and what its holders spent beyond all they had received; base units. */
  receipts: bigint
  missing: bigint
  /** Account holders of the group that spend, and that ever receive. */
  readonly payers: Set<number>
  readonly payees: Set<number>
  readonly balance: Map<number, bigint>
}

/** A group of addresses under one name. False where nothing fits. */
export function claimGroup(query: Query, own: ReadonlySet<number>, found: Found): boolean {
  const { gathered, inOrder, theft, only, request } = query
  const forward = request.direction === 'forward'
  const purses = new Map<number, Purse>()
  const claims: Claim[] = []
  const openings = openingsOf(query)
  for (const movement of inOrder) {
    const { debitStarts, debitHolder, debitAsset, debitAmount, debitLotTx, creditStarts } = gathered
    // What an account had before covers what it pays, and is neither received nor spent.
    const isOpening = openings.has(gathered.tx.data[movement]!)
    const asked = !isOpening && inWindow(query, movement)
    const isUtxo = gathered.kind.data[movement] === UTXO
    let internal = false
    for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
      const holder = debitHolder.data[leg]!
      if (!own.has(holder)) continue
      internal = true
      const asset = debitAsset.data[leg]!
      const amount = amountAt(gathered, debitAmount.data[leg]!)
      if ((only !== null && asset !== only) || amount === 0n || !forward) continue
      if (isUtxo) {
        if (debitLotTx.data[leg] === NONE && asked)
          claims.push({ basis: 'prevout', movement, leg, holder, asset, amount })
        continue
      }
      const purse = purseOf(purses, asset)
      const balance = (purse.balance.get(holder) ?? 0n) - amount
      purse.balance.set(holder, balance < 0n ? 0n : balance)
      if (!asked) continue
      purse.payers.add(holder)
      if (balance >= 0n) continue
      purse.missing -= balance
      claims.push({ basis: 'missing', movement, leg, holder, asset, amount: -balance })
    }
    for (let leg = creditStarts.data[movement]!; leg < creditStarts.data[movement + 1]!; leg++) {
      const claim = creditClaim(gathered, movement, leg, 'received')
      const { holder, asset, amount } = claim
      if (!own.has(holder) || !fits(claim, only)) continue
      const purse = purseOf(purses, asset)
      // An output waits by itself to be spent; it covers no payment from an account.
      if (!isUtxo) purse.balance.set(holder, (purse.balance.get(holder) ?? 0n) + amount)
      if (!isOpening) purse.payees.add(holder)
      // Money that moves within the group was received before, and so was what it is swapped into, unless the spec asks for
      // that very asset; counting it again would steal it twice.
      if (internal || !asked || (only === null && isProceeds(query, movement, own))) continue
      claims.push(claim)
      purse.receipts += amount
    }
  }
  const uncounted = new Set<number>()
  for (const [asset, purse] of purses) {
    const skip = request.seedMode === 'missing' || (request.seedMode === 'auto' && beginsWithThief(purse))
    if (!forward || !skip || purse.receipts === 0n) continue
    uncounted.add(asset)
    found.uncounted.push({ theft, asset, amount: purse.receipts })
  }
  const counted = claims.filter(({ basis, asset }) => basis !== 'received' || !uncounted.has(asset))
  return take(query, counted, found)
}

/** Transactions by which live sources' word of what accounts had before is in the ledger: each from or to nowhere. */
function openingsOf({ ledger, gathered, inOrder }: Query): ReadonlySet<number> {
  const { kind, tx, debitStarts, debitHolder, creditStarts, creditHolder } = gathered
  const isOneSided = (i: number): boolean =>
    kind.data[i] !== UTXO &&
    (debitHolder.data[debitStarts.data[i]!] === NONE || creditHolder.data[creditStarts.data[i]!] === NONE)
  const txs = Uint32Array.from(new Set([...inOrder].filter(isOneSided).map((i) => tx.data[i]!)))
  const { txid } = ledger.heads(txs)
  return new Set(txs.filter((_, i) => isOpeningEntry(txid[i]!)))
}

/** A receipt for what the group pays in the same transaction. */
function isProceeds({ gathered, conversions }: Query, movement: number, own: ReadonlySet<number>): boolean {
  const { kind, tx, debitStarts, debitHolder, creditStarts, creditHolder, creditAsset } = gathered
  if (conversions.isEmpty() || kind.data[movement] === UTXO || kind.data[movement] === FEE) return false
  const leg = creditStarts.data[movement]!
  const payer = debitHolder.data[debitStarts.data[movement]!]!
  const [payee, asset] = [creditHolder.data[leg]!, creditAsset.data[leg]!]
  const swap = gotIn(conversions, tx.data[movement]!, payer, payee, asset)
  return swap?.outs.every(({ holder }) => own.has(holder)) === true
}

/**
 * An export that begins with the thieves: some of the group's addresses spend without ever receiving, and what the
 * group spends without receipt is more than what it is seen to receive.
 */
function beginsWithThief({ payers, payees, missing, receipts }: Purse): boolean {
  return missing > receipts && [...payers].some((holder) => !payees.has(holder))
}

function purseOf(purses: Map<number, Purse>, asset: number): Purse {
  const purse = purses.get(asset) ?? {
    receipts: 0n,
    missing: 0n,
    payers: new Set(),
    payees: new Set(),
    balance: new Map(),
  }
  purses.set(asset, purse)
  return purse
}

function creditClaim(gathered: Gathered, movement: number, leg: number, basis: 'received' | 'lot'): Claim {
  const { creditHolder, creditAsset, creditAmount } = gathered
  const amount = amountAt(gathered, creditAmount.data[leg]!)
  return { basis, movement, leg, holder: creditHolder.data[leg]!, asset: creditAsset.data[leg]!, amount }
}

function fits({ asset, amount }: Claim, only: number | null): boolean {
  return amount > 0n && (only === null || asset === only)
}

/** Both ends belong to it; a moment that is not known is not outside. */
function inWindow({ gathered, spec }: Query, movement: number): boolean {
  const time = gathered.time.data[movement]!
  return !(time < (spec.after ?? -Infinity)) && !(time > (spec.before ?? Infinity))
}

/** Writes the claims down, up to the amount that the spec names. */
function take({ ledger, spec, theft }: Query, claims: readonly Claim[], found: Found): boolean {
  const assets = new Set(claims.map(({ asset }) => asset))
  if (spec.amount !== undefined && assets.size > 1) {
    const ids = [...assets].map((asset) => ledger.assets()[asset]!.id)
    throw new NoSeedError(spec, `its amount could be of ${ids.join(' or ')}: name one with --asset`)
  }
  let left = spec.amount ?? null
  const caps = new Map<number, Map<number, bigint>>()
  for (const { basis, movement, leg, holder, asset, amount: whole } of claims) {
    const amount = left !== null && left < whole ? left : whole
    if (amount === 0n) break
    if (left !== null) left -= amount
    if (basis === 'prevout') found.prevouts.push({ theft, movement, leg, amount })
    else if (basis !== 'missing') found.credits.push({ theft, movement, leg, amount, basis })
    else {
      const byHolder = caps.get(asset) ?? new Map<number, bigint>()
      caps.set(asset, byHolder.set(holder, (byHolder.get(holder) ?? 0n) + amount))
    }
  }
  const { after = null, before = null } = spec
  for (const [asset, byHolder] of caps) {
    for (const [holder, amount] of byHolder) {
      const cap = spec.amount === undefined ? null : amount
      found.missing.push({ theft, holder, asset, after, before, cap })
    }
  }
  return claims.length > 0
}

/**
 * Seeds: which credits, and which spends without receipt, are stolen. The rules are in `docs/methods/seeds.md`.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type Ledger, MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import type { AssetId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { amountAt, compareOrder, type Gathered } from './gathered.ts'
import { gatherSeeds, type Start } from './reach.ts'
import type { SeedMode, SeedSpec, TraceRequest } from './request.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/** A credit (backward: a credit whose origin is asked), up to `amount` of it. `leg` counts gathered credits. */
export interface CreditSeed {
  readonly theft: number
  readonly movement: number
  readonly leg: number
  readonly amount: bigint
  readonly basis: 'received' | 'lot'
}

/** What an account spends beyond its receipts, within a window and up to a cap. */
export interface MissingSeed {
  readonly theft: number
  readonly holder: number
  readonly asset: number
  readonly after: number | null
  readonly before: number | null
  readonly cap: bigint | null
}

/** An input whose prevout is in no source. `leg` counts gathered debits. */
export interface PrevoutSeed {
  readonly theft: number
  readonly movement: number
  readonly leg: number
  readonly amount: bigint
}

export interface Seeds {
  readonly thefts: readonly string[]
  readonly gathered: Gathered
  readonly holders: ReadonlySet<number>
  readonly credits: readonly CreditSeed[]
  readonly missing: readonly MissingSeed[]
  readonly prevouts: readonly PrevoutSeed[]
  readonly start: Start
  /** Receipts not counted because the ledger begins with the thief. */
  readonly uncounted: readonly { readonly theft: number; readonly asset: number; readonly amount: bigint }[]
  readonly notes: readonly string[]
}

/**
 * Resolves what the request calls stolen against the ledger.
 * @throws NoSeedError where an address or transaction is not in the ledger, or nothing in it fits.
 */
export function resolveSeeds(ledger: Ledger, request: TraceRequest): Seeds {
  const thefts = [...new Set(request.seeds.map(({ theft }) => theft))]
  const numbers = request.seeds.map((spec) => numbersOf(ledger, spec))
  const gathered = gatherSeeds(
    ledger,
    Uint32Array.from(new Set(numbers.flatMap(({ holders }) => holders))),
    Uint32Array.from(new Set(numbers.flatMap(({ txs }) => txs))),
  )
  const inOrder = Array.from({ length: gathered.n }, (_, i) => i).sort((a, b) => compareOrder(gathered, a, b))
  const found: Found = { credits: [], missing: [], prevouts: [], uncounted: [], notes: [] }
  const holders = new Set<number>()
  request.seeds.forEach((spec, i) => {
    const { holders: own, txs } = numbers[i]!
    for (const holder of own) holders.add(holder)
    const only = spec.asset === undefined ? null : ledger.assetNumber(spec.asset)
    if (only === NONE)
      throw new NoSeedError(spec, `the ledger has no movement of ${printable(spec.asset!, 120)}`)
    const before = found.credits.length + found.missing.length + found.prevouts.length
    const query: Query = { ledger, gathered, inOrder, spec, theft: thefts.indexOf(spec.theft), only }
    if (spec.of.kind === 'lot') lots(query, new Set(txs), found)
    else group(query, new Set(own), request.direction === 'forward' ? request.seedMode : 'received', found)
    if (found.credits.length + found.missing.length + found.prevouts.length === before) {
      throw new NoSeedError(spec, 'nothing in the ledger fits it')
    }
  })
  for (const { leg } of found.credits) {
    const holder = gathered.creditHolder.data[leg]!
    if (holder !== NONE) holders.add(holder)
  }
  return {
    thefts,
    gathered,
    holders,
    ...found,
    start: {
      accounts: request.direction === 'forward' ? found.missing : [],
      credits: found.credits,
      movements: request.direction === 'forward' ? found.prevouts.map(({ movement }) => movement) : [],
    },
  }
}

interface Found {
  readonly credits: CreditSeed[]
  readonly missing: MissingSeed[]
  readonly prevouts: PrevoutSeed[]
  readonly uncounted: { theft: number; asset: number; amount: bigint }[]
  readonly notes: string[]
}

interface Query {
  readonly ledger: Ledger
  readonly gathered: Gathered
  readonly inOrder: readonly number[]
  readonly spec: SeedSpec
  readonly theft: number
  readonly only: number | null
}

function numbersOf(ledger: Ledger, spec: SeedSpec): { holders: number[]; txs: number[] } {
  const { of } = spec
  if (of.kind === 'holders') {
    const holders = [...ledger.holderNumbers(of.holders)].filter((holder) => holder !== NONE)
    if (holders.length === 0) throw new NoSeedError(spec, 'the ledger knows none of its addresses')
    return { holders, txs: [] }
  }
  const txs = [...ledger.txNumbers(of.txid)]
  const chains = ledger.heads(Uint32Array.from(txs)).chain
  const chosen = txs.filter((_, i) => of.chain === undefined || chains[i] === of.chain)
  if (chosen.length === 0) throw new NoSeedError(spec, 'the ledger does not have this transaction')
  if (chosen.length > 1)
    throw new NoSeedError(spec, 'several chains have a transaction of this id: name one with --chain')
  return { holders: [], txs: chosen }
}

/** All outputs or transfers of the transaction, or the n-th. */
function lots(
  { gathered, inOrder, spec, theft, only, ledger }: Query,
  txs: ReadonlySet<number>,
  found: Found,
): void {
  if (spec.of.kind !== 'lot') return
  let transfers = 0
  const chosen: CreditSeed[] = []
  for (const movement of inOrder) {
    if (!txs.has(gathered.tx.data[movement]!) || gathered.kind.data[movement] === FEE) continue
    for (
      let leg = gathered.creditStarts.data[movement]!;
      leg < gathered.creditStarts.data[movement + 1]!;
      leg++
    ) {
      const n = gathered.kind.data[movement] === UTXO ? gathered.creditN.data[leg]! : transfers++
      if (spec.of.n !== undefined && spec.of.n !== n) continue
      if (only !== null && gathered.creditAsset.data[leg] !== only) continue
      const amount = amountAt(gathered, gathered.creditAmount.data[leg]!)
      chosen.push({ theft, movement, leg, amount, basis: 'lot' })
    }
  }
  found.credits.push(...capped(ledger, gathered, spec, chosen).credits)
}

interface Purse {
  received: CreditSeed[]
  /** Receipts from outside the group, base units. */
  receipts: bigint
  /** What each holder spent beyond all it received, in chain order. */
  readonly shortfalls: { readonly holder: number; readonly amount: bigint }[]
  /** Account holders of the group that spend, and that ever receive. */
  readonly payers: Set<number>
  readonly payees: Set<number>
  readonly balance: Map<number, bigint>
}

/** A group of addresses under one name. */
function group(query: Query, own: ReadonlySet<number>, mode: SeedMode, found: Found): void {
  const { gathered, inOrder, spec, theft, only, ledger } = query
  const purses = new Map<number, Purse>()
  const inWindow = (movement: number): boolean => {
    const time = gathered.time.data[movement]!
    return !(time < (spec.after ?? -Infinity)) && !(time > (spec.before ?? Infinity))
  }
  const prevouts: PrevoutSeed[] = []
  for (const movement of inOrder) {
    const { debitStarts, debitHolder, debitAsset, debitAmount, debitLotTx, creditStarts } = gathered
    const isUtxo = gathered.kind.data[movement] === UTXO
    let internal = false
    for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
      const holder = debitHolder.data[leg]!
      if (!own.has(holder)) continue
      internal = true
      const asset = debitAsset.data[leg]!
      if (only !== null && asset !== only) continue
      const amount = amountAt(gathered, debitAmount.data[leg]!)
      if (isUtxo) {
        if (debitLotTx.data[leg] === NONE && inWindow(movement) && amount > 0n) {
          prevouts.push({ theft, movement, leg, amount })
        }
        continue
      }
      const purse = purseOf(purses, asset)
      const balance = (purse.balance.get(holder) ?? 0n) - amount
      purse.balance.set(holder, balance < 0n ? 0n : balance)
      if (amount === 0n || !inWindow(movement)) continue
      purse.payers.add(holder)
      if (balance < 0n) purse.shortfalls.push({ holder, amount: -balance })
    }
    for (let leg = creditStarts.data[movement]!; leg < creditStarts.data[movement + 1]!; leg++) {
      const holder = gathered.creditHolder.data[leg]!
      if (!own.has(holder)) continue
      const asset = gathered.creditAsset.data[leg]!
      const amount = amountAt(gathered, gathered.creditAmount.data[leg]!)
      if ((only !== null && asset !== only) || amount === 0n) continue
      const purse = purseOf(purses, asset)
      purse.balance.set(holder, (purse.balance.get(holder) ?? 0n) + amount)
      purse.payees.add(holder)
      // Money that moves within the group was received before; counting it again would steal it twice.
      if (internal || !inWindow(movement)) continue
      purse.received.push({ theft, movement, leg, amount, basis: 'received' })
      purse.receipts += amount
    }
  }
  found.prevouts.push(...prevouts)
  for (const [asset, purse] of purses) {
    const skipReceipts = mode === 'missing' || (mode === 'auto' && beginsWithThief(purse))
    if (skipReceipts && purse.receipts > 0n) {
      found.uncounted.push({ theft, asset, amount: purse.receipts })
    }
    const { credits, left } = capped(ledger, gathered, spec, skipReceipts ? [] : purse.received)
    found.credits.push(...credits)
    const { after = null, before = null } = spec
    for (const [holder, cap] of share(purse.shortfalls, left)) {
      found.missing.push({ theft, holder, asset, after, before, cap })
    }
  }
}

/**
 * An export that begins with the thieves: some of the group's addresses spend without ever receiving, and what the
 * group spends without receipt is more than what it is seen to receive.
 */
function beginsWithThief({ payers, payees, shortfalls, receipts }: Purse): boolean {
  const missing = shortfalls.reduce((sum, { amount }) => sum + amount, 0n)
  return missing > receipts && [...payers].some((holder) => !payees.has(holder))
}

/** Shares what a cap leaves over the shortfalls, in chain order; per holder, null where nothing caps it. */
function share(shortfalls: Purse['shortfalls'], left: bigint | null): Map<number, bigint | null> {
  const caps = new Map<number, bigint | null>()
  let rest = left
  for (const { holder, amount } of shortfalls) {
    if (rest === null) caps.set(holder, null)
    else if (rest > 0n) {
      const taken = amount < rest ? amount : rest
      caps.set(holder, (caps.get(holder) ?? 0n) + taken)
      rest -= taken
    }
  }
  return caps
}

function purseOf(purses: Map<number, Purse>, asset: number): Purse {
  let purse = purses.get(asset)
  if (!purse) {
    purse = {
      received: [],
      receipts: 0n,
      shortfalls: [],
      payers: new Set(),
      payees: new Set(),
      balance: new Map(),
    }
    purses.set(asset, purse)
  }
  return purse
}

/** The first `spec.amount` base units of the credits; `left` is what the cap leaves for spends without receipt. */
function capped(
  ledger: Ledger,
  gathered: Gathered,
  spec: SeedSpec,
  credits: readonly CreditSeed[],
): { credits: CreditSeed[]; left: bigint | null } {
  if (spec.amount === undefined) return { credits: [...credits], left: null }
  const assets = new Set<AssetId>(
    credits.map(({ leg }) => ledger.assets()[gathered.creditAsset.data[leg]!]!.id),
  )
  if (assets.size > 1)
    throw new NoSeedError(spec, `its amount could be of ${[...assets].join(' or ')}: name one with --asset`)
  let left = spec.amount
  const kept: CreditSeed[] = []
  for (const credit of credits) {
    if (left === 0n) break
    const amount = credit.amount < left ? credit.amount : left
    kept.push({ ...credit, amount })
    left -= amount
  }
  return { credits: kept, left }
}

/** The seed names nothing that the ledger has. */
export class NoSeedError extends LootlineError<{
  code: 'TRACE_NO_SEED'
  theft: string
  what: string
  reason: string
}> {
  override readonly name = 'NoSeedError'
  constructor(spec: SeedSpec, reason: string) {
    const what =
      spec.of.kind === 'lot'
        ? `${spec.of.txid}${spec.of.n === undefined ? '' : `:${spec.of.n}`}`
        : spec.of.holders.slice(0, 3).join(', ') +
          (spec.of.holders.length > 3 ? ` and ${spec.of.holders.length - 3} more` : '')
    super(
      { code: 'TRACE_NO_SEED', theft: spec.theft, what, reason },
      `No seed for ${printable(spec.theft, 60)} (${printable(what, 200)}): ${reason}.`,
      'Look what the ledger has with "lootline show ADDRESS|TXID", and check --asset, --after and --before.',
    )
  }
}

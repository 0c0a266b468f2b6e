/**
 * Tapes from what was reached: one per asset, in chain order, with the way back from pools and legs to the ledger.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import { compareAssets } from './assetOrder.ts'
import { amountAt, type Gathered, sortByOrder } from './gathered.ts'
import {
  type Ask,
  convertedLayout,
  convertedLayoutBack,
  type Layout,
  type Part,
  plainLayout,
} from './layout.ts'
import { parentsFirst } from './parentsFirst.ts'
import { NEVER, STOPS } from './pools.ts'
import type { Reach } from './reach.ts'
import type { TraceRequest } from './request.ts'
import type { Roles } from './roles.ts'
import type { Seeds } from './seeds.ts'
import { type Column, FIRST_THEFT, NO_POOL, type Tape } from './tape.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')
const OPEN = STOPS.indexOf('open')
/** Sums up to here stay exact in float64; above, the tape is built of bigints. */
const NARROW_LIMIT = 2 ** 52

/** A forward tape of one asset, and what its numbers stand for. */
export interface AssetTape {
  readonly asset: number
  readonly tape: Tape
  /** u32[n]: gathered movement of each op. */
  readonly movements: Uint32Array
  /** u32: gathered leg of each tape debit and credit. */
  readonly debitLegs: Uint32Array
  readonly creditLegs: Uint32Array
  /** Number in `Reach.pools` of each tape pool; -1 for the stand-in of a prevout outside the ledger. */
  readonly pools: Int32Array
  /** Legs that conversions made, by number on the tape. */
  readonly debitParts: ReadonlyMap<number, Part>
  readonly creditParts: ReadonlyMap<number, Part>
}

/**
 * One tape for each asset that a seed touches, or that conversions bring, in the order of {@link compareAssets}.
 * @param roles null where there are no conversions; backward, flipped
 */
export function buildTapes(
  ledger: Ledger,
  reach: Reach,
  seeds: Seeds,
  request: TraceRequest,
  roles: Roles | null,
): AssetTape[] {
  const { gathered } = reach
  const forward = request.direction === 'forward'
  const brought = forward ? roles?.entries : roles?.exits
  const convert = forward ? convertedLayout : convertedLayoutBack
  const ask: Ask = {
    sources: ({ outs }) => outs.length * seeds.thefts.length,
    keeps: (movement, leg) => payeePool(reach, false, leg, movement) >= 0,
  }
  const wanted = new Set([
    ...seeds.credits.map(({ leg }) => gathered.creditAsset.data[leg]!),
    ...seeds.missing.map(({ asset }) => asset),
    ...seeds.prevouts.map(({ leg }) => gathered.debitAsset.data[leg]!),
    ...[...(brought?.keys() ?? [])].map((leg) => gathered.creditAsset.data[leg]!),
  ])
  const tapes: AssetTape[] = []
  const assets = ledger.assets()
  for (const asset of [...wanted].sort((a, b) => compareAssets(assets[a]!, assets[b]!))) {
    const movements = parentsFirst(gathered, sortByOrder(gathered, movementsOf(reach, request, asset)))
    const layout = roles ? convert(gathered, movements, roles, ask) : plainLayout(gathered, movements)
    tapes.push(buildTape(ledger, reach, seeds, request, asset, layout))
  }
  return tapes
}

/** Gathered movements of one asset; forward, without those after the time limit. */
function movementsOf({ gathered }: Reach, request: TraceRequest, asset: number): Uint32Array {
  const { creditStarts, creditAsset, debitStarts, debitAsset, time } = gathered
  const until = request.direction === 'forward' ? request.until : null
  const movements = new Uint32Array(gathered.n)
  let n = 0
  for (let movement = 0; movement < gathered.n; movement++) {
    const credit = creditStarts.data[movement]!
    const paid = credit < creditStarts.data[movement + 1]!
    const of = paid ? creditAsset.data[credit] : debitAsset.data[debitStarts.data[movement]!]
    if (of === asset && !(until !== null && time.data[movement]! > until)) movements[n++] = movement
  }
  return movements.slice(0, n)
}

function buildTape(
  ledger: Ledger,
  reach: Reach,
  seeds: Seeds,
  request: TraceRequest,
  asset: number,
  { movements, debits, credits, debitParts, creditParts }: Layout,
): AssetTape {
  const { gathered } = reach
  const n = movements.length
  const prevoutSeeds = Map.groupBy(seeds.prevouts, ({ leg }) => leg)
  const creditSeeds = Map.groupBy(seeds.credits, ({ leg }) => leg)
  const claims: { credit: number; label: number; amount: bigint }[] = []
  const shortfalls: Shortfall[] = []

  const debitPool = new Uint32Array(debits.legs.length)
  const creditPool = new Uint32Array(credits.legs.length)
  const numbering = createNumbering(reach.pools.n)
  const waiting = new Map<Part['pool'], number>()
  /** The pool of a part that is not where its leg's money usually is. */
  const partPool = ({ pool }: Part): number => {
    if (pool === 'none') return NO_POOL
    const number = waiting.get(pool) ?? numbering.standIn()
    waiting.set(pool, number)
    return number
  }
  let model: Tape['model'] = 'utxo'
  for (let op = 0; op < n; op++) {
    const movement = movements[op]!
    const isUtxo = gathered.kind.data[movement] === UTXO
    if (!isUtxo) model = 'account'
    for (let debit = debits.starts[op]!; debit < debits.starts[op + 1]!; debit++) {
      const part = debitParts.get(debit)
      if (part && part.pool !== 'usual') {
        debitPool[debit] = partPool(part)
        continue
      }
      const leg = debits.legs[debit]!
      const claimants = isUtxo ? prevoutSeeds.get(leg) : undefined
      debitPool[debit] = claimants ? numbering.standIn() : numbering.of(payerPool(reach, isUtxo, leg))
      for (const { theft, amount } of claimants ?? []) {
        const pool = debitPool[debit]!
        shortfalls.push({ pool, label: FIRST_THEFT + theft, fromOp: op, toOp: op + 1, amount })
      }
    }
    for (let credit = credits.starts[op]!; credit < credits.starts[op + 1]!; credit++) {
      const part = creditParts.get(credit)
      if (part && part.pool !== 'usual') {
        creditPool[credit] = partPool(part)
        continue
      }
      const leg = credits.legs[credit]!
      const pool = payeePool(reach, isUtxo, leg, movement)
      // Burns share no account: what is gone once mixes with nothing.
      const burnt = !isUtxo && pool >= 0 && gathered.creditHolder.data[leg] === NONE
      creditPool[credit] = burnt ? numbering.apart(pool) : numbering.of(pool)
      // A receipt that is itself stolen was not received for something else.
      for (const { theft, amount } of (part?.entry ? undefined : creditSeeds.get(leg)) ?? []) {
        claims.push({ credit, label: FIRST_THEFT + theft, amount })
      }
    }
  }
  const pools = numbering.pools()
  const paid = legAmounts(debits.legs, gathered.debitAmount.data, debitParts)
  const got = legAmounts(credits.legs, gathered.creditAmount.data, creditParts)
  const wide = isWide(pools.length, [debits.starts, debitPool, paid], [credits.starts, creditPool, got])
  const debitAmount = amountsOf(gathered, paid, debitParts, wide)
  const everything = wide ? sumOf(debitAmount) : BigInt(NARROW_LIMIT)
  const opAt = createClock(gathered, movements)
  for (const { theft, holder, asset: of, after, before, cap } of seeds.missing) {
    const pool = of === asset ? numbering.find(reach.pools.findAccount(holder, of)) : -1
    if (pool < 0) continue
    shortfalls.push({
      pool,
      label: FIRST_THEFT + theft,
      fromOp: after === null ? 0 : opAt(after),
      toOp: before === null ? n : opAt(before + 1),
      amount: cap ?? everything,
    })
  }
  // Of two thefts that claim the same money, the one named first has it.
  shortfalls.sort((a, b) => a.pool - b.pool || a.label - b.label || a.fromOp - b.fromOp)

  const column = (amounts: readonly bigint[]): Column =>
    wide ? [...amounts] : Float64Array.from(amounts, (amount) => Number(amount))
  const dust =
    request.dust !== null && ledger.assetNumber(request.dust.asset) === asset ? request.dust.amount : 0n
  const tape = {
    model,
    n,
    pools: pools.length,
    thefts: seeds.thefts.length,
    debitStarts: debits.starts,
    debitPool,
    debitAmount,
    creditStarts: credits.starts,
    creditPool,
    creditAmount: amountsOf(gathered, got, creditParts, wide),
    opening: wide ? new Array<bigint>(pools.length).fill(0n) : new Float64Array(pools.length),
    stop: Uint8Array.from(pools, (pool) => (pool >= 0 && reach.pools.stop[pool] !== OPEN ? 1 : 0)),
    seeds: {
      credit: Uint32Array.from(claims, ({ credit }) => credit),
      label: Uint16Array.from(claims, ({ label }) => label),
      amount: column(claims.map(({ amount }) => amount)),
    },
    missing: {
      pool: Uint32Array.from(shortfalls, ({ pool }) => pool),
      label: Uint16Array.from(shortfalls, ({ label }) => label),
      fromOp: Uint32Array.from(shortfalls, ({ fromOp }) => fromOp),
      toOp: Uint32Array.from(shortfalls, ({ toOp }) => toOp),
      amount: column(shortfalls.map(({ amount }) => amount)),
    },
    dust: wide ? dust : Number(dust),
  } as Tape
  return {
    ...{ asset, tape, movements, pools },
    ...{ debitLegs: debits.legs, creditLegs: credits.legs, debitParts, creditParts },
  }
}

interface Shortfall {
  readonly pool: number
  readonly label: number
  readonly fromOp: number
  readonly toOp: number
  readonly amount: bigint
}

/** Numbers of pools on one tape, in the order met; the pool -1 is none. */
interface Numbering {
  of(pool: number): number
  /** A pool that only the tape has. */
  standIn(): number
  /** A further number for a pool, of its own. */
  apart(pool: number): number
  /** -1 where the tape does not have it. */
  find(pool: number): number
  pools(): Int32Array
}

function createNumbering(known: number): Numbering {
  const numbers = new Int32Array(known).fill(-1)
  const met: number[] = []
  return {
    of(pool): number {
      if (pool < 0) return NO_POOL
      if (numbers[pool] === -1) numbers[pool] = met.push(pool) - 1
      return numbers[pool]!
    },
    apart: (pool) => met.push(pool) - 1,
    standIn: () => met.push(-1) - 1,
    find: (pool) => numbers[pool] ?? -1,
    pools: () => Int32Array.from(met),
  }
}

/**
 * A payer whose own history was fetched draws on its pool; from any other payer (a service stopped at, somebody the
 * theft did not reach) the money is clean as far as this trace goes, and enters like issuance: -1.
 */
function payerPool({ gathered, fetched, pools }: Reach, isUtxo: boolean, leg: number): number {
  const holder = gathered.debitHolder.data[leg]!
  if (!isUtxo && !fetched.has(holder)) return -1
  const tx = gathered.debitLotTx.data[leg]!
  const pool = isUtxo
    ? pools.findLot(tx, gathered.debitLotN.data[leg]!)
    : pools.findAccount(holder, gathered.debitAsset.data[leg]!)
  // A lot that was stopped at is spent by its service.
  return pool < 0 || pools.hops[pool] === NEVER || (isUtxo && pools.stop[pool] !== OPEN) ? -1 : pool
}

/** Where no taint ever comes (a fee, a holder that the theft did not reach), nothing need be kept: -1. */
function payeePool({ gathered, pools }: Reach, isUtxo: boolean, leg: number, movement: number): number {
  const pool = isUtxo
    ? pools.findLot(gathered.tx.data[movement]!, gathered.creditN.data[leg]!)
    : pools.findAccount(gathered.creditHolder.data[leg]!, gathered.creditAsset.data[leg]!)
  const isFee = gathered.kind.data[movement] === FEE && gathered.creditHolder.data[leg] === NONE
  return pool < 0 || isFee || pools.hops[pool] === NEVER ? -1 : pool
}

/** First op at or after a moment; ops without time sort by their neighbours. */
function createClock({ time }: Gathered, movements: Uint32Array): (unixSeconds: number) => number {
  const asked = new Map<number, number>()
  return (unixSeconds) => {
    let op = asked.get(unixSeconds)
    if (op === undefined) {
      op = movements.findIndex((movement) => time.data[movement]! >= unixSeconds)
      if (op < 0) op = movements.length
      asked.set(unixSeconds, op)
    }
    return op
  }
}

/** Amounts by leg of the tape, as `Gathered` has them; parts that are no number below 2^53 are below 0. */
function legAmounts(
  legs: Uint32Array,
  amounts: Float64Array,
  parts: ReadonlyMap<number, Part>,
): Float64Array {
  const column = new Float64Array(legs.length)
  for (let i = 0; i < legs.length; i++) column[i] = amounts[legs[i]!]!
  for (const [i, { amount }] of parts) column[i] = amount < BigInt(NARROW_LIMIT) ? Number(amount) : -1
  return column
}

function amountsOf(
  gathered: Gathered,
  amounts: Float64Array,
  parts: ReadonlyMap<number, Part>,
  wide: boolean,
): Column {
  return wide
    ? Array.from(amounts, (amount, i) => parts.get(i)?.amount ?? amountAt(gathered, amount))
    : amounts
}

function sumOf(column: Column): bigint {
  let sum = 0n
  for (const amount of column) sum += BigInt(amount)
  return sum
}

/** True where a pool, or one side of an operation, could come to 2^52 base units or more. */
function isWide(
  pools: number,
  ...sides: readonly (readonly [starts: Uint32Array, pool: Uint32Array, amounts: Float64Array])[]
): boolean {
  const through = new Float64Array(pools)
  for (const [starts, pool, amounts] of sides) {
    for (let op = 0; op + 1 < starts.length; op++) {
      let inHand = 0
      for (let leg = starts[op]!; leg < starts[op + 1]!; leg++) {
        const amount = amounts[leg]!
        inHand += amount
        if (amount < 0 || inHand >= NARROW_LIMIT) return true
        if (pool[leg] === NO_POOL) continue
        through[pool[leg]!]! += amount
        if (through[pool[leg]!]! >= NARROW_LIMIT) return true
      }
    }
  }
  return false
}

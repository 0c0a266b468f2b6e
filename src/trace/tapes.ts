/**
 * Tapes from what was reached: one per asset, in chain order, with the way back from pools and legs to the ledger.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import { amountAt, compareOrder, type Gathered } from './gathered.ts'
import type { Reach } from './reach.ts'
import type { TraceRequest } from './request.ts'
import type { Seeds } from './seeds.ts'
import { type Column, FIRST_THEFT, NO_POOL, type Tape } from './tape.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')
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
}

/** One tape for each asset that a seed touches, ordered by asset number. */
export function buildTapes(ledger: Ledger, reach: Reach, seeds: Seeds, request: TraceRequest): AssetTape[] {
  const { gathered } = reach
  const wanted = new Set([
    ...seeds.credits.map(({ leg }) => gathered.creditAsset.data[leg]!),
    ...seeds.missing.map(({ asset }) => asset),
    ...seeds.prevouts.map(({ leg }) => gathered.debitAsset.data[leg]!),
  ])
  const byAsset = new Map<number, number[]>([...wanted].sort((a, b) => a - b).map((asset) => [asset, []]))
  const late = (movement: number): boolean =>
    request.direction === 'forward' && request.until !== null && gathered.time.data[movement]! > request.until
  for (let movement = 0; movement < gathered.n; movement++) {
    const credit = gathered.creditStarts.data[movement]!
    const asset =
      credit < gathered.creditStarts.data[movement + 1]!
        ? gathered.creditAsset.data[credit]!
        : gathered.debitAsset.data[gathered.debitStarts.data[movement]!]!
    if (!late(movement)) byAsset.get(asset)?.push(movement)
  }
  return [...byAsset].map(([asset, movements]) => {
    const inOrder = Uint32Array.from(movements).sort((a, b) => compareOrder(gathered, a, b))
    return buildTape(ledger, reach, seeds, request, asset, inOrder)
  })
}

function buildTape(
  ledger: Ledger,
  reach: Reach,
  seeds: Seeds,
  request: TraceRequest,
  asset: number,
  movements: Uint32Array,
): AssetTape {
  const { gathered } = reach
  const n = movements.length
  const local = new Map<number, number>()
  const pools: number[] = []
  const use = (pool: number): number => {
    let number = local.get(pool)
    if (number === undefined) {
      number = pools.push(pool) - 1
      local.set(pool, number)
    }
    return number
  }
  const prevoutSeeds = new Map(seeds.prevouts.map((seed) => [seed.leg, seed]))
  const creditSeeds = Map.groupBy(seeds.credits, ({ leg }) => leg)
  const claims: { credit: number; label: number; amount: bigint }[] = []
  const shortfalls: Shortfall[] = []

  const debitStarts = new Uint32Array(n + 1)
  const creditStarts = new Uint32Array(n + 1)
  const debitLegs: number[] = []
  const creditLegs: number[] = []
  const debitPool: number[] = []
  const creditPool: number[] = []
  const times = new Float64Array(n)
  for (let op = 0; op < n; op++) {
    const movement = movements[op]!
    times[op] = gathered.time.data[movement]!
    for (
      let leg = gathered.debitStarts.data[movement]!;
      leg < gathered.debitStarts.data[movement + 1]!;
      leg++
    ) {
      const seed = prevoutSeeds.get(leg)
      if (seed) {
        const pool = pools.push(-1) - 1
        debitPool.push(pool)
        shortfalls.push({
          pool,
          label: FIRST_THEFT + seed.theft,
          fromOp: op,
          toOp: op + 1,
          amount: seed.amount,
        })
      } else debitPool.push(payerPool(reach, movement, leg, use))
      debitLegs.push(leg)
    }
    debitStarts[op + 1] = debitLegs.length
    for (
      let leg = gathered.creditStarts.data[movement]!;
      leg < gathered.creditStarts.data[movement + 1]!;
      leg++
    ) {
      for (const { theft, amount } of creditSeeds.get(leg) ?? []) {
        claims.push({ credit: creditLegs.length, label: FIRST_THEFT + theft, amount })
      }
      const burnt = gathered.kind.data[movement] === FEE && gathered.creditHolder.data[leg] === NONE
      creditPool.push(burnt ? NO_POOL : use(reach.creditPool(leg, movement)))
      creditLegs.push(leg)
    }
    creditStarts[op + 1] = creditLegs.length
  }
  const wide = isWide(gathered, debitLegs, debitPool, creditLegs, creditPool, pools.length)
  const everything = wide ? sumOf(gathered, debitLegs) : BigInt(NARROW_LIMIT)
  for (const { theft, holder, asset: of, after, before, cap } of seeds.missing) {
    const pool = reach.pools.findAccount(holder, of)
    if (of !== asset || !local.has(pool)) continue
    shortfalls.push({
      pool: local.get(pool)!,
      label: FIRST_THEFT + theft,
      fromOp: after === null ? 0 : firstAt(times, after),
      toOp: before === null ? n : firstAt(times, before + 1),
      amount: cap ?? everything,
    })
  }
  shortfalls.sort((a, b) => a.pool - b.pool || a.fromOp - b.fromOp || a.label - b.label)

  const column = (amounts: readonly bigint[]): Column =>
    wide ? [...amounts] : Float64Array.from(amounts, (amount) => Number(amount))
  const legColumn = (legs: readonly number[], source: Float64Array): Column =>
    wide
      ? legs.map((leg) => amountAt(gathered, source[leg]!))
      : Float64Array.from(legs, (leg) => source[leg]!)
  const dust =
    request.dust !== null && ledger.assetNumber(request.dust.asset) === asset ? request.dust.amount : 0n
  const tape: Tape = {
    model: n > 0 && gathered.kind.data[movements[0]!] === UTXO ? 'utxo' : 'account',
    n,
    pools: pools.length,
    thefts: seeds.thefts.length,
    debitStarts,
    debitPool: Uint32Array.from(debitPool),
    debitAmount: legColumn(debitLegs, gathered.debitAmount.data),
    creditStarts,
    creditPool: Uint32Array.from(creditPool),
    creditAmount: legColumn(creditLegs, gathered.creditAmount.data),
    opening: wide ? new Array<bigint>(pools.length).fill(0n) : new Float64Array(pools.length),
    stop: Uint8Array.from(pools, (pool) => (pool >= 0 && reach.pools.all[pool]!.stop !== 'open' ? 1 : 0)),
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
    asset,
    tape,
    movements,
    debitLegs: Uint32Array.from(debitLegs),
    creditLegs: Uint32Array.from(creditLegs),
    pools: Int32Array.from(pools),
  }
}

interface Shortfall {
  readonly pool: number
  readonly label: number
  readonly fromOp: number
  readonly toOp: number
  readonly amount: bigint
}

/**
 * A payer whose own history was fetched draws on its pool; from any other payer (a service stopped at, somebody the
 * theft did not reach) the money is clean as far as this trace goes, and enters like issuance.
 */
function payerPool(reach: Reach, movement: number, leg: number, use: (pool: number) => number): number {
  const { gathered, fetched, pools } = reach
  if (gathered.kind.data[movement] !== UTXO) {
    const holder = gathered.debitHolder.data[leg]!
    return fetched.has(holder) ? use(pools.account(holder, gathered.debitAsset.data[leg]!)) : NO_POOL
  }
  const tx = gathered.debitLotTx.data[leg]!
  const pool = tx === NONE ? -1 : pools.findLot(tx, gathered.debitLotN.data[leg]!)
  return pool >= 0 && pools.all[pool]!.stop === 'open' ? use(pool) : NO_POOL
}

/** First op at or after a moment; ops without time sort by their neighbours. */
function firstAt(times: Float64Array, unixSeconds: number): number {
  const found = times.findIndex((time) => time >= unixSeconds)
  return found < 0 ? times.length : found
}

function sumOf(gathered: Gathered, legs: readonly number[]): bigint {
  let sum = 0n
  for (const leg of legs) sum += amountAt(gathered, gathered.debitAmount.data[leg]!)
  return sum
}

/** True where a pool, or one operation, could hold 2^52 base units or more. */
function isWide(
  gathered: Gathered,
  debitLegs: readonly number[],
  debitPool: readonly number[],
  creditLegs: readonly number[],
  creditPool: readonly number[],
  pools: number,
): boolean {
  const through = new Float64Array(pools)
  const add = (leg: number, pool: number, amounts: Float64Array): boolean => {
    const amount = amounts[leg]!
    if (amount < 0 || amount >= NARROW_LIMIT) return true
    if (pool === NO_POOL) return false
    through[pool]! += amount
    return through[pool]! >= NARROW_LIMIT
  }
  return (
    debitLegs.some((leg, i) => add(leg, debitPool[i]!, gathered.debitAmount.data)) ||
    creditLegs.some((leg, i) => add(leg, creditPool[i]!, gathered.creditAmount.data))
  )
}

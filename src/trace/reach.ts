/**
 * Reach: which movements can matter. Starts at the seeds and asks the ledger in sets, wave by wave; time is respected
 * (money cannot leave before it came), following stops where the judge says so. What is reached is a superset of what
 * any rule taints; the rules then decide how much.
 * @module
 */
import type { Ledger } from '../ledger/ledger.ts'
import { MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import { compareOrder, createGathered, type Gathered, gather } from './gathered.ts'
import { createPools, type Pools } from './pools.ts'
import type { Judge, Verdict } from './verdict.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

export interface Reach {
  readonly gathered: Gathered
  readonly pools: Pools
  /** Holders whose movements were all fetched (account chains). */
  readonly fetched: ReadonlySet<number>
  readonly verdicts: ReadonlyMap<number, Verdict>
  /** Pool of a leg, made where there was none. */
  creditPool(leg: number, movement: number): number
  debitPool(leg: number, movement: number): number
}

/** Where taint starts: the credits (or, for what is spent without receipt, the movements) of the seeds. */
export interface Start {
  /** Pools tainted from the start of the ledger (backward: to its end). */
  readonly accounts: readonly { readonly holder: number; readonly asset: number }[]
  /** Credit legs: forward, their pools; backward, their movements' payers. */
  readonly credits: readonly { readonly movement: number; readonly leg: number }[]
  /** Movements tainted by themselves (a UTXO input without prevout). */
  readonly movements: readonly number[]
}

export interface ReachOptions {
  readonly direction: 'forward' | 'backward'
  readonly maxHops: number | null
  readonly until: number | null
}

/** Gathers the movements of the seed holders, or of the seed transactions, before the seeds can be resolved. */
export function gatherSeeds(ledger: Ledger, holders: Uint32Array, txs: Uint32Array): Gathered {
  const gathered = createGathered()
  if (holders.length > 0) gather(gathered, ledger.ofHolders(holders))
  if (txs.length > 0) gather(gathered, ledger.ofTransactions(txs))
  return gathered
}

/** Cost: one ledger question a wave for each of labels, counts, movements and spenders. */
export function reach(
  ledger: Ledger,
  gathered: Gathered,
  start: Start,
  judge: Judge,
  options: ReachOptions,
): Reach {
  const forward = options.direction === 'forward'
  const pools = createPools()
  const fetched = new Set<number>()
  const verdicts = new Map<number, Verdict>()
  const lastOf = new Map<number, number>() // holder -> its newest indexed movement
  const previous: number[] = [] // movement -> the holder's one indexed before it
  const ofLot = new Map<number, number>() // lot pool -> movement that spends it (backward: that makes it)
  const makerOf = new Map<number, number>() // transaction -> its UTXO movement
  const queue: number[] = []
  let pending: number[] = []
  let indexed = 0

  const creditPool = (leg: number, movement: number): number => {
    const { creditHolder, creditAsset, creditN, kind, tx } = gathered
    const holder = creditHolder.data[leg]!
    const asset = creditAsset.data[leg]!
    return kind.data[movement] === UTXO
      ? pools.lot(tx.data[movement]!, creditN.data[leg]!, holder, asset)
      : pools.account(holder, asset)
  }
  const debitPool = (leg: number, movement: number): number => {
    const { debitHolder, debitAsset, debitLotTx, debitLotN, kind } = gathered
    const holder = debitHolder.data[leg]!
    const asset = debitAsset.data[leg]!
    if (kind.data[movement] !== UTXO) return holder === NONE ? -1 : pools.account(holder, asset)
    const tx = debitLotTx.data[leg]!
    return tx === NONE ? -1 : pools.lot(tx, debitLotN.data[leg]!, holder, asset)
  }

  const touch = (pool: number, movement: number, hops: number): void => {
    const state = pools.all[pool]!
    const first = state.hops === Number.POSITIVE_INFINITY
    const wider =
      !first &&
      state.since !== -1 &&
      (movement === -1 || compareOrder(gathered, movement, state.since) * (forward ? 1 : -1) < 0)
    const nearer = hops < state.hops
    if (!first && !wider && !nearer) return
    if (first || wider) state.since = movement
    if (nearer) state.hops = hops
    if (state.stop === 'hops' && hops < (options.maxHops ?? hops + 1)) state.stop = 'open'
    if (state.cleared) queue.push(pool)
    else pending.push(pool)
  }

  const activate = (movement: number, hops: number, from: number): void => {
    const { time, kind, creditStarts, creditHolder, debitStarts } = gathered
    if (options.until !== null) {
      const at = time.data[movement]!
      if (forward ? at > options.until : at < options.until) {
        if (from >= 0) pools.all[from]!.cut = true
        return
      }
    }
    if (forward) {
      for (let leg = creditStarts.data[movement]!; leg < creditStarts.data[movement + 1]!; leg++) {
        if (creditHolder.data[leg] === NONE && MOVEMENT_KINDS[kind.data[movement]!] === 'fee') continue
        touch(creditPool(leg, movement), movement, hops)
      }
    } else {
      for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
        const pool = debitPool(leg, movement)
        if (pool >= 0) touch(pool, movement, hops)
      }
    }
  }

  const relax = (pool: number): void => {
    const { holder, asset, since, hops, lotTx } = pools.all[pool]!
    if (lotTx !== NONE) {
      const movement = forward ? ofLot.get(pool) : makerOf.get(lotTx)
      if (movement !== undefined) activate(movement, hops + 1, pool)
      return
    }
    const { debitStarts, debitHolder, debitAsset, creditStarts, creditHolder, creditAsset } = gathered
    for (let movement = lastOf.get(holder) ?? -1; movement >= 0; movement = previous[movement]!) {
      const leg = forward ? debitStarts.data[movement]! : creditStarts.data[movement]!
      const own = forward
        ? debitHolder.data[leg] === holder && debitAsset.data[leg] === asset
        : creditHolder.data[leg] === holder && creditAsset.data[leg] === asset
      if (!own) continue
      if (since >= 0 && compareOrder(gathered, movement, since) * (forward ? 1 : -1) < 0) continue
      activate(movement, hops + 1, pool)
    }
  }

  /** Makes newly gathered movements findable by the holder who pays (backward: is paid), or by the lot. */
  const index = (): void => {
    const { kind, tx, debitStarts, debitHolder, creditStarts, creditHolder } = gathered
    for (; indexed < gathered.n; indexed++) {
      previous.push(-1)
      if (kind.data[indexed] === UTXO) {
        makerOf.set(tx.data[indexed]!, indexed)
        for (let leg = debitStarts.data[indexed]!; leg < debitStarts.data[indexed + 1]!; leg++) {
          const pool = debitPool(leg, indexed)
          if (pool >= 0) ofLot.set(pool, indexed)
        }
        continue
      }
      const holder = forward
        ? debitHolder.data[debitStarts.data[indexed]!]!
        : creditHolder.data[creditStarts.data[indexed]!]!
      if (holder === NONE) continue
      previous[indexed] = lastOf.get(holder) ?? -1
      lastOf.set(holder, indexed)
    }
  }

  const drain = (): void => {
    for (let head = 0; head < queue.length; head++) relax(queue[head]!)
    queue.length = 0
  }

  index()
  for (const { holder, asset } of start.accounts) touch(pools.account(holder, asset), -1, 0)
  for (const { movement, leg } of start.credits) {
    if (forward) touch(creditPool(leg, movement), movement, 0)
    else activate(movement, 0, -1)
  }
  for (const movement of start.movements) activate(movement, 0, -1)

  while (pending.length > 0) {
    const wave = [...new Set(pending)].filter((pool) => !pools.all[pool]!.cleared)
    pending = []
    judgeNew(wave, pools, verdicts, judge)
    const open: number[] = []
    for (const pool of wave) {
      const state = pools.all[pool]!
      const verdict = verdicts.get(state.holder)
      if (verdict && verdict.stop !== 'open') state.stop = verdict.stop
      else if (options.maxHops !== null && state.hops >= options.maxHops) state.stop = 'hops'
      else {
        state.cleared = true
        open.push(pool)
      }
    }
    askLedger(ledger, gathered, pools, open, fetched, makerOf, ofLot, forward)
    index()
    for (const pool of open) queue.push(pool)
    drain()
  }
  return { gathered, pools, fetched, verdicts, creditPool, debitPool }
}

function judgeNew(wave: readonly number[], pools: Pools, verdicts: Map<number, Verdict>, judge: Judge): void {
  const holders = [...new Set(wave.map((pool) => pools.all[pool]!.holder))].filter(
    (holder) => holder !== NONE && !verdicts.has(holder),
  )
  if (holders.length === 0) return
  const answers = judge(holders)
  holders.forEach((holder, i) => {
    verdicts.set(holder, answers[i]!)
  })
}

/** One question for the movements of all new account holders, one for all new lots. */
function askLedger(
  ledger: Ledger,
  gathered: Gathered,
  pools: Pools,
  open: readonly number[],
  fetched: Set<number>,
  makerOf: ReadonlyMap<number, number>,
  ofLot: ReadonlyMap<number, number>,
  forward: boolean,
): void {
  const holders: number[] = []
  const lots: number[] = []
  for (const pool of open) {
    const { holder, lotTx } = pools.all[pool]!
    if (lotTx !== NONE) {
      if (forward ? !ofLot.has(pool) : !makerOf.has(lotTx)) lots.push(pool)
    } else if (holder !== NONE && !fetched.has(holder)) {
      fetched.add(holder)
      holders.push(holder)
    }
  }
  if (holders.length > 0) gather(gathered, ledger.ofHolders(Uint32Array.from(holders)))
  if (lots.length === 0) return
  const lotTx = Uint32Array.from(lots, (pool) => pools.all[pool]!.lotTx)
  const txs = forward
    ? ledger.spenders(
        lotTx,
        Uint32Array.from(lots, (pool) => pools.all[pool]!.lotN),
      )
    : lotTx
  const known = [...new Set(txs)].filter((tx) => tx !== NONE)
  if (known.length > 0) gather(gathered, ledger.ofTransactions(Uint32Array.from(known)))
}

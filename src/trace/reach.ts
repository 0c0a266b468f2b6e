/**
 * Reach: which movements can matter. Starts at the seeds and asks the ledger in sets, wave by wave; time is respected
 * (money cannot leave before it came), following stops where the judge says so. What is reached is a superset of what
 * any rule taints; the rules then decide how much.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger/ledger.ts'
import { type Conversions, givenIn, gotIn } from './conversion.ts'
import type { CrossingFinder } from './crossings.ts'
import { compareOrder, createGathered, type Gathered, gather } from './gathered.ts'
import { CLEARED, CUT, createPools, NEVER, type Pools, STOPS, WAITING } from './pools.ts'
import type { SwapFinder } from './swapFinder.ts'
import type { Judge, Verdict } from './verdict.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')
const OPEN = STOPS.indexOf('open')
const HOPS = STOPS.indexOf('hops')

export interface Reach {
  readonly gathered: Gathered
  readonly pools: Pools
  /** Holders whose movements were all fetched (account chains). */
  readonly fetched: ReadonlySet<number>
  readonly verdicts: ReadonlyMap<number, Verdict>
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

/** Ways on which money goes on as another asset. */
export interface Paths {
  readonly conversions: Conversions
  readonly swaps: SwapFinder
  /** null where none are to be followed. */
  readonly crossings: CrossingFinder | null
}

/** Gathers the movements of the seed holders, or of the seed transactions, before the seeds can be resolved. */
export function gatherSeeds(
  ledger: Ledger,
  holders: Uint32Array,
  txs: Uint32Array,
  paths: Pick<Paths, 'conversions' | 'swaps'>,
): Gathered {
  const gathered = createGathered()
  if (holders.length > 0) {
    const answer = ledger.ofHolders(holders)
    gather(gathered, answer)
    addSwaps(ledger, gathered, answer, new Set(holders), paths)
  }
  if (txs.length > 0) gather(gathered, ledger.ofTransactions(txs))
  return gathered
}

/** Swaps of these holders. What is paid out to another is not in the payer's history, and is gathered too. */
function addSwaps(
  ledger: Ledger,
  gathered: Gathered,
  answer: Movements,
  holders: ReadonlySet<number>,
  { conversions, swaps }: Pick<Paths, 'conversions' | 'swaps'>,
): void {
  const toOthers = new Set<number>()
  for (const swap of swaps.find(answer, holders)) {
    conversions.add(swap)
    const [out, into] = [swap.outs[0]!, swap.ins[0]!]
    if (out.holder !== into.holder) toOthers.add(out.tx)
  }
  if (toOthers.size > 0) gather(gathered, ledger.ofTransactions(Uint32Array.from(toOthers)))
}

/**
 * Cost: one ledger question a wave for each of labels, counts, movements and spenders; two more for transactions that may
 * be swaps.
 */
export function reach(
  ledger: Ledger,
  gathered: Gathered,
  start: Start,
  judge: Judge,
  options: ReachOptions,
  paths: Paths,
): Reach {
  const { conversions, crossings } = paths
  const forward = options.direction === 'forward'
  const { maxHops, until } = options
  const pools = createPools()
  const fetched = new Set<number>()
  const verdicts = new Map<number, Verdict>()
  const payments = createPayments(gathered, forward)
  let queue: number[] = []
  let pending: number[] = []

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
  const isBefore = (a: number, b: number): boolean => {
    // Order within a transaction may still change with what is gathered later.
    if (gathered.tx.data[a] === gathered.tx.data[b]) return false
    const order = compareOrder(gathered, a, b)
    return forward ? order < 0 : order > 0
  }

  /** Taint can be in a pool from this movement on. Hops matter only where they are limited. */
  const touch = (pool: number, movement: number, hops: number): void => {
    const since = pools.since[pool]!
    const first = pools.hops[pool] === NEVER
    const wider = !first && since !== -1 && (movement === -1 || isBefore(movement, since))
    const nearer = first || (maxHops !== null && hops < pools.hops[pool]!)
    if (!wider && !nearer) return
    if (first || wider) pools.since[pool] = movement
    if (nearer) pools.hops[pool] = hops
    if ((pools.flags[pool]! & CLEARED) !== 0) queue.push(pool)
    else if ((pools.flags[pool]! & WAITING) === 0) {
      pools.flags[pool]! |= WAITING
      pending.push(pool)
    }
  }

  /** Money that is swapped goes on as the other asset; in its holder's own hands that is no transfer. */
  const convert = (movement: number, hops: number): boolean => {
    const { tx, kind, creditStarts, creditHolder, creditAsset, debitStarts, debitHolder } = gathered
    if (kind.data[movement] === UTXO || kind.data[movement] === FEE) return false
    const leg = creditStarts.data[movement]!
    const payer = debitHolder.data[debitStarts.data[movement]!]!
    const find = forward ? givenIn : gotIn
    const swap = find(conversions, tx.data[movement]!, payer, creditHolder.data[leg]!, creditAsset.data[leg]!)
    const own = forward ? payer : creditHolder.data[leg]
    for (const { holder, asset } of (forward ? swap?.ins : swap?.outs) ?? [])
      touch(pools.account(holder, asset), movement, holder === own ? Math.max(0, hops - 1) : hops)
    return swap !== null
  }

  const activate = (movement: number, hops: number, from: number): void => {
    const { time, kind, creditStarts, creditHolder, creditAmount, debitStarts } = gathered
    if (until !== null) {
      const at = time.data[movement]!
      if (forward ? at > until : at < until) {
        if (from >= 0) pools.flags[from]! |= CUT
        return
      }
    }
    if (!conversions.isEmpty() && convert(movement, hops)) return
    if (forward) {
      crossings?.pass(gathered.tx.data[movement]!, hops)
      const isFee = kind.data[movement] === FEE
      for (let leg = creditStarts.data[movement]!; leg < creditStarts.data[movement + 1]!; leg++) {
        // No rule taints what is nothing.
        if (creditAmount.data[leg] === 0) continue
        if (!isFee || creditHolder.data[leg] !== NONE) touch(creditPool(leg, movement), movement, hops)
      }
    } else {
      for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
        const pool = debitPool(leg, movement)
        if (pool >= 0) touch(pool, movement, hops)
      }
    }
  }

  const relax = (pool: number): void => {
    const hops = pools.hops[pool]! + 1
    if (pools.lotTx[pool] !== NONE) {
      const movement = payments.utxoOf(forward ? pools.spender[pool]! : pools.lotTx[pool]!)
      if (movement >= 0) activate(movement, hops, pool)
      return
    }
    const asset = pools.asset[pool]!
    const since = pools.since[pool]!
    for (let at = payments.lastOf(pools.holder[pool]!); at >= 0; at = payments.before(at)) {
      // A transfer of nothing moves no money, and anybody can write one in another's name (address poisoning).
      if (payments.assetOf(at) !== asset || payments.isNothing(at)) continue
      if (since >= 0 && isBefore(at, since)) continue
      activate(at, hops, pool)
    }
  }

  payments.index()
  for (const { holder, asset } of start.accounts) touch(pools.account(holder, asset), -1, 0)
  for (const { movement, leg } of start.credits) {
    if (forward) touch(creditPool(leg, movement), movement, 0)
    else activate(movement, 0, -1)
  }
  for (const movement of start.movements) activate(movement, 0, -1)

  while (pending.length > 0) {
    const wave = pending
    pending = []
    judgeNew(wave, pools, verdicts, judge)
    const open: number[] = []
    for (const pool of wave) {
      pools.flags[pool]! &= ~WAITING
      const stop = STOPS.indexOf(verdicts.get(pools.holder[pool]!)?.stop ?? 'open')
      pools.stop[pool] = stop !== OPEN ? stop : maxHops !== null && pools.hops[pool]! >= maxHops ? HOPS : OPEN
      if (pools.stop[pool] !== OPEN) continue
      pools.flags[pool]! |= CLEARED
      open.push(pool)
    }
    askLedger(ledger, gathered, pools, open, fetched, forward, paths)
    payments.index()
    queue = open
    // Whatever is touched again on the way goes to the end of the line.
    for (let head = 0; ; ) {
      while (head < queue.length) relax(queue[head++]!)
      const arrivals = crossings?.next(gathered) ?? []
      if (arrivals.length === 0) break
      payments.index()
      for (const { movement, leg, hops } of arrivals) touch(creditPool(leg, movement), movement, hops)
    }
  }
  return { gathered, pools, fetched, verdicts }
}

function judgeNew(wave: readonly number[], pools: Pools, verdicts: Map<number, Verdict>, judge: Judge): void {
  const holders = new Set<number>()
  for (const pool of wave) {
    const holder = pools.holder[pool]!
    if (holder !== NONE && !verdicts.has(holder)) holders.add(holder)
  }
  if (holders.size === 0) return
  const asked = [...holders]
  const answers = judge(asked)
  for (let i = 0; i < asked.length; i++) verdicts.set(asked[i]!, answers[i]!)
}

/** One question for the movements of all new account holders, one for all new lots. */
function askLedger(
  ledger: Ledger,
  gathered: Gathered,
  pools: Pools,
  open: readonly number[],
  fetched: Set<number>,
  forward: boolean,
  paths: Paths,
): void {
  const holders: number[] = []
  const lots: number[] = []
  for (const pool of open) {
    const holder = pools.holder[pool]!
    if (pools.lotTx[pool] !== NONE) lots.push(pool)
    else if (holder !== NONE && !fetched.has(holder)) {
      fetched.add(holder)
      holders.push(holder)
    }
  }
  if (holders.length > 0) {
    const answer = ledger.ofHolders(Uint32Array.from(holders))
    gather(gathered, answer)
    addSwaps(ledger, gathered, answer, new Set(holders), paths)
  }
  if (lots.length === 0) return
  const lotTx = Uint32Array.from(lots, (pool) => pools.lotTx[pool]!)
  const lotN = Uint32Array.from(lots, (pool) => pools.lotN[pool]!)
  const txs = forward ? ledger.spenders(lotTx, lotN) : lotTx
  if (forward) for (let i = 0; i < lots.length; i++) pools.spender[lots[i]!] = txs[i]!
  const known = txs.filter((tx) => tx !== NONE)
  if (known.length > 0) gather(gathered, ledger.ofTransactions(known))
}

/** Gathered movements by who pays (backward: is paid), and UTXO movements by transaction. */
interface Payments {
  /** Takes in what was gathered since. */
  index(): void
  /** A holder's newest indexed movement, and the one indexed before; -1 where there is none. */
  lastOf(holder: number): number
  before(movement: number): number
  assetOf(movement: number): number
  /** True for a transfer of 0 units. */
  isNothing(movement: number): boolean
  utxoOf(tx: number): number
}

function createPayments(gathered: Gathered, forward: boolean): Payments {
  const last = new Map<number, number>()
  const utxo = new Map<number, number>()
  let previous = new Int32Array(0)
  let indexed = 0
  const side = forward
    ? { starts: gathered.debitStarts, holder: gathered.debitHolder, asset: gathered.debitAsset }
    : { starts: gathered.creditStarts, holder: gathered.creditHolder, asset: gathered.creditAsset }
  return {
    index(): void {
      if (gathered.n > previous.length) {
        const bigger = new Int32Array(Math.max(gathered.n, Math.ceil(previous.length * 1.5)))
        bigger.set(previous)
        previous = bigger
      }
      for (; indexed < gathered.n; indexed++) {
        if (gathered.kind.data[indexed] === UTXO) {
          utxo.set(gathered.tx.data[indexed]!, indexed)
          continue
        }
        const holder = side.holder.data[side.starts.data[indexed]!]!
        previous[indexed] = last.get(holder) ?? -1
        if (holder !== NONE) last.set(holder, indexed)
      }
    },
    lastOf: (holder) => last.get(holder) ?? -1,
    before: (movement) => previous[movement]!,
    assetOf: (movement) => side.asset.data[side.starts.data[movement]!]!,
    isNothing: (movement) => gathered.creditAmount.data[gathered.creditStarts.data[movement]!] === 0,
    utxoOf: (tx) => utxo.get(tx) ?? -1,
  }
}

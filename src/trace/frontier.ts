/**
 * The frontier: what rules taint, and where following would go on if more were known. Read off the kernels' logs, not off
 * what reach gathered: of a payout with 143 outputs fifo follows a few, and only those are worth asking a source about.
 * @module
 */
import { type Ledger, NONE, type TransactionHeads } from '../ledger/ledger.ts'
import type { Frontier, OpenHolder, OpenLot } from './beyond.ts'
import type { Said } from './converge.ts'
import { compareOrder, type Gathered } from './gathered.ts'
import { CUT } from './pools.ts'
import type { Reach } from './reach.ts'
import { known } from './rows.ts'
import type { Run } from './run.ts'
import type { Column, Spool } from './tape.ts'

/** `Spool.fate` */
const GOES_ON = 0
const LEFT = 3
/** `Spool.enteredBy` */
const BY_SHORTFALL = 1

/** A tainted outpoint without spender (backward: without origin), by the movement that fills (backward: spends) it. */
interface Lot {
  readonly movement: number
  /** Gathered credit, or backward debit. */
  readonly leg: number
  amount: bigint
}

/** Open ends in ledger numbers. */
interface Open {
  readonly lots: Map<number, Lot>
  /** Holder -> movement by which taint first came (backward: last went on its way to the seed). */
  readonly holders: Map<number, number>
  /** Transaction -> a movement of it. */
  readonly txs: Map<number, number>
}

/**
 * @param said By rule, what it said about each asset. A lot's amount is the most that any of the rules puts there.
 */
export function frontierOf(ledger: Ledger, reach: Reach, said: Iterable<readonly Said[]>): Frontier {
  const open: Open = { lots: new Map(), holders: new Map(), txs: new Map() }
  let backward = false
  for (const byAsset of said) {
    const lots = new Map<number, Lot>()
    for (const { run, spool } of byAsset) {
      backward = run.backward
      addPassed(reach, run, spool, open, lots)
      if (!backward) addResting(reach, run, spool, lots)
    }
    for (const [leg, lot] of lots) {
      if (lot.amount > (open.lots.get(leg)?.amount ?? 0n)) open.lots.set(leg, lot)
    }
  }
  return named(ledger, reach.gathered, open, backward)
}

/** Everything that tainted money came to. */
function addPassed(reach: Reach, run: Run, spool: Spool, open: Open, lots: Map<number, Lot>): void {
  const { gathered, pools } = reach
  const { tape, movements, backward } = run
  const meet = (pool: number, movement: number): void => {
    if (pool >= 0 && pools.lotTx[pool] === NONE)
      meetHolder(gathered, open, pools.holder[pool]!, movement, backward)
  }
  const { credits, entered } = spool
  for (let row = 0; row < entered.n; row++) {
    if (spool.enteredBy[row] !== BY_SHORTFALL) continue
    meet(run.pools[tape.debitPool[entered.leg[row]!]!]!, movements[entered.op[row]!]!)
  }
  const amounts: Column = credits.amount
  for (let row = 0; row < credits.n; row++) {
    const leg = credits.leg[row]!
    if (run.isDetour(leg)) continue
    const movement = movements[credits.op[row]!]!
    open.txs.set(gathered.tx.data[movement]!, movement)
    if (spool.fate[row] === GOES_ON) meet(run.pools[tape.creditPool[leg]!]!, movement)
    if (!backward || spool.fate[row] !== LEFT || run.lost(NONE, leg).reason !== 'nodata') continue
    const debit = run.gatheredLeg(leg)
    if (debit === NONE) continue
    // Only UTXO chains number the outputs they spend.
    if (gathered.debitLotN.data[debit] === NONE)
      meetHolder(gathered, open, run.creditHolder(leg), movement, backward)
    else addLot(lots, debit, movement, BigInt(amounts[row]!))
  }
}

function meetHolder(
  gathered: Gathered,
  open: Open,
  holder: number,
  movement: number,
  backward: boolean,
): void {
  // What is minted or burnt has nobody whose history could be fetched.
  if (holder === NONE) return
  const before = open.holders.get(holder)
  const order = before === undefined ? -1 : compareOrder(gathered, movement, before)
  if (backward ? order > 0 || before === undefined : order < 0) open.holders.set(holder, movement)
}

/** Outputs that hold tainted money at the end; those spent after the time limit are not open. */
function addResting({ pools }: Reach, run: Run, { rest }: Spool, lots: Map<number, Lot>): void {
  const amounts: Column = rest.log.amount
  for (let row = 0; row < rest.log.n; row++) {
    const pool = run.pools[rest.pool[row]!]!
    if (pool < 0 || pools.lotTx[pool] === NONE || (pools.flags[pool]! & CUT) !== 0) continue
    const movement = run.movements[rest.log.op[row]!]!
    addLot(lots, run.gatheredLeg(rest.log.leg[row]!), movement, BigInt(amounts[row]!))
  }
}

function addLot(lots: Map<number, Lot>, leg: number, movement: number, amount: bigint): void {
  const lot = lots.get(leg)
  if (lot) lot.amount += amount
  else lots.set(leg, { movement, leg, amount })
}

function named(ledger: Ledger, gathered: Gathered, open: Open, backward: boolean): Frontier {
  const time = (movement: number): number => {
    const at = gathered.time.data[movement]!
    return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at
  }
  const early = (a: number, b: number): number => time(a) - time(b) || compareOrder(gathered, a, b)
  const lots = [...open.lots.values()].sort((a, b) => early(a.movement, b.movement) || a.leg - b.leg)
  const holders = [...open.holders].sort(([, a], [, b]) => early(a, b))
  const txs = [...open.txs].sort(([, a], [, b]) => early(a, b)).map(([tx]) => tx)
  // Every movement in hand is of one of these transactions.
  const heads = ledger.heads(Uint32Array.from(txs))
  const placeOf = new Map(txs.map((tx, i) => [tx, i]))
  const place = (movement: number): number => placeOf.get(gathered.tx.data[movement]!)!
  const when = (movement: number): { height: number | null; time: number | null } => ({
    height: known(heads.height[place(movement)]!),
    time: known(gathered.time.data[movement]!),
  })
  const side = backward ? gathered.debitHolder : gathered.creditHolder
  const owners = [...new Set(lots.map(({ leg }) => side.data[leg]!))].filter((holder) => holder !== NONE)
  const numbers = [...owners, ...holders.map(([holder]) => holder)]
  const ids = new Map(ledger.holderIds(Uint32Array.from(numbers)).map((id, i) => [numbers[i]!, id]))
  return {
    lots: backward
      ? prevouts(ledger, gathered, lots, heads, place, (leg) => ids.get(side.data[leg]!) ?? null)
      : lots.map(
          ({ movement, leg, amount }): OpenLot => ({
            chain: heads.chain[place(movement)]!,
            txid: heads.txid[place(movement)]!,
            n: gathered.creditN.data[leg]!,
            holder: ids.get(side.data[leg]!) ?? null,
            amount,
            ...when(movement),
          }),
        ),
    holders: holders.map(
      ([holder, movement]): OpenHolder => ({ holder: ids.get(holder)!, ...when(movement) }),
    ),
    transactions: txs.map((_, i) => ({ chain: heads.chain[i]!, txid: heads.txid[i]! })),
  }
}

/** Prevouts outside the ledger, which only the spending transaction as a whole names. Nothing is known of their time. */
function prevouts(
  ledger: Ledger,
  gathered: Gathered,
  lots: readonly Lot[],
  heads: TransactionHeads,
  place: (movement: number) => number,
  holderOf: (leg: number) => OpenLot['holder'],
): OpenLot[] {
  const txs = [...new Set(lots.map(({ movement }) => gathered.tx.data[movement]!))]
  const spenders = new Map(ledger.transactions(Uint32Array.from(txs)).map((whole, i) => [txs[i]!, whole]))
  return lots.flatMap(({ movement, leg, amount }): OpenLot[] => {
    const { inputs } = spenders.get(gathered.tx.data[movement]!)!
    const input = inputs[leg - gathered.debitStarts.data[movement]!]
    if (input === undefined || input.n !== gathered.debitLotN.data[leg]) return []
    const { txid, n } = input
    const chain = heads.chain[place(movement)]!
    return [{ chain, txid, n, holder: holderOf(leg), amount, height: null, time: null }]
  })
}

/**
 * What the rules said, gathered over all tapes in ledger numbers: seeds, arrivals that end, what rests, and every hop.
 * Exact amounts; names, labels and values come later.
 * @module
 */
import type { LeafReason } from './flow.ts'
import { amountAt, type Gathered } from './gathered.ts'
import { pairUp } from './pair.ts'
import type { Reach } from './reach.ts'
import type { CreditSeed } from './seeds.ts'
import { type Column, FIRST_THEFT, type Log, NO_POOL, type Spool } from './tape.ts'
import type { AssetTape } from './tapes.ts'

/** Numbers of the ledger throughout; `theft` counts the request's thefts. */
export interface Entry {
  readonly theft: number
  readonly asset: number
  readonly holder: number
  readonly movement: number
  readonly basis: 'received' | 'missing' | 'lot'
  readonly amount: bigint
}

export interface End {
  readonly theft: number
  readonly asset: number
  readonly holder: number
  readonly movement: number
  readonly reason: LeafReason
  readonly amount: bigint
}

export interface Hop {
  readonly theft: number
  readonly asset: number
  readonly movement: number
  readonly from: number
  readonly to: number
  readonly amount: bigint
  /** The whole transfer or output. */
  readonly of: bigint
  readonly stop: LeafReason | null
}

export interface Findings {
  readonly entries: Entry[]
  readonly ends: End[]
  readonly hops: Hop[]
  readonly unknown: { readonly asset: number; readonly holder: number; readonly amount: bigint }[]
  readonly collisions: {
    readonly asset: number
    readonly first: number
    readonly claimant: number
    readonly movement: number
    readonly holder: number
    readonly amount: bigint
  }[]
}

export function createFindings(): Findings {
  return { entries: [], ends: [], hops: [], unknown: [], collisions: [] }
}

/** How a leg of a tape reads in the ledger; backward tapes have the two sides swapped. */
export interface Sides {
  readonly debitHolder: (leg: number) => number
  readonly creditHolder: (leg: number) => number
  readonly creditWhole: (leg: number) => bigint
}

/** Sides of a forward tape. */
export function forwardSides(gathered: Gathered, { debitLegs, creditLegs }: AssetTape): Sides {
  return {
    debitHolder: (leg) => gathered.debitHolder.data[debitLegs[leg]!]!,
    creditHolder: (leg) => gathered.creditHolder.data[creditLegs[leg]!]!,
    creditWhole: (leg) => amountAt(gathered, gathered.creditAmount.data[creditLegs[leg]!]!),
  }
}

/** Adds what one spool says. `resting` decides the reason for money that is still in a pool at the end. */
export function addFindings(
  findings: Findings,
  reach: Reach,
  track: AssetTape,
  spool: Spool,
  sides: Sides,
  credits: readonly CreditSeed[],
  resting: (pool: number, holder: number) => LeafReason,
): void {
  const { asset, movements, tape, pools } = track
  const basisOf = new Map(credits.map(({ leg, basis }) => [leg, basis]))
  const entered = new Map<string, bigint>()
  each(spool.entered, (row, op, leg, label, amount) => {
    const bySeed = spool.enteredBy[row] === 0
    if (bySeed) {
      const key = `${leg} ${label}`
      entered.set(key, (entered.get(key) ?? 0n) + amount)
    }
    findings.entries.push({
      theft: label - FIRST_THEFT,
      asset,
      holder: bySeed ? sides.creditHolder(leg) : sides.debitHolder(leg),
      movement: movements[op]!,
      basis: bySeed ? (basisOf.get(track.creditLegs[leg]!) ?? 'received') : 'missing',
      amount,
    })
  })
  each(spool.unknown, (_row, op, leg, _label, amount) => {
    const known = leg < track.debitLegs.length
    const holder = known ? sides.debitHolder(leg) : sides.debitHolder(tape.debitStarts[op]!)
    findings.unknown.push({ asset, holder, amount })
  })
  each(spool.collisions.log, (row, op, leg, label, amount) => {
    findings.collisions.push({
      asset,
      first: spool.collisions.first[row]! - FIRST_THEFT,
      claimant: label - FIRST_THEFT,
      movement: movements[op]!,
      holder: sides.creditHolder(leg),
      amount,
    })
  })
  const rest = spool.rest.log
  for (let row = 0; row < rest.n; row++) {
    const pool = spool.rest.pool[row]!
    const holder = reach.pools.all[pools[pool]!]!.holder
    findings.ends.push({
      theft: rest.label[row]! - FIRST_THEFT,
      asset,
      holder,
      movement: movements[rest.op[row]!]!,
      reason: resting(pools[pool]!, holder),
      amount: BigInt(rest.amount[row]!),
    })
  }
  addHops(findings, reach, track, spool, sides, entered)
}

function each(
  log: Log,
  visit: (row: number, op: number, leg: number, label: number, amount: bigint) => void,
): void {
  const amounts: Column = log.amount
  for (let row = 0; row < log.n; row++) {
    visit(row, log.op[row]!, log.leg[row]!, log.label[row]!, BigInt(amounts[row]!))
  }
}

/** Walks both logs op by op, and within an op theft by theft. */
function addHops(
  findings: Findings,
  reach: Reach,
  track: AssetTape,
  { draws, credits, fate }: Spool,
  sides: Sides,
  entered: ReadonlyMap<string, bigint>,
): void {
  const { asset, movements, tape, pools } = track
  let draw = 0
  for (let credit = 0; credit < credits.n; ) {
    const op = credits.op[credit]!
    let creditEnd = credit
    while (creditEnd < credits.n && credits.op[creditEnd] === op) creditEnd++
    while (draw < draws.n && draws.op[draw]! < op) draw++
    let drawEnd = draw
    while (drawEnd < draws.n && draws.op[drawEnd] === op) drawEnd++
    const labels = new Set<number>()
    for (let row = credit; row < creditEnd; row++) labels.add(credits.label[row]!)
    for (const label of labels) {
      const from: { holder: number; amount: bigint }[] = []
      for (let row = draw; row < drawEnd; row++) {
        if (draws.label[row] === label) {
          from.push({ holder: sides.debitHolder(draws.leg[row]!), amount: BigInt(draws.amount[row]!) })
        }
      }
      const to: { row: number; amount: bigint }[] = []
      for (let row = credit; row < creditEnd; row++) {
        if (credits.label[row] !== label) continue
        const seeded = entered.get(`${credits.leg[row]} ${label}`) ?? 0n
        const amount = BigInt(credits.amount[row]!)
        if (amount > seeded) to.push({ row, amount: amount - seeded })
      }
      const pairs = pairUp(
        from.map(({ amount }) => amount),
        to.map(({ amount }) => amount),
      )
      for (const pair of pairs) {
        const { row } = to[pair.arrival]!
        const leg = credits.leg[row]!
        const payer = from[pair.draw]?.holder ?? sides.debitHolder(tape.debitStarts[op]!)
        const lost = fate[row] === 3
        const pool = lost ? NO_POOL : tape.creditPool[leg]!
        const stop = stopOf(fate[row]!, pool === NO_POOL ? 'open' : reach.pools.all[pools[pool]!]!.stop)
        const hop: Hop = {
          theft: label - FIRST_THEFT,
          asset,
          movement: movements[op]!,
          from: payer,
          to: lost ? payer : sides.creditHolder(leg),
          amount: pair.amount,
          of: lost ? pair.amount : sides.creditWhole(leg),
          stop,
        }
        findings.hops.push(hop)
        if (stop !== null) {
          const { theft, movement, to: holder, amount } = hop
          findings.ends.push({ theft, asset, holder, movement, reason: stop, amount })
        }
      }
    }
    credit = creditEnd
    draw = drawEnd
  }
}

function stopOf(fate: number, stop: 'open' | LeafReason): LeafReason | null {
  if (fate === 3) return 'fee'
  if (fate === 2) return 'dust'
  return fate === 1 && stop !== 'open' ? stop : null
}

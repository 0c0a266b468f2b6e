/**
 * What the rules said, gathered over all tapes in ledger numbers: seeds, arrivals that end, what rests, and every hop.
 * Exact amounts; names, labels and values come later.
 * @module
 */

import { NONE } from '../ledger/ledger.ts'
import type { LeafReason } from './flow.ts'
import { pairUp } from './pair.ts'
import type { Reach } from './reach.ts'
import type { Run } from './run.ts'
import { type Column, FIRST_THEFT, type Log, type Spool } from './tape.ts'

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

/** Adds what one spool says. `resting` decides the reason for money that is still in a pool at the end. */
export function addFindings(
  findings: Findings,
  reach: Reach,
  run: Run,
  spool: Spool,
  resting: (pool: number, holder: number) => LeafReason,
): void {
  const { asset, movements, tape, pools } = run
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
      holder: bySeed ? run.seedHolder(leg) : run.debitHolder(leg),
      movement: movements[op]!,
      basis: bySeed ? run.seedBasis(leg) : 'missing',
      amount,
    })
  })
  each(spool.unknown, (_row, op, leg, _label, amount) => {
    const holder = run.debitHolder(leg === NONE ? tape.debitStarts[op]! : leg)
    findings.unknown.push({ asset, holder, amount })
  })
  each(spool.collisions.log, (row, op, leg, label, amount) => {
    findings.collisions.push({
      asset,
      first: spool.collisions.first[row]! - FIRST_THEFT,
      claimant: label - FIRST_THEFT,
      movement: movements[op]!,
      holder: run.seedHolder(leg),
      amount,
    })
  })
  each(spool.rest.log, (row, op, _leg, label, amount) => {
    const pool = pools[spool.rest.pool[row]!]!
    const { holder } = reach.pools.all[pool]!
    const movement = movements[op]!
    findings.ends.push({
      theft: label - FIRST_THEFT,
      asset,
      holder,
      movement,
      reason: resting(pool, holder),
      amount,
    })
  })
  addHops(findings, reach, run, spool, entered)
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
  run: Run,
  { draws, credits, fate }: Spool,
  entered: ReadonlyMap<string, bigint>,
): void {
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
      const from: Part[] = []
      for (let row = draw; row < drawEnd; row++) {
        if (draws.label[row] === label) from.push({ row, amount: BigInt(draws.amount[row]!) })
      }
      const to: Part[] = []
      for (let row = credit; row < creditEnd; row++) {
        if (credits.label[row] !== label || run.isDetour(credits.leg[row]!)) continue
        const leg = credits.leg[row]!
        const seeded = entered.get(`${leg} ${label}`) ?? 0n
        const amount = BigInt(credits.amount[row]!) - seeded
        if (amount > 0n) to.push({ row, amount })
        // Stolen with this very credit, which is a stop: it ends here without a hop.
        const stop = seeded > 0n ? stopAt(reach, run, leg, fate[row]!) : null
        if (stop === null) continue
        const theft = label - FIRST_THEFT
        const [holder, movement] = [run.seedHolder(leg), run.movements[op]!]
        findings.ends.push({ theft, asset: run.asset, holder, movement, reason: stop, amount: seeded })
      }
      const pairs = pairUp(
        from.map(({ amount }) => amount),
        to.map(({ amount }) => amount),
      )
      for (const pair of pairs) {
        const { row } = to[pair.arrival]!
        const drawn = from[pair.draw]
        const debitLeg = drawn ? draws.leg[drawn.row]! : run.tape.debitStarts[op]!
        addHop(findings, reach, run, op, label, debitLeg, credits.leg[row]!, fate[row]!, pair.amount)
      }
    }
    credit = creditEnd
    draw = drawEnd
  }
}

/** Rows of a log that take part in an operation. */
interface Part {
  readonly row: number
  readonly amount: bigint
}

function addHop(
  findings: Findings,
  reach: Reach,
  run: Run,
  op: number,
  label: number,
  debitLeg: number,
  creditLeg: number,
  fate: number,
  amount: bigint,
): void {
  const { asset, movements, backward } = run
  const near = run.debitHolder(debitLeg)
  const lost = fate === 3 ? run.lost(near, creditLeg) : null
  const far = lost ? lost.holder : run.creditHolder(creditLeg)
  const stop = lost ? lost.reason : stopAt(reach, run, creditLeg, fate)
  const theft = label - FIRST_THEFT
  const movement = movements[op]!
  const [from, to] = backward ? [far, near] : [near, far]
  findings.hops.push({ theft, asset, movement, from, to, amount, of: run.whole(creditLeg) ?? amount, stop })
  if (stop !== null) findings.ends.push({ theft, asset, holder: far, movement, reason: stop, amount })
}

/** Why following ends at a credit that has a pool; null where it goes on. */
function stopAt(reach: Reach, { tape, pools }: Run, leg: number, fate: number): LeafReason | null {
  if (fate === 2) return 'dust'
  if (fate !== 1) return null
  const { stop } = reach.pools.all[pools[tape.creditPool[leg]!]!]!
  return stop === 'open' ? null : stop
}

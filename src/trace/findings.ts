/**
 * What the rules said, gathered over all tapes in ledger numbers: seeds, arrivals that end, what rests, and every hop.
 * Exact amounts; names, labels and values come later.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { addTo } from '../units/listMap.ts'
import type { Conversion } from './conversion.ts'
import { LEAF_REASONS, type LeafReason } from './flow.ts'
import { pairUp } from './pair.ts'
import { stopOfPool } from './pools.ts'
import type { Reach } from './reach.ts'
import { type Units, zeroOf } from './rules/column.ts'
import type { Link, Run } from './run.ts'
import { addRow, createTable, type Exact, type Table } from './table.ts'
import { type Column, FIRST_THEFT, type Log, type Spool } from './tape.ts'

export const BASES = ['received', 'missing', 'lot', 'swap', 'crossing'] as const

/**
 * Money that entered or ended somewhere. `theft` counts the request's thefts; `asset`, `holder` and `movement` are
 * numbers of the ledger and of what was gathered; `kind` counts {@link BASES}, or {@link LEAF_REASONS}; `link` counts
 * {@link Findings.links} from 1, and is 0 where no conversion is involved.
 */
export interface PieceTable extends Table<'theft' | 'asset' | 'holder' | 'movement' | 'kind' | 'link'> {
  readonly amount: Exact[]
}

/** `stop` counts {@link LEAF_REASONS} from 1; 0 where it went on. `of` is the whole transfer or output. */
export interface HopTable extends Table<'theft' | 'asset' | 'movement' | 'from' | 'to' | 'stop'> {
  readonly amount: Exact[]
  readonly of: Exact[]
}

export interface Collision {
  readonly asset: number
  readonly first: number
  readonly claimant: number
  readonly movement: number
  readonly holder: number
  readonly amount: bigint
}

export interface Findings {
  readonly entries: PieceTable
  readonly ends: PieceTable
  readonly hops: HopTable
  readonly unknown: { readonly asset: number; readonly holder: number; readonly amount: bigint }[]
  readonly collisions: Collision[]
  /** Conversions by which money entered or ended, each way once. */
  readonly links: Link[]
  readonly linkNumbers: Map<Conversion, number[]>
}

export function createFindings(): Findings {
  const pieces = (): PieceTable => ({
    ...createTable(['theft', 'asset', 'holder', 'movement', 'kind', 'link']),
    amount: [],
  })
  const hops = createTable(['theft', 'asset', 'movement', 'from', 'to', 'stop'])
  return {
    entries: pieces(),
    ends: pieces(),
    hops: { ...hops, amount: [], of: [] },
    unknown: [],
    collisions: [],
    links: [],
    linkNumbers: new Map(),
  }
}

function addPiece(
  table: PieceTable,
  run: Run,
  op: number,
  label: number,
  holder: number,
  kind: number,
  link: number,
  amount: Units,
): void {
  const row = addRow(table)
  const { columns } = table
  columns.theft[row] = label - FIRST_THEFT
  columns.asset[row] = run.asset
  columns.holder[row] = holder
  columns.movement[row] = run.movements[op]!
  columns.kind[row] = kind
  columns.link[row] = link
  table.amount.push(amount)
}

function addEnd(
  { ends }: Findings,
  run: Run,
  op: number,
  label: number,
  holder: number,
  reason: LeafReason,
  amount: Units,
  link = 0,
): void {
  addPiece(ends, run, op, label, holder, LEAF_REASONS.indexOf(reason), link, amount)
}

/** Number of a link among all, from 1; 0 for none. */
function linkOf({ links, linkNumbers }: Findings, link: Link | null): number {
  if (!link) return 0
  const { conversion, out, side } = link
  const numbers = linkNumbers.get(conversion) ?? []
  linkNumbers.set(conversion, numbers)
  const way = (side === null ? 0 : side + 1) * conversion.outs.length + out
  numbers[way] ??= links.push(link)
  return numbers[way]
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
  /** Credit -> label -> units that a seed brought with it. */
  const entered = new Map<number, Map<number, Units>>()
  each(spool.entered, (row, op, leg, label, amount) => {
    const bySeed = spool.enteredBy[row] === 0
    if (bySeed) {
      const ofCredit = entered.get(leg) ?? new Map<number, Units>()
      const before = ofCredit.get(label)
      entered.set(leg, ofCredit.set(label, before === undefined ? amount : before + amount))
    }
    const holder = bySeed ? run.seedHolder(leg) : run.debitHolder(leg)
    const basis = bySeed ? run.seedBasis(leg, label) : 'missing'
    const link = bySeed ? linkOf(findings, run.conversion(leg)) : 0
    addPiece(findings.entries, run, op, label, holder, BASES.indexOf(basis), link, amount)
  })
  each(spool.unknown, (_row, op, leg, _label, amount) => {
    const first = tape.debitStarts[op]!
    // Newly mined coins are drawn from nobody, and are known to be new.
    if (leg === NONE && first === tape.debitStarts[op + 1]) return
    findings.unknown.push({
      asset,
      holder: run.debitHolder(leg === NONE ? first : leg),
      amount: BigInt(amount),
    })
  })
  each(spool.collisions.log, (row, op, leg, label, amount) => {
    findings.collisions.push({
      asset,
      first: spool.collisions.first[row]! - FIRST_THEFT,
      claimant: label - FIRST_THEFT,
      movement: movements[op]!,
      holder: run.seedHolder(leg),
      amount: BigInt(amount),
    })
  })
  addContested(findings, run, spool)
  each(spool.rest.log, (row, op, _leg, label, amount) => {
    const pool = pools[spool.rest.pool[row]!]!
    const holder = reach.pools.holder[pool]!
    addEnd(findings, run, op, label, holder, resting(pool, holder), amount)
  })
  addHops(findings, reach, run, spool, entered)
}

function each(
  log: Log,
  visit: (row: number, op: number, leg: number, label: number, amount: Units) => void,
): void {
  const amounts: Column = log.amount
  for (let row = 0; row < log.n; row++) {
    visit(row, log.op[row]!, log.leg[row]!, log.label[row]!, amounts[row] as Units)
  }
}

/** What several thefts claim of one spend without receipt: the one named first has it, the others collide. */
function addContested(findings: Findings, run: Run, { entered, enteredBy }: Spool): void {
  const { pool, label, fromOp, toOp, amount } = run.tape.missing
  const claims = new Map<number, number[]>()
  for (let entry = 0; entry < pool.length; entry++) {
    if (pool[entry - 1] === pool[entry] || pool[entry + 1] === pool[entry]) addTo(claims, pool[entry]!, entry)
  }
  if (claims.size === 0) return
  const unmet = Array.from(pool, (_, entry) => BigInt(amount[entry]!))
  const rows: { op: number; leg: number; by: number; entries: readonly number[]; units: bigint }[] = []
  each(entered, (row, op, leg, by, units) => {
    const entries = enteredBy[row] === 1 ? claims.get(run.tape.debitPool[leg]!) : undefined
    if (!entries) return
    rows.push({ op, leg, by, entries, units: BigInt(units) })
    const own = entries.find((entry) => label[entry] === by && op >= fromOp[entry]! && op < toOp[entry]!)
    if (own !== undefined) unmet[own]! -= BigInt(units)
  })
  for (const { op, leg, by, entries, units } of rows) {
    for (const entry of entries) {
      if (label[entry]! <= by || op < fromOp[entry]! || op >= toOp[entry]!) continue
      const collides = unmet[entry]! < units ? unmet[entry]! : units
      if (collides <= 0n) continue
      unmet[entry]! -= collides
      findings.collisions.push({
        asset: run.asset,
        first: by - FIRST_THEFT,
        claimant: label[entry]! - FIRST_THEFT,
        movement: run.movements[op]!,
        holder: run.debitHolder(leg),
        amount: collides,
      })
    }
  }
}

/** Walks both logs op by op, and within an op theft by theft. */
function addHops(
  findings: Findings,
  reach: Reach,
  run: Run,
  { draws, credits, fate }: Spool,
  entered: ReadonlyMap<number, ReadonlyMap<number, Units>>,
): void {
  const zero = zeroOf(run.tape.debitAmount)
  const drawn = draws.amount as ArrayLike<Exact> as ArrayLike<Units>
  const credited = credits.amount as ArrayLike<Exact> as ArrayLike<Units>
  const single = run.tape.thefts === 1 ? [FIRST_THEFT] : null
  let draw = 0
  for (let credit = 0; credit < credits.n; ) {
    const op = credits.op[credit]!
    let creditEnd = credit
    while (creditEnd < credits.n && credits.op[creditEnd] === op) creditEnd++
    while (draw < draws.n && draws.op[draw]! < op) draw++
    let drawEnd = draw
    while (drawEnd < draws.n && draws.op[drawEnd] === op) drawEnd++
    for (const label of single ?? new Set(credits.label.subarray(credit, creditEnd))) {
      const from: Units[] = []
      const fromLegs: number[] = []
      for (let row = draw; row < drawEnd; row++) {
        if (draws.label[row] !== label) continue
        from.push(drawn[row]!)
        fromLegs.push(draws.leg[row]!)
      }
      const to: Units[] = []
      const toRows: number[] = []
      for (let row = credit; row < creditEnd; row++) {
        const leg = credits.leg[row]!
        if (credits.label[row] !== label || run.isDetour(leg)) continue
        // By an upper bound such as poison, a seed's claim of a part taints the whole credit.
        const claim = entered.get(leg)?.get(label) ?? zero
        const seeded = from.length === 0 ? credited[row]! : claim
        if (credited[row]! > seeded) {
          to.push(credited[row]! - seeded)
          toRows.push(row)
        }
        // Stolen with this very credit, which is a stop: it ends here without a hop.
        const stop = seeded > zero ? stopAt(reach, run, leg, fate[row]!) : null
        if (stop !== null) addEnd(findings, run, op, label, run.seedHolder(leg), stop, seeded)
      }
      pairUp(from, to, zero, (payer, arrival, amount) => {
        const row = toRows[arrival]!
        addHop(findings, reach, run, op, label, fromLegs[payer]!, credits.leg[row]!, fate[row]!, amount)
      })
    }
    credit = creditEnd
    draw = drawEnd
  }
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
  amount: Units,
): void {
  const near = run.debitHolder(debitLeg)
  const lost = fate === 3 ? run.lost(near, creditLeg) : null
  const far = lost ? lost.holder : run.creditHolder(creditLeg)
  const stop = lost ? lost.reason : stopAt(reach, run, creditLeg, fate)
  if (stop !== null)
    addEnd(
      findings,
      run,
      op,
      label,
      far,
      stop,
      amount,
      lost ? linkOf(findings, run.conversion(creditLeg)) : 0,
    )
  if (run.isOwn(debitLeg)) return
  const { hops } = findings
  const { columns } = hops
  const row = addRow(hops)
  columns.theft[row] = label - FIRST_THEFT
  columns.asset[row] = run.asset
  columns.movement[row] = run.movements[op]!
  columns.from[row] = run.backward ? far : near
  columns.to[row] = run.backward ? near : far
  columns.stop[row] = stop === null ? 0 : 1 + LEAF_REASONS.indexOf(stop)
  hops.amount.push(amount)
  hops.of.push(run.whole(creditLeg) ?? amount)
}

/** Why following ends at a credit that has a pool; null where it goes on. */
function stopAt(reach: Reach, { tape, pools }: Run, leg: number, fate: number): LeafReason | null {
  if (fate === 2) return 'dust'
  if (fate !== 1) return null
  const stop = stopOfPool(reach.pools, pools[tape.creditPool[leg]!]!)
  return stop === 'open' ? null : stop
}

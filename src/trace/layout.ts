/**
 * The operations of one asset and their legs, before pools are numbered: movements as they are, and those that conversions
 * take apart.
 * @module
 */
import { MOVEMENT_KINDS } from '../ledger/ledger.ts'
import type { Conversion } from './conversion.ts'
import { amountAt, type Gathered } from './gathered.ts'
import type { Refund, Roles } from './roles.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/** Legs of the operations: where each one's begin, and their gathered numbers. */
export interface Legs {
  readonly starts: Uint32Array
  readonly legs: Uint32Array
}

/** A leg that is part of a gathered one, or does not go where that goes. By number on the tape. */
export interface Part {
  readonly amount: bigint
  /** `usual`: the leg's own pool; `none`: it leaves the accounting, or comes from nowhere; else what waits to be given back. */
  readonly pool: 'usual' | 'none' | Conversion
  /** Here following leaves the asset (forward a credit, backward a debit). `side` counts the conversion's outs. */
  readonly exit?: Way
  /** Here it comes from another asset. `side` counts the conversion's ins. */
  readonly entry?: Way
  /** Of an entry, the source that this part is for; none of what no source taints. */
  readonly source?: number
}

/** One side of a conversion. */
export interface Way {
  readonly conversion: Conversion
  readonly side: number
}

export interface Layout {
  /** u32[n]: gathered movement of each operation. */
  readonly movements: Uint32Array
  readonly debits: Legs
  readonly credits: Legs
  readonly debitParts: ReadonlyMap<number, Part>
  readonly creditParts: ReadonlyMap<number, Part>
}

const NO_PARTS: ReadonlyMap<number, Part> = new Map()

/** Movements as they are. */
export function plainLayout(gathered: Gathered, movements: Uint32Array): Layout {
  return {
    movements,
    debits: legsOf(movements, gathered.debitStarts.data),
    credits: legsOf(movements, gathered.creditStarts.data),
    debitParts: NO_PARTS,
    creditParts: NO_PARTS,
  }
}

function legsOf(movements: Uint32Array, gatheredStarts: Uint32Array): Legs {
  const starts = new Uint32Array(movements.length + 1)
  for (let op = 0; op < movements.length; op++) {
    starts[op + 1] = starts[op]! + gatheredStarts[movements[op]! + 1]! - gatheredStarts[movements[op]!]!
  }
  const legs = new Uint32Array(starts.at(-1)!)
  for (let op = 0; op < movements.length; op++) {
    const shift = gatheredStarts[movements[op]!]! - starts[op]!
    for (let leg = starts[op]!; leg < starts[op + 1]!; leg++) legs[leg] = leg + shift
  }
  return { starts, legs }
}

/** What a layout of conversions needs to know beside what was gathered. */
export interface Ask {
  /** How many may taint an entry: thefts times the conversion's outs. */
  sources(conversion: Conversion): number
  /** Whether the payee of a credit is followed at all. */
  keeps(movement: number, leg: number): boolean
}

/**
 * With the operations of conversions taken apart. A payment into a swap leaves the accounting, and what its payee gets is
 * new money to it; a payment out of one has a part for each source that may taint it, in the order of the sources.
 */
export function convertedLayout(gathered: Gathered, movements: Uint32Array, roles: Roles, ask: Ask): Layout {
  const { exits, refunds, entries } = roles
  const build = createBuild(gathered)
  const { debits, credits, endOp } = build
  const enter = (leg: number, entry: Way, before: bigint, whole: bigint): void => {
    if (before > 0n) credits.add(leg, { amount: before, pool: 'usual' })
    for (let source = 0; source < ask.sources(entry.conversion); source++)
      credits.add(leg, { amount: 0n, pool: 'usual', entry, source })
    credits.add(leg, { amount: whole - before, pool: 'usual', entry })
  }
  for (const movement of movements) {
    const credit = gathered.creditStarts.data[movement]!
    if (gathered.kind.data[movement] === UTXO) {
      build.addDebits(movement)
      for (let leg = credit; leg < gathered.creditStarts.data[movement + 1]!; leg++) {
        const [exit, entry] = [exits.get(leg), entries.get(leg)]
        if (exit) credits.add(leg, { amount: exit.amount, pool: 'none', exit })
        else if (entry) enter(leg, entry, entry.before, build.whole(leg))
        else credits.add(leg)
      }
      endOp(movement)
      continue
    }
    const debit = gathered.debitStarts.data[movement]!
    const [exit, refund, entry] = [exits.get(credit), refunds.get(credit), entries.get(credit)]
    if (exit) {
      debits.add(debit)
      credits.add(credit, { amount: exit.amount, pool: 'none', exit })
      if (exit.back > 0n) credits.add(credit, { amount: exit.back, pool: exit.conversion })
      endOp(movement)
      if (exit.amount === 0n || !(entry || ask.keeps(movement, credit))) continue
      debits.add(debit, { amount: exit.amount, pool: 'none' })
      // What comes back to the payer was never its payee's to give.
      const before = entry && entry.before > exit.back ? entry.before - exit.back : 0n
      if (entry) enter(credit, entry, before, exit.amount)
      else credits.add(credit, { amount: exit.amount, pool: 'usual' })
    } else {
      build.addDebit(debit, refund, credit)
      if (entry) enter(credit, entry, entry.before, build.whole(credit))
      else credits.add(credit)
    }
    endOp(movement)
  }
  return build.finish()
}

/**
 * The same for a trace backward, where following leaves an asset at what was received for another, and comes to what was
 * paid for it. Account chains only.
 * @param roles seen backward: `entries` are where following leaves
 */
export function convertedLayoutBack(
  gathered: Gathered,
  movements: Uint32Array,
  roles: Roles,
  ask: Ask,
): Layout {
  const { exits, refunds, entries } = roles
  const build = createBuild(gathered)
  const { debits, credits, endOp } = build
  for (const movement of movements) {
    const debit = gathered.debitStarts.data[movement]!
    const credit = gathered.creditStarts.data[movement]!
    const [paid, refund, got] = [exits.get(credit), refunds.get(credit), entries.get(credit)]
    if (gathered.kind.data[movement] === UTXO || !(paid || refund || got)) {
      build.addDebits(movement)
      build.addCredits(movement)
    } else if (paid) {
      debits.add(debit)
      for (let source = 0; source < ask.sources(paid.conversion); source++)
        credits.add(credit, { amount: 0n, pool: 'none', entry: paid, source })
      credits.add(credit, { amount: paid.amount, pool: 'none', entry: paid })
      if (paid.back > 0n) credits.add(credit, { amount: paid.back, pool: paid.conversion })
      if (paid.amount === 0n || !(got || ask.keeps(movement, credit))) {
        endOp(movement)
        continue
      }
      endOp(movement)
      const before = got && got.before > paid.back ? got.before - paid.back : 0n
      if (before > 0n) debits.add(debit, { amount: before, pool: 'none' })
      debits.add(debit, { amount: paid.amount - before, pool: 'none', ...(got ? { exit: got } : {}) })
      credits.add(credit, { amount: paid.amount, pool: 'usual' })
    } else if (got) {
      // To its payer what it gives is gone, whatever it gets for it.
      debits.add(debit, { amount: got.amount, pool: 'usual' })
      credits.add(credit, { amount: got.amount, pool: 'none' })
      endOp(movement)
      if (got.before > 0n) debits.add(debit, { amount: got.before, pool: 'usual' })
      debits.add(debit, { amount: got.amount, pool: 'none', exit: got })
      credits.add(credit)
    } else {
      build.addDebit(debit, refund, credit)
      credits.add(credit)
    }
    endOp(movement)
  }
  return build.finish()
}

interface Build {
  readonly debits: GrowingSide
  readonly credits: GrowingSide
  endOp(movement: number): void
  addDebits(movement: number): void
  addCredits(movement: number): void
  /** A payment of which some may come from what waits to be given back. */
  addDebit(debit: number, refund: Refund | undefined, credit: number): void
  /** Base units of a credit. */
  whole(credit: number): bigint
  finish(): Layout
}

function createBuild(gathered: Gathered): Build {
  const ops: number[] = []
  const debits = createSide()
  const credits = createSide()
  const whole = (credit: number): bigint => amountAt(gathered, gathered.creditAmount.data[credit]!)
  return {
    debits,
    credits,
    whole,
    endOp(movement): void {
      ops.push(movement)
      debits.starts.push(debits.legs.length)
      credits.starts.push(credits.legs.length)
    },
    addDebits(movement): void {
      const { data } = gathered.debitStarts
      for (let leg = data[movement]!; leg < data[movement + 1]!; leg++) debits.add(leg)
    },
    addCredits(movement): void {
      const { data } = gathered.creditStarts
      for (let leg = data[movement]!; leg < data[movement + 1]!; leg++) credits.add(leg)
    },
    addDebit(debit, refund, credit): void {
      if (!refund) {
        debits.add(debit)
        return
      }
      const rest = whole(credit) - refund.amount
      debits.add(debit, { amount: refund.amount, pool: refund.conversion })
      if (rest > 0n) debits.add(debit, { amount: rest, pool: 'usual' })
    },
    finish: () => ({
      movements: Uint32Array.from(ops),
      debits: { starts: Uint32Array.from(debits.starts), legs: Uint32Array.from(debits.legs) },
      credits: { starts: Uint32Array.from(credits.starts), legs: Uint32Array.from(credits.legs) },
      debitParts: debits.parts,
      creditParts: credits.parts,
    }),
  }
}

interface GrowingSide {
  readonly starts: number[]
  readonly legs: number[]
  readonly parts: Map<number, Part>
  add(leg: number, part?: Part): void
}

function createSide(): GrowingSide {
  const legs: number[] = []
  const parts = new Map<number, Part>()
  return {
    starts: [0],
    legs,
    parts,
    add(leg, part): void {
      if (part) parts.set(legs.length, part)
      legs.push(leg)
    },
  }
}

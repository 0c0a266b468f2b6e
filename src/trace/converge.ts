/**
 * How much of what conversions bring is tainted. A conversion leads from one asset's tape to another's, and they may lead
 * in turns, so the tapes are run until nothing changes: each round settles at least the next conversion in the order of
 * time, since what one brings can only be spent later.
 * @module
 */

import { addTo } from '../units/listMap.ts'
import type { Conversion } from './conversion.ts'
import type { Part, Way } from './layout.ts'
import type { Run } from './run.ts'
import { type Column, FIRST_THEFT, type Rule, type Spool, type Tape } from './tape.ts'
import type { AssetTape } from './tapes.ts'

/** What one rule says about one asset. */
export interface Said {
  readonly run: Run
  readonly spool: Spool
}

/** Units that conversions bring to a credit. */
export interface Claim {
  readonly credit: number
  readonly label: number
  readonly amount: bigint
}

/** One direction: how a tape is run, and where on it following leaves the asset. */
export interface Direction {
  /** Legs at which it leaves, by number on the tape. */
  exits(track: AssetTape): ReadonlyMap<number, Part>
  play(track: AssetTape, claims: readonly Claim[]): Said
}

/** Conversion -> out -> theft: tainted base units that leave with it. */
type Taken = Map<Conversion, bigint[][]>

/**
 * Tapes that no taint comes to are left out. A circle of conversions that depend on each other, which only forged data has, is
 * cut: one of them takes what comes to it and brings nothing.
 */
export function converge(
  tracks: readonly AssetTape[],
  direction: Direction,
  rule: Rule,
  thefts: number,
): Said[] {
  const lines = tracks.map((track) => lineOf(track, direction))
  const refused = new Set<Conversion>()
  const taken: Taken = new Map()
  const paid = paidBy(tracks, direction)
  const count = paid.size
  // Each round settles one more conversion; what still changes afterwards runs in a circle.
  let rounds = count + 1
  for (let dirty = new Set(lines.filter(({ seeded }) => seeded)); dirty.size > 0; ) {
    const changed = new Set<Conversion>()
    for (const line of dirty) {
      const { track, claims } = plant(line, taken, paid, rule, thefts)
      line.said = line.seeded || claims.length > 0 ? direction.play(track, claims) : null
      for (const conversion of take(line, taken, refused, thefts)) changed.add(conversion)
    }
    if (rounds-- === 0) {
      for (const conversion of changed) {
        refused.add(conversion)
        taken.delete(conversion)
      }
      rounds = count + 1
    }
    dirty = new Set(lines.filter(({ entries }) => [...changed].some((conversion) => entries.has(conversion))))
  }
  return lines.flatMap(({ said }) => said ?? [])
}

/** What each out of a conversion pays in all, base units; nothing where it is on no tape. */
type Paid = ReadonlyMap<Conversion, readonly bigint[]>

function paidBy(tracks: readonly AssetTape[], direction: Direction): Paid {
  const paid = new Map<Conversion, bigint[]>()
  for (const track of tracks) {
    for (const { exit, amount } of direction.exits(track).values()) {
      if (!exit) continue
      const sums = paid.get(exit.conversion) ?? exit.conversion.outs.map(() => 0n)
      sums[exit.side]! += amount
      paid.set(exit.conversion, sums)
    }
  }
  return paid
}

/** A tape between rounds. */
interface Line {
  readonly base: AssetTape
  /** Whether something on it was stolen, or is asked about, before any conversion. */
  readonly seeded: boolean
  /** Outs that leave by this tape, each once. */
  readonly exits: readonly Way[]
  readonly entries: ReadonlyMap<Conversion, readonly Slots[]>
  said: Said | null
}

/** One entry's credits on the tape: a part a source from `first` on, and then the part that none taints. */
interface Slots {
  readonly entry: Way
  readonly first: number
  /** Base units that sources can taint. */
  readonly room: bigint
}

function lineOf(base: AssetTape, direction: Direction): Line {
  const { creditParts } = base
  const exits = new Map<Conversion, Way[]>()
  for (const { exit } of direction.exits(base).values()) {
    if (!exit) continue
    const known = exits.get(exit.conversion) ?? []
    if (!known.some(({ side }) => side === exit.side)) exits.set(exit.conversion, [...known, exit])
  }
  const entries = new Map<Conversion, Slots[]>()
  for (const [credit, { entry, source, amount }] of creditParts) {
    if (!entry || source !== undefined) continue
    // The last part of an entry: those of its sources stand before it.
    let first = credit
    while (creditParts.get(first - 1)?.entry === entry) first--
    addTo(entries, entry.conversion, { entry, first, room: amount })
  }
  const { seeds, missing } = base.tape
  const seeded = seeds.credit.length > 0 || missing.pool.length > 0
  return { base, seeded, exits: [...exits.values()].flat(), entries, said: null }
}

/** Reads off a spool what leaves by conversions; returns those of which it is another amount than before. */
function take(
  { exits, said }: Line,
  taken: Taken,
  refused: ReadonlySet<Conversion>,
  thefts: number,
): Conversion[] {
  if (exits.length === 0) return []
  const now = new Map(exits.map(({ conversion }) => [conversion, new Map<number, bigint[]>()]))
  for (const { conversion, side } of exits) now.get(conversion)!.set(side, new Array<bigint>(thefts).fill(0n))
  const { n, leg, label, amount } = said?.spool.credits ?? { n: 0, leg: [], label: [], amount: [] }
  for (let row = 0; row < n; row++) {
    const link = said!.run.conversion(leg[row]!)
    if (link?.side !== null) continue
    now.get(link.conversion)!.get(link.out)![label[row]! - FIRST_THEFT]! += BigInt(amount[row]!)
  }
  const changed: Conversion[] = []
  for (const { conversion, side } of exits) {
    if (refused.has(conversion)) continue
    const before = taken.get(conversion) ?? conversion.outs.map(() => new Array<bigint>(thefts).fill(0n))
    const sums = now.get(conversion)!.get(side)!
    if (sums.every((sum, theft) => sum === before[side]![theft])) continue
    taken.set(
      conversion,
      before.map((old, i) => (i === side ? sums : old)),
    )
    changed.push(conversion)
  }
  return changed
}

/** The tape with room for what its conversions bring, as far as it is known. */
function plant(
  { base, entries }: Line,
  taken: Taken,
  paid: Paid,
  rule: Rule,
  thefts: number,
): { track: AssetTape; claims: Claim[] } {
  const { tape } = base
  const claims: Claim[] = []
  const amounts: Column = tape.creditAmount.slice()
  const set = (credit: number, amount: bigint): void => {
    if (Array.isArray(amounts)) amounts[credit] = amount
    else amounts[credit] = Number(amount)
  }
  for (const [conversion, slots] of entries) {
    const sums = taken.get(conversion)
    if (!sums) continue
    const outs = conversion.outs.length
    const side = slots[0]!.entry.side
    // Whatever stolen money touches is touched in full; the others share what comes in.
    const quantities =
      rule === 'poison' ? [] : sharesOf(conversion, side, sums, paid.get(conversion)!, thefts)
    for (const { first, room } of slots) {
      let left = room
      if (rule === 'poison') {
        const touching = Array.from({ length: thefts * outs }, (_, source) => source).filter(
          (source) => sums[source % outs]![Math.floor(source / outs)]! > 0n,
        )
        if (touching.length === 0) continue
        const credit = first + touching[0]!
        for (const theft of new Set(touching.map((source) => Math.floor(source / outs))))
          claims.push({ credit, label: FIRST_THEFT + theft, amount: room })
        set(credit, room)
        left = 0n
      }
      for (const [source, quantity] of quantities.entries()) {
        const amount = quantity < left ? quantity : left
        if (amount === 0n) continue
        quantities[source] = quantity - amount
        left -= amount
        set(first + source, amount)
        claims.push({ credit: first + source, label: FIRST_THEFT + Math.floor(source / outs), amount })
      }
      set(first + outs * thefts, left)
    }
  }
  return { track: { ...base, tape: { ...tape, creditAmount: amounts } as Tape }, claims }
}

/**
 * Of what is received net, the units that each source taints: as large a share as is tainted of what is paid, rounded
 * down over all sources before. With several outs, each stands for its part of the value that is paid.
 */
function sharesOf(
  { outs, ins }: Conversion,
  side: number,
  taken: readonly bigint[][],
  paid: readonly bigint[],
  thefts: number,
): bigint[] {
  const amounts = outs.map(({ amount }, out) => (paid[out]! > 0n ? paid[out]! : amount))
  const whole = ins[side]!.amount
  const all = amounts.reduce((product, amount) => product * amount, 1n)
  const value = outs.reduce((sum, { weight }) => sum + weight, 0n)
  const shares: bigint[] = []
  let through = 0n
  let given = 0n
  for (let theft = 0; theft < thefts; theft++) {
    for (const [out, { weight }] of outs.entries()) {
      through += taken[out]![theft]! * weight * (all / amounts[out]!)
      const upTo = (whole * through) / (all * value)
      shares.push(upTo - given)
      given = upTo
    }
  }
  return shares
}

/** Forward, what conversions bring is planted beside what was stolen. */
export function withClaims(tape: Tape, claims: readonly Claim[]): Tape {
  if (claims.length === 0) return tape
  const { seeds, creditAmount } = tape
  const own = Array.from(seeds.credit, (credit, i) => ({
    credit,
    label: seeds.label[i]!,
    amount: BigInt(seeds.amount[i]!),
  }))
  const merged = [...own, ...claims].sort((a, b) => a.credit - b.credit)
  const amounts = merged.map(({ amount }) => amount)
  return {
    ...tape,
    seeds: {
      credit: Uint32Array.from(merged, ({ credit }) => credit),
      label: Uint16Array.from(merged, ({ label }) => label),
      amount: Array.isArray(creditAmount) ? amounts : Float64Array.from(amounts, Number),
    },
  } as Tape
}

/**
 * One run of a kernel: the tape it gets, forward or turned round, and how the tape's legs read in the ledger.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import type { Conversion } from './conversion.ts'
import type { LeafReason } from './flow.ts'
import { exactAt } from './gathered.ts'
import type { Way } from './layout.ts'
import { stopOfPool } from './pools.ts'
import type { Reach } from './reach.ts'
import { reverse } from './rules/reverse.ts'
import type { Seeds } from './seeds.ts'
import type { Exact } from './table.ts'
import { FIRST_THEFT, NO_POOL, type Rule, type Tape } from './tape.ts'
import type { AssetTape } from './tapes.ts'

/** `debit` and `credit` are those of the run's tape: on a turned one, a debit is who was paid, a credit who paid. */
export interface Run {
  readonly backward: boolean
  readonly asset: number
  readonly tape: Tape
  /** u32 per op: gathered movement. */
  readonly movements: Uint32Array
  /** Number in `Reach.pools` of each tape pool; -1 for stand-ins. */
  readonly pools: Int32Array
  debitHolder(leg: number): number
  creditHolder(leg: number): number
  /** The whole transfer, output or input of a credit; null where there is none (an implicit fee). */
  whole(leg: number): Exact | null
  /** Gathered leg behind a credit: forward a credit, backward a debit; NONE where there is none. */
  gatheredLeg(leg: number): number
  /** Holder and basis of a credit that a seed claims. */
  seedHolder(leg: number): number
  seedBasis(leg: number, label: number): 'received' | 'lot' | 'swap' | 'crossing'
  /** The conversion by which money leaves at a credit, or comes there. */
  conversion(leg: number): Link | null
  /** True for a debit whose money a conversion only now brings: nobody paid it. */
  isOwn(leg: number): boolean
  /** True for credits that only lead a label in, and mean nothing in the ledger. */
  isDetour(leg: number): boolean
  /** Where money ends that leaves the accounting at a credit. */
  lost(debitHolder: number, leg: number): { readonly holder: number; readonly reason: LeafReason }
}

/** An out of a conversion, and what of it comes in: `side` is null where it leaves. */
export interface Link {
  readonly conversion: Conversion
  readonly out: number
  readonly side: number | null
}

function outOf({ conversion, side }: Way): Link {
  return { conversion, out: side, side: null }
}

function inOf({ conversion, side }: Way, source: number): Link {
  return { conversion, out: source % conversion.outs.length, side }
}

export function forwardRun({ gathered }: Reach, seeds: Seeds, track: AssetTape): Run {
  const { asset, tape, movements, pools, debitLegs, creditLegs, creditParts: parts } = track
  const lots = new Set(
    seeds.credits
      .filter(({ basis }) => basis === 'lot')
      .map(({ leg, theft }) => leg * seeds.thefts.length + theft),
  )
  const creditHolder = (leg: number): number => gathered.creditHolder.data[creditLegs[leg]!] ?? NONE
  return {
    backward: false,
    asset,
    tape,
    movements,
    pools,
    debitHolder: (leg) => gathered.debitHolder.data[debitLegs[leg]!] ?? NONE,
    creditHolder,
    whole: (leg) => (leg === NONE ? null : exactAt(gathered, gathered.creditAmount.data[creditLegs[leg]!]!)),
    gatheredLeg: (leg) => creditLegs[leg] ?? NONE,
    seedHolder: creditHolder,
    seedBasis: (leg, label) =>
      parts.get(leg)?.entry?.conversion.kind ??
      (lots.has(creditLegs[leg]! * seeds.thefts.length + label - FIRST_THEFT) ? 'lot' : 'received'),
    conversion(leg) {
      const { exit, entry, source } = parts.get(leg) ?? {}
      return exit ? outOf(exit) : entry && source !== undefined ? inOf(entry, source) : null
    },
    isOwn: () => false,
    isDetour: () => false,
    lost(payer, leg) {
      const exit = parts.get(leg)?.exit
      if (exit)
        return { holder: creditHolder(leg), reason: exit.conversion.kind === 'swap' ? 'swap' : 'bridge' }
      // Reach keeps no pool where taint cannot come: only fees leave the accounting.
      if (leg !== NONE && gathered.creditHolder.data[creditLegs[leg]!] !== NONE)
        throw new Error('Stolen money came to a holder that the trace had not reached. This is a bug.')
      return { holder: payer, reason: 'fee' }
    },
  }
}

/** A credit of a tape all of whose units are asked about. */
export interface Target {
  readonly credit: number
  readonly label: number
}

/**
 * The same tape with time turned round, up to the time limit.
 * @param brought credits that conversions ask about, beside those of the seeds
 * @throws RuleNotReversibleError for tiho and libr.
 */
export function backwardRun(
  reach: Reach,
  seeds: Seeds,
  track: AssetTape,
  rule: Rule,
  until: number | null,
  brought: readonly Target[],
): Run {
  const { gathered } = reach
  const { asset, tape: given, debitLegs, creditLegs, debitParts, creditParts } = track
  const asked = Map.groupBy(seeds.credits, ({ leg }) => leg)
  const targets: Target[] = [...brought]
  for (let credit = 0; credit < creditLegs.length; credit++) {
    if ((creditParts.get(credit)?.pool ?? 'usual') !== 'usual') continue
    for (const { theft } of asked.get(creditLegs[credit]!) ?? [])
      targets.push({ credit, label: FIRST_THEFT + theft })
  }
  targets.sort((a, b) => a.credit - b.credit)
  const turned = reverse(
    given,
    rule,
    {
      credit: Uint32Array.from(targets, ({ credit }) => credit),
      label: Uint16Array.from(targets, ({ label }) => label),
    },
    seeds.thefts.length,
  )
  const { tape, creditOf, debitOf } = turned
  const movements = turned.opOf.map((op) => track.movements[op]!)
  const early = until === null ? -1 : movements.findIndex((movement) => gathered.time.data[movement]! < until)
  const pools = new Int32Array(tape.pools).fill(-1)
  pools.set(track.pools)
  // The turned tape plants its seeds in the opposite order of the targets.
  const seeded = new Map(
    Array.from(tape.seeds.credit, (credit, i) => [credit, targets[targets.length - 1 - i]!.credit]),
  )
  const gatheredLeg = (leg: number): number => debitLegs[debitOf[leg]!] ?? NONE
  const creditHolder = (leg: number): number => gathered.debitHolder.data[gatheredLeg(leg)] ?? NONE
  const entered = (leg: number): { readonly way: Way; readonly source: number } | null => {
    const { entry, source } = creditParts.get(seeded.get(leg)!) ?? {}
    return entry && source !== undefined ? { way: entry, source } : null
  }
  return {
    backward: true,
    asset,
    tape: early < 0 ? tape : { ...tape, n: early },
    movements,
    pools,
    debitHolder: (leg) => gathered.creditHolder.data[creditLegs[creditOf[leg]!]!] ?? NONE,
    creditHolder,
    whole: (leg) =>
      gatheredLeg(leg) === NONE ? null : exactAt(gathered, gathered.debitAmount.data[gatheredLeg(leg)]!),
    gatheredLeg,
    seedHolder(leg) {
      const way = entered(leg)?.way
      if (way) return way.conversion.ins[way.side]!.holder
      return gathered.creditHolder.data[creditLegs[seeded.get(leg)!]!] ?? NONE
    },
    seedBasis: (leg) => entered(leg)?.way.conversion.kind ?? 'received',
    conversion(leg) {
      const exit = debitParts.get(debitOf[leg]!)?.exit
      if (exit) return outOf(exit)
      const entry = entered(leg)
      return entry && inOf(entry.way, entry.source)
    },
    isOwn: (leg) => creditParts.get(creditOf[leg]!)?.entry !== undefined,
    isDetour: (leg) => {
      const pool = leg === NONE ? NO_POOL : tape.creditPool[leg]!
      return pool !== NO_POOL && pool >= given.pools
    },
    lost: (_payee, leg) => {
      const debit = gatheredLeg(leg)
      if (debit === NONE) return { holder: NONE, reason: 'nodata' }
      // What is paid for something else came, to its payee, from nowhere but that.
      if (debitParts.get(debitOf[leg]!)?.pool === 'none') return { holder: creditHolder(leg), reason: 'swap' }
      return { holder: creditHolder(leg), reason: stopOf(reach, debit) }
    },
  }
}

/** Why nothing is known before this payment: its payer was stopped at, or the ledger does not say. */
function stopOf({ gathered, pools, verdicts }: Reach, debitLeg: number): LeafReason {
  const holder = gathered.debitHolder.data[debitLeg]!
  const tx = gathered.debitLotTx.data[debitLeg]!
  const pool =
    tx === NONE
      ? pools.findAccount(holder, gathered.debitAsset.data[debitLeg]!)
      : pools.findLot(tx, gathered.debitLotN.data[debitLeg]!)
  const stop = pool < 0 ? (verdicts.get(holder)?.stop ?? 'open') : stopOfPool(pools, pool)
  return stop === 'open' ? 'nodata' : stop
}

/**
 * One run of a kernel: the tape it gets, forward or turned round, and how the tape's legs read in the ledger.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import type { LeafReason } from './flow.ts'
import { exactAt } from './gathered.ts'
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
  /** Holder and basis of a credit that a seed claims. */
  seedHolder(leg: number): number
  seedBasis(leg: number, label: number): 'received' | 'lot'
  /** True for credits that only lead a label in, and mean nothing in the ledger. */
  isDetour(leg: number): boolean
  /** Where money ends that leaves the accounting at a credit. */
  lost(debitHolder: number, leg: number): { readonly holder: number; readonly reason: LeafReason }
}

export function forwardRun({ gathered }: Reach, seeds: Seeds, track: AssetTape): Run {
  const { asset, tape, movements, pools, debitLegs, creditLegs } = track
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
    seedHolder: creditHolder,
    seedBasis: (leg, label) =>
      lots.has(creditLegs[leg]! * seeds.thefts.length + label - FIRST_THEFT) ? 'lot' : 'received',
    isDetour: () => false,
    lost(payer, leg) {
      // Reach keeps no pool where taint cannot come: only fees leave the accounting.
      if (leg !== NONE && gathered.creditHolder.data[creditLegs[leg]!] !== NONE)
        throw new Error('Stolen money came to a holder that the trace had not reached. This is a bug.')
      return { holder: payer, reason: 'fee' }
    },
  }
}

/**
 * The same tape with time turned round, up to the time limit.
 * @throws RuleNotReversibleError for tiho and libr.
 */
export function backwardRun(
  reach: Reach,
  seeds: Seeds,
  track: AssetTape,
  rule: Rule,
  until: number | null,
): Run {
  const { gathered } = reach
  const { asset, tape: given, debitLegs, creditLegs } = track
  const asked = Map.groupBy(seeds.credits, ({ leg }) => leg)
  const targets: { credit: number; label: number }[] = []
  for (let credit = 0; credit < creditLegs.length; credit++) {
    for (const { theft } of asked.get(creditLegs[credit]!) ?? [])
      targets.push({ credit, label: FIRST_THEFT + theft })
  }
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
    Array.from(tape.seeds.credit, (credit, i) => [
      credit,
      creditLegs[targets[targets.length - 1 - i]!.credit]!,
    ]),
  )
  const creditHolder = (leg: number): number => gathered.debitHolder.data[debitLegs[debitOf[leg]!]!] ?? NONE
  return {
    backward: true,
    asset,
    tape: early < 0 ? tape : { ...tape, n: early },
    movements,
    pools,
    debitHolder: (leg) => gathered.creditHolder.data[creditLegs[creditOf[leg]!]!] ?? NONE,
    creditHolder,
    whole: (leg) =>
      debitOf[leg] === NONE ? null : exactAt(gathered, gathered.debitAmount.data[debitLegs[debitOf[leg]!]!]!),
    seedHolder: (leg) => gathered.creditHolder.data[seeded.get(leg)!] ?? NONE,
    seedBasis: () => 'received',
    isDetour: (leg) => {
      const pool = leg === NONE ? NO_POOL : tape.creditPool[leg]!
      return pool !== NO_POOL && pool >= given.pools
    },
    lost: (_payee, leg) => {
      const debit = debitOf[leg]
      if (debit === undefined || debit === NONE) return { holder: NONE, reason: 'nodata' }
      const gatheredLeg = debitLegs[debit]!
      return { holder: creditHolder(leg), reason: stopOf(reach, gatheredLeg) }
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

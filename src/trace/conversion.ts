/**
 * Conversions: money of one asset that goes on as another, by a swap within one transaction or by a crossing to another
 * chain. Found before the tapes are laid out; how much of what is received is tainted is settled in `converge.ts`.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { addTo } from '../units/listMap.ts'

/** One asset that a conversion pays or receives. All numbers are the ledger's. */
export interface Side {
  readonly tx: number
  /** Who pays or receives; NONE where a crossing does not say who pays. */
  readonly holder: number
  readonly asset: number
  /** Base units, net. */
  readonly amount: bigint
  /** What is received (or paid) by the same holder in all, before the netting; at least `amount`. */
  readonly gross: bigint
  /** Share of this side among those of its kind: cents where all are priced, else 1. */
  readonly weight: bigint
}

export interface Conversion {
  readonly kind: 'swap' | 'crossing'
  /** At least one each. Forward, following leaves with `outs` and goes on with `ins`. */
  readonly outs: readonly Side[]
  readonly ins: readonly Side[]
  /**
   * Swaps: those whom the holder pays or is paid by in it, by {@link nodeOf}. Payments to others in the same transaction
   * are payments.
   */
  readonly partners: ReadonlySet<number>
  /** Crossings: gathered credit legs. */
  readonly outLegs: readonly number[]
  readonly inLegs: readonly number[]
  readonly how: 'balance' | 'identifier' | 'analyst' | 'candidate'
  readonly protocol: string | null
  /** 0..100. */
  readonly confidence: number
  readonly evidence: string
}

/** The same seen backward: from what was received to what was paid for it. */
export function flipped(conversion: Conversion): Conversion {
  const { outs, ins, outLegs, inLegs } = conversion
  return { ...conversion, outs: ins, ins: outs, outLegs: inLegs, inLegs: outLegs }
}

/** A payer or payee as a partner: nobody, of a mint or burn, is a partner of its own for each asset. */
export function nodeOf(holder: number, asset: number): number {
  return holder === NONE ? -1 - asset : holder
}

/** What is known of conversions, by transaction. */
export interface Conversions {
  all(): readonly Conversion[]
  add(conversion: Conversion): void
  /** Refuses conversions of which a payment would bring what is received, those to be added too. */
  bar(tx: number, payer: number, payee: number, asset: number): void
  /** Those that pay or receive in a transaction. */
  of(tx: number): readonly Conversion[]
  isEmpty(): boolean
}

const NO_CONVERSIONS: readonly Conversion[] = []

export function createConversions(): Conversions {
  const byTx = new Map<number, Conversion[]>()
  const barred = new Map<number, { payer: number; payee: number; asset: number }[]>()
  let all: Conversion[] = []
  const isBarred = ({ kind, ins, partners }: Conversion): boolean =>
    ins.some(({ tx, holder, asset }) =>
      barred
        .get(tx)
        ?.some(
          (one) =>
            one.payee === holder &&
            one.asset === asset &&
            (kind === 'crossing' || partners.has(nodeOf(one.payer, asset))),
        ),
    )
  return {
    all: () => all,
    add(conversion): void {
      if (isBarred(conversion)) return
      all.push(conversion)
      for (const tx of new Set([...conversion.outs, ...conversion.ins].map((side) => side.tx)))
        byTx.set(tx, [...(byTx.get(tx) ?? []), conversion])
    },
    bar(tx, payer, payee, asset): void {
      addTo(barred, tx, { payer, payee, asset })
      if (!byTx.get(tx)?.some(isBarred)) return
      all = all.filter((conversion) => !isBarred(conversion))
      for (const [other, list] of byTx)
        byTx.set(
          other,
          list.filter((conversion) => !isBarred(conversion)),
        )
    },
    of: (tx) => byTx.get(tx) ?? NO_CONVERSIONS,
    isEmpty: () => all.length === 0,
  }
}

/** The swap that a payment from one holder to another is part of, as what the payer gives in it; null where it is a payment. */
export function givenIn(
  conversions: Conversions,
  tx: number,
  payer: number,
  payee: number,
  asset: number,
): Conversion | null {
  return (
    conversions
      .of(tx)
      .find(
        ({ outs, partners }) =>
          outs.some((side) => side.holder === payer && side.asset === asset) &&
          partners.has(nodeOf(payee, asset)),
      ) ?? null
  )
}

/** The swap that a payment is part of, as what the payee gets in it. */
export function gotIn(
  conversions: Conversions,
  tx: number,
  payer: number,
  payee: number,
  asset: number,
): Conversion | null {
  return (
    conversions
      .of(tx)
      .find(
        ({ ins, partners }) =>
          ins.some((side) => side.holder === payee && side.asset === asset) &&
          partners.has(nodeOf(payer, asset)),
      ) ?? null
  )
}

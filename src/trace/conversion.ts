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
  /** At least one each, but that a crossing whose other side is not known has no `ins`. Forward, following leaves with `outs` and goes on with `ins`. */
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

/** What is known of conversions. */
export interface Conversions {
  all(): Iterable<Conversion>
  add(conversion: Conversion): void
  /** Refuses conversions of which a payment would bring what is received, those to be added too. */
  bar(tx: number, payer: number, payee: number, asset: number): void
  /** Swaps of a transaction. */
  swapsOf(tx: number): readonly Conversion[]
  isEmpty(): boolean
}

const NO_SWAPS: readonly Conversion[] = []

export function createConversions(): Conversions {
  const all = new Set<Conversion>()
  const swaps = new Map<number, Conversion[]>()
  /** `tx payee asset` -> who pays it. */
  const barred = new Map<string, number[]>()
  const isBarred = ({ kind, ins, partners }: Conversion): boolean =>
    ins.some(({ tx, holder, asset }) =>
      barred
        .get(`${tx} ${holder} ${asset}`)
        ?.some((payer) => kind === 'crossing' || partners.has(nodeOf(payer, asset))),
    )
  return {
    all: () => all,
    add(conversion): void {
      if (isBarred(conversion)) return
      all.add(conversion)
      if (conversion.kind === 'swap') addTo(swaps, conversion.outs[0]!.tx, conversion)
    },
    bar(tx, payer, payee, asset): void {
      addTo(barred, `${tx} ${payee} ${asset}`, payer)
      const own = swaps.get(tx)
      const left = own?.filter((swap) => !isBarred(swap))
      if (!own || !left || left.length === own.length) return
      swaps.set(tx, left)
      for (const swap of own) if (!left.includes(swap)) all.delete(swap)
    },
    swapsOf: (tx) => swaps.get(tx) ?? NO_SWAPS,
    isEmpty: () => all.size === 0,
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
  return swapWith(conversions, tx, 'outs', payer, payee, asset)
}

/** The swap that a payment is part of, as what the payee gets in it. */
export function gotIn(
  conversions: Conversions,
  tx: number,
  payer: number,
  payee: number,
  asset: number,
): Conversion | null {
  return swapWith(conversions, tx, 'ins', payee, payer, asset)
}

function swapWith(
  conversions: Conversions,
  tx: number,
  sides: 'outs' | 'ins',
  holder: number,
  partner: number,
  asset: number,
): Conversion | null {
  const isPart = (swap: Conversion): boolean =>
    swap[sides].some((side) => side.holder === holder && side.asset === asset) &&
    swap.partners.has(nodeOf(partner, asset))
  return conversions.swapsOf(tx).find(isPart) ?? null
}

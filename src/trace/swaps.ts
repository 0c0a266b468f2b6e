/**
 * Swaps within one transaction: a holder that pays one asset and receives another, by net balance. Definition, sources and
 * error modes: `docs/methods/swaps.md`.
 * @module
 */
import { circlesWithout, type Transfer } from './circles.ts'
import { type Conversion, nodeOf, type Side } from './conversion.ts'
import { paysOthers, type Sides } from './parties.ts'

/** What a holder pays to and gets from one circle of partners. */
interface Circle {
  /** All that its partners pay and are paid. */
  readonly transfers: readonly Transfer[]
  readonly partners: Set<number>
  /** Asset -> what is paid and got in all. */
  readonly sums: Map<number, { paid: bigint; got: bigint }>
}

/** Swaps of one transaction, and whether something in it looks like one and is not clear. */
export interface Found {
  readonly swaps: readonly Conversion[]
  readonly unclear: boolean
}

/**
 * A holder's swaps in one transaction: one a circle of partners.
 * @param value cents; null where an asset is not priced
 * @param isKnown whether an asset is more than a token that anybody could have minted
 */
export function swapsOf(
  tx: number,
  holder: number,
  transfers: readonly Transfer[],
  contractOf: (asset: number) => number,
  value: (asset: number, amount: bigint) => bigint | null,
  isKnown: (asset: number) => boolean,
): Found {
  const swaps: Conversion[] = []
  const paying: Circle[] = []
  const getting: Circle[] = []
  let unclear = false
  for (const circle of circlesOf(holder, transfers, contractOf)) {
    const sides = sidesOf(tx, holder, [circle], value)
    if (sides.outs.length === 0) getting.push(circle)
    else if (sides.ins.length === 0) paying.push(circle)
    else {
      const others = paysOthers(holder, circle.transfers, sides, contractOf, value, isKnown)
      const swap = judgePath(sides, isKnown, others)
      if (swap) swaps.push(swap)
      else unclear = true
    }
  }
  if (paying.length > 0 && getting.length > 0) {
    const swap = judgeValue(sidesOf(tx, holder, [...paying, ...getting], value))
    if (swap) swaps.push(swap)
  }
  return { swaps, unclear }
}

/** Partners are in one circle where money moves among them without the holder: a router and the pools it pays, say. */
function circlesOf(
  holder: number,
  transfers: readonly Transfer[],
  contractOf: (asset: number) => number,
): Iterable<Circle> {
  const find = circlesWithout(holder, transfers, contractOf)
  const rootOf = ({ from, to, asset }: Transfer): number => find(nodeOf(from === holder ? to : from, asset))
  const all = Map.groupBy(transfers, rootOf)
  const circles = new Map<number, Circle>()
  for (const transfer of transfers) {
    const { payer, payee, from, to, asset, amount } = transfer
    if (from !== holder && to !== holder) continue
    const root = rootOf(transfer)
    const circle = circles.get(root) ?? { transfers: all.get(root)!, partners: new Set(), sums: new Map() }
    circles.set(root, circle)
    circle.partners.add(nodeOf(from === holder ? payee : payer, asset))
    const sum = circle.sums.get(asset) ?? { paid: 0n, got: 0n }
    circle.sums.set(asset, sum)
    if (from === holder) sum.paid += amount
    else sum.got += amount
  }
  return circles.values()
}

function sidesOf(
  tx: number,
  holder: number,
  circles: readonly Circle[],
  value: (asset: number, amount: bigint) => bigint | null,
): Sides {
  const sums = new Map<number, { paid: bigint; got: bigint }>()
  for (const circle of circles) {
    for (const [asset, { paid, got }] of circle.sums) {
      const sum = sums.get(asset) ?? { paid: 0n, got: 0n }
      sums.set(asset, { paid: sum.paid + paid, got: sum.got + got })
    }
  }
  const nets = [...sums].sort(([a], [b]) => a - b)
  const paid = nets.filter(([, sum]) => sum.paid > sum.got)
  const got = nets.filter(([, sum]) => sum.got > sum.paid)
  const paidCents = paid.map(([asset, sum]) => value(asset, sum.paid - sum.got))
  const gotCents = got.map(([asset, sum]) => value(asset, sum.got - sum.paid))
  const [outWeights, inWeights] = [weights(paidCents), weights(gotCents)]
  return {
    outs: paid.map(([asset, sum], i) => ({
      ...{ tx, holder, asset, amount: sum.paid - sum.got, gross: sum.paid },
      weight: outWeights[i]!,
    })),
    ins: got.map(([asset, sum], i) => ({
      ...{ tx, holder, asset, amount: sum.got - sum.paid, gross: sum.got },
      weight: inWeights[i]!,
    })),
    paid: total(paidCents),
    got: total(gotCents),
    partners: new Set(circles.flatMap((circle) => [...circle.partners])),
  }
}

function total(cents: readonly (bigint | null)[]): bigint | null {
  return cents.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0n)
}

/** Cents where all are known and some are above 0, else equal shares. */
function weights(cents: readonly (bigint | null)[]): readonly bigint[] {
  const sum = total(cents)
  return sum === null || sum === 0n ? cents.map(() => 1n) : cents.map((one) => one!)
}

/**
 * Prices are closes of a day, and a coin that moves by more than a fifth between the swap and the close is rare; one that
 * halves or doubles is not a price but a mistake or a trick. Both limits are ours.
 */
export const CLOSE_PERCENT = [80n, 125n] as const
const FAR_PERCENT = [50n, 200n] as const

export function within(paid: bigint, got: bigint, [low, high]: readonly [bigint, bigint]): boolean {
  return got * 100n >= paid * low && got * 100n <= paid * high
}

const SAME_VALUE = ', of about the same value at the day’s prices'

/**
 * A swap with partners between whom money moved; null where it is not clear.
 * @param others whether somebody else only gains among them
 */
function judgePath(
  { outs, ins, paid, got, partners }: Sides,
  isKnown: (asset: number) => boolean,
  others: boolean,
): Conversion | null {
  if (outs.length > 1 && (paid === null || paid === 0n)) return null
  const priced = paid !== null && got !== null && paid > 0n && got > 0n
  if (priced && !within(paid, got, FAR_PERCENT)) return null
  const close = priced && within(paid, got, CLOSE_PERCENT)
  if (others && !close) return null
  const [confidence, value, more] = !priced
    ? ins.every(({ asset }) => isKnown(asset))
      ? [80, '', '']
      : [50, '', '; what was received is a token that anybody could have minted, and its worth is not known']
    : close
      ? others
        ? [70, SAME_VALUE, '; somebody else gains among them too, and that is not followed']
        : [95, SAME_VALUE, '']
      : [70, '', '; the values at the day’s prices differ by more than a fifth']
  const evidence = `Paid and received in one transaction${value}, to and from parties that pay one another in it${more}.`
  return swapOf(outs, ins, partners, confidence, evidence)
}

/** A swap with partners between whom the ledger shows no money: only where both sides are worth the same. */
function judgeValue({ outs, ins, paid, got, partners }: Sides): Conversion | null {
  if (outs.length === 0 || ins.length === 0 || paid === null || got === null || paid === 0n) return null
  if (!within(paid, got, CLOSE_PERCENT)) return null
  return swapOf(
    outs,
    ins,
    partners,
    60,
    'Paid and received in one transaction, of about the same value at the day’s prices.',
  )
}

export function swapOf(
  outs: readonly Side[],
  ins: readonly Side[],
  partners: ReadonlySet<number>,
  confidence: number,
  evidence: string,
): Conversion {
  const none = { outLegs: [], inLegs: [], protocol: null }
  return { kind: 'swap', outs, ins, partners, ...none, how: 'balance', confidence, evidence }
}

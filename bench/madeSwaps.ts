/**
 * Made-up swaps between two chains, and what else arrived on the other one meanwhile.
 * @module
 */
import type { Paid, PriceRange, Receipt } from '../src/cross/score.ts'
import { type Random, random } from '../src/simulate/random.ts'

export interface MadeSwap {
  readonly paid: Paid
  readonly receipts: readonly Receipt[]
  /** Number of the receipt that answers; -1 where it is not among them. */
  readonly truth: number
}

export interface Traffic {
  /** Other receipts within the window, of amounts like the swaps' own: a busy service's, say. */
  readonly others: number
  /** Half the width of the known price range, hundredths of a per cent: 200 for a day that moved by 4 %. */
  readonly halfRangeBasisPoints: number
  /** False where the money went elsewhere: whatever is found is wrong. */
  readonly present: boolean
}

/** 40,000 USD and 2,000 USD. */
const PRICES = { paid: 40_000n * 10n ** 12n, got: 2_000n * 10n ** 12n }
const WINDOW = 1800
/** Base units of half a whole unit, 8 decimals. */
const MEDIAN = 50_000_000n

/**
 * One swap. The service keeps 0.5 to 3 % and pays after 1 to 25 minutes; the true price lies anywhere in the range;
 * amounts are near lognormal (`Random.spread`), rounded to three digits in one of three cases, as people type them.
 */
export function madeSwap(seed: number, number: number, traffic: Traffic): MadeSwap {
  const draw = random(seed, number, traffic.others, traffic.halfRangeBasisPoints)
  const price = {
    paid: range(PRICES.paid, traffic.halfRangeBasisPoints),
    got: range(PRICES.got, traffic.halfRangeBasisPoints),
  }
  const paid: Paid = { amount: amountOf(draw), decimals: 8, price: price.paid, time: 1_700_000_000 }
  const receipts: Receipt[] = []
  if (traffic.present) receipts.push(answer(draw, paid.amount, paid.time + draw.between(60, 1500), price))
  for (let i = 0; i < traffic.others; i++)
    receipts.push(answer(draw, amountOf(draw), paid.time + draw.below(WINDOW + 1), price))
  const truth = receipts[0]!
  draw.shuffle(receipts)
  return { paid, receipts, truth: traffic.present ? receipts.indexOf(truth) : -1 }
}

function amountOf(draw: Random): bigint {
  const amount = draw.spread(MEDIAN)
  if (!draw.chance(1, 3)) return amount
  const unit = 10n ** BigInt(Math.max(0, String(amount).length - 3))
  return (amount / unit) * unit
}

/** What a service pays for an amount: at a price within both ranges, less its own share. */
function answer(
  draw: Random,
  amount: bigint,
  time: number,
  price: { readonly paid: PriceRange; readonly got: PriceRange },
): Receipt {
  const between = ({ lowE12, highE12 }: PriceRange): bigint => lowE12 + draw.bigBelow(highE12 - lowE12 + 1n)
  const keeps = 10_000n - BigInt(draw.between(50, 300))
  const got = (amount * 10n ** 10n * between(price.paid) * keeps) / (between(price.got) * 10_000n)
  return { amount: got, decimals: 18, price: price.got, time }
}

function range(mid: bigint, halfBasisPoints: number): PriceRange {
  const half = (mid * BigInt(halfBasisPoints)) / 10_000n
  return { lowE12: mid - half, highE12: mid + half }
}

/**
 * Which of several receipts on another chain answers a payment, by amount and time alone: LOCARD's scoring. A pure kernel
 * beside a slow twin (`score.ref.ts`). Money is integers and ratios of integers; only scores are floats.
 *
 * Source: LOCARD (`src/node/tracetx/score.py`, `config.py`): window of 1800 s before the receipt, price range
 * [p_min, p_max], low = p_min · paid, high = p_max · 1.01 · paid, lost at least max(0, (low - got) / low), lost at most
 * (high - got) / high; out of the question where more than 10 % is lost at least, or less than nothing at most;
 * time = exp(-Δt / 1800), amount = (most - least) / ((high - low) / high) clamped to 0..1; score = (2 time + 8 amount) / 10.
 * @module
 */

/** The two sides' prices over the time in question: US dollars × 10^12 for one whole unit, each > 0n. */
export interface PriceRange {
  readonly lowE12: bigint
  readonly highE12: bigint
}

/** What was paid. */
export interface Paid {
  /** Base units, > 0n. */
  readonly amount: bigint
  readonly decimals: number
  /** null where it has none: then only receipts of the same coin can be scored. */
  readonly price: PriceRange | null
  /** Unix seconds. */
  readonly time: number
}

/** A receipt that may be the answer. */
export interface Receipt {
  /** Base units, >= 0n. */
  readonly amount: bigint
  readonly decimals: number
  /** null for the coin that was paid: whatever it costs, one is worth one. */
  readonly price: PriceRange | null
  /** Unix seconds. */
  readonly time: number
}

export interface ScoreSettings {
  /** Receipts up to so many seconds after the payment. */
  readonly windowSeconds: number
  /** A receipt that loses more than this at least is out: hundredths of a per cent. */
  readonly maxLossBasisPoints: number
  /** The price may be better than the range by this: hundredths of a per cent. */
  readonly slackBasisPoints: number
  /** The first is taken where it is this much better than the second … */
  readonly minMargin: number
  /** … at least this good … */
  readonly minScore: number
  /** … and where no more receipts than this would fit by chance. */
  readonly maxChance: number
}

/**
 * LOCARD's window, loss and slack. The rest is ours, by measurement: with these the first is wrong in at most one of a
 * hundred swaps whose answer is there, and in at most one of twenty whose answer is not, however busy the traffic:
 * `docs/methods/crossings-candidates.md`.
 */
export const SCORE_SETTINGS: ScoreSettings = {
  windowSeconds: 1800,
  maxLossBasisPoints: 1000,
  slackBasisPoints: 100,
  minMargin: 0.3,
  minScore: 0.5,
  maxChance: 0.05,
}

export interface Score {
  /** Number of the receipt, as given. */
  readonly at: number
  /** 0..1, to six places. */
  readonly score: number
  /** Parts that were lost at least and at most, 0..1, to six places: fees, spread, and what the price range leaves open. */
  readonly lostLeast: number
  readonly lostMost: number
}

export interface Ranking {
  /** Best first; equal scores by time, then in the order given. */
  readonly ranked: readonly Score[]
  /** Receipts before the payment or after the window, and those of an impossible amount. */
  readonly outOfTime: number
  readonly outOfAmount: number
  /**
   * How many receipts would fit by chance, in traffic like that of the window: receipts in time that do not fit and are
   * at most ten times too large or too small, spread evenly over the orders of magnitude, times the width of what fits.
   */
  readonly chance: number
  /** Score of the first less that of the second (0 where there is none); null without candidates. */
  readonly margin: number | null
  readonly verdict: Verdict
}

/**
 * `clear`: the first may be taken. `close`: the second is too near. `weak`: even the first is poor. `crowded`: in so much
 * traffic something fits whether or not the answer is there. `none`: nobody is left.
 */
export type Verdict = 'clear' | 'close' | 'weak' | 'crowded' | 'none'

/** Basis points of a whole. */
const WHOLE = 10_000n

/**
 * Ranks receipts. Cost: a few products of bigints each, and one sort.
 *
 * @throws {TypeError} where a receipt of another coin is to be compared with a payment without price
 */
export function scoreCandidates(
  paid: Paid,
  receipts: readonly Receipt[],
  settings: ScoreSettings = SCORE_SETTINGS,
): Ranking {
  const { windowSeconds, minMargin, minScore, maxChance } = settings
  const keep = WHOLE - BigInt(settings.maxLossBasisPoints)
  const slack = WHOLE + BigInt(settings.slackBasisPoints)
  const ranked: Score[] = []
  let outOfTime = 0
  let outOfAmount = 0
  let chance = 0
  for (const [at, receipt] of receipts.entries()) {
    const seconds = receipt.time - paid.time
    if (!(seconds >= 0 && seconds <= windowSeconds)) {
      outOfTime++
      continue
    }
    const { low, high, got } = bounds(paid, receipt, slack)
    if (got * WHOLE < low * keep || got > high) {
      outOfAmount++
      if (got * 10n >= low && got <= high * 10n) chance += share(low, high, keep)
      continue
    }
    const lostLeast = got >= low ? 0 : 1 - ratio(got, low)
    const lostMost = 1 - ratio(got, high)
    // Where low is high (one coin; no slack, and prices that stood still) the part is its limit: got / low.
    const range = 1 - ratio(low, high)
    const amount = range === 0 ? 1 - lostLeast : clamp((lostMost - lostLeast) / range)
    const score = rounded((2 * Math.exp(-seconds / windowSeconds) + 8 * amount) / 10)
    ranked.push({ at, score, lostLeast: rounded(lostLeast), lostMost: rounded(lostMost) })
  }
  ranked.sort((a, b) => b.score - a.score || receipts[a.at]!.time - receipts[b.at]!.time || a.at - b.at)
  const [first, second] = ranked
  const counted = { ranked, outOfTime, outOfAmount, chance: rounded(chance) }
  if (first === undefined) return { ...counted, margin: null, verdict: 'none' }
  const margin = rounded(first.score - (second?.score ?? 0))
  const verdict =
    first.score < minScore
      ? 'weak'
      : margin < minMargin
        ? 'close'
        : counted.chance > maxChance
          ? 'crowded'
          : 'clear'
  return { ...counted, margin, verdict }
}

/** Of amounts from a tenth of `low` to ten times `high`, those that fit against those that do not, in orders of magnitude. */
function share(low: bigint, high: bigint, keep: bigint): number {
  const range = -Math.log(ratio(low, high))
  const fits = range - Math.log(Number(keep) / Number(WHOLE))
  return fits / Math.max(range + Math.log(100) - fits, Number.EPSILON)
}

/**
 * low, high and what was got, on one scale. In whole units low = paid · p_low(paid) / p_high(got) and
 * high = paid · slack · p_high(paid) / p_low(got); all three are multiplied by every denominator. Of one coin low and high
 * are what was paid: slack is for prices.
 */
function bounds(
  paid: Paid,
  receipt: Receipt,
  slack: bigint,
): { readonly low: bigint; readonly high: bigint; readonly got: bigint } {
  const own = paid.amount * 10n ** BigInt(receipt.decimals)
  const got = receipt.amount * 10n ** BigInt(paid.decimals)
  if (receipt.price === null) return { low: own, high: own, got }
  if (paid.price === null) throw new TypeError('A payment without price compares only with its own coin')
  const { lowE12, highE12 } = receipt.price
  return {
    low: own * paid.price.lowE12 * lowE12 * WHOLE,
    high: own * paid.price.highE12 * highE12 * slack,
    got: got * lowE12 * highE12 * WHOLE,
  }
}

/** A fraction of two integers, 0 <= n, d > 0, to 60 bits: enough for six places of its difference from one. */
function ratio(n: bigint, d: bigint): number {
  return Number((n << 60n) / d) / 2 ** 60
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part))
}

/** Six places, so that a last bit of `exp` decides nothing. */
function rounded(part: number): number {
  return Math.round(part * 1e6) / 1e6
}

/**
 * The slow twin of `score.ts`: fractions carried exactly to the end, one rule a line, as the source has them.
 * @module
 */
import type { Paid, Ranking, Receipt, Score, ScoreSettings } from './score.ts'

interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

const of = (n: bigint, d = 1n): Fraction => ({ n, d })
const times = (a: Fraction, b: Fraction): Fraction => of(a.n * b.n, a.d * b.d)
const over = (a: Fraction, b: Fraction): Fraction => of(a.n * b.d, a.d * b.n)
const less = (a: Fraction, b: Fraction): Fraction => of(a.n * b.d - b.n * a.d, a.d * b.d)
const below = (a: Fraction, b: Fraction): boolean => a.n * b.d < b.n * a.d
const toNumber = ({ n, d }: Fraction): number => Number((n * 10n ** 24n) / d) / 1e24
const places = (part: number): number => Math.round(part * 1e6) / 1e6

export function scoreCandidatesRef(
  paid: Paid,
  receipts: readonly Receipt[],
  settings: ScoreSettings,
): Ranking {
  const scored: Score[] = []
  let outOfTime = 0
  let outOfAmount = 0
  let chance = 0
  receipts.forEach((receipt, at) => {
    const elapsed = receipt.time - paid.time
    if (elapsed < 0 || elapsed > settings.windowSeconds) {
      outOfTime++
      return
    }
    const src = of(paid.amount, 10n ** BigInt(paid.decimals))
    const dst = of(receipt.amount, 10n ** BigInt(receipt.decimals))
    const { price } = receipt
    const pMin = price === null ? of(1n) : of(paid.price!.lowE12, price.highE12)
    const pMax = price === null ? of(1n) : of(paid.price!.highE12, price.lowE12)
    const slack = price === null ? of(1n) : of(10_000n + BigInt(settings.slackBasisPoints), 10_000n)
    const low = times(pMin, src)
    const high = times(times(pMax, slack), src)
    const lossAtLow = over(less(low, dst), low)
    const feeMin = below(lossAtLow, of(0n)) ? of(0n) : lossAtLow
    const feeMax = over(less(high, dst), high)
    if (below(of(BigInt(settings.maxLossBasisPoints), 10_000n), feeMin) || below(feeMax, of(0n))) {
      outOfAmount++
      const ten = of(10n)
      if (!below(dst, over(low, ten)) && !below(times(high, ten), dst)) {
        const fits = Math.log(toNumber(over(high, low)) / (1 - settings.maxLossBasisPoints / 10_000))
        const around = Math.log(toNumber(over(times(high, of(100n)), low)))
        chance += fits / Math.max(around - fits, Number.EPSILON)
      }
      return
    }
    const amount = toNumber(
      below(low, high) ? over(less(feeMax, feeMin), over(less(high, low), high)) : over(dst, low),
    )
    const time = Math.exp(-elapsed / settings.windowSeconds)
    const score = places((2 * time + 8 * Math.min(1, Math.max(0, amount))) / 10)
    scored.push({ at, score, lostLeast: places(toNumber(feeMin)), lostMost: places(toNumber(feeMax)) })
  })
  const ranked = scored.toSorted(
    (a, b) => b.score - a.score || receipts[a.at]!.time - receipts[b.at]!.time || a.at - b.at,
  )
  const found = { ranked, outOfTime, outOfAmount, chance: places(chance) }
  if (ranked.length === 0) return { ...found, margin: null, verdict: 'none' }
  const margin = places(ranked[0]!.score - (ranked.length > 1 ? ranked[1]!.score : 0))
  const weak = ranked[0]!.score < settings.minScore
  if (weak) return { ...found, margin, verdict: 'weak' }
  if (margin < settings.minMargin) return { ...found, margin, verdict: 'close' }
  return { ...found, margin, verdict: found.chance > settings.maxChance ? 'crowded' : 'clear' }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scoreCandidatesRef } from './score.ref.ts'
import { type Paid, type PriceRange, type Ranking, type Receipt, scoreCandidates } from './score.ts'

const price = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 17n }), fc.integer({ min: 0, max: 100 }))
  .map(([lowE12, percent]): PriceRange => ({ lowE12, highE12: lowE12 + (lowE12 * BigInt(percent)) / 100n }))
const side = fc.record({
  amount: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
  decimals: fc.integer({ min: 0, max: 30 }),
  price,
  time: fc.integer({ min: 1_600_000_000, max: 1_600_004_000 }),
})
/** Receipts worth about what was paid, so that most pass. */
const near = (paid: Paid, price: PriceRange): fc.Arbitrary<Receipt> =>
  fc
    .tuple(side, fc.integer({ min: 850, max: 1050 }))
    .map(([{ decimals, price: own, time }, thousandths]) => ({
      ...{ decimals, price: own, time },
      amount:
        (paid.amount * price.lowE12 * 10n ** BigInt(decimals) * BigInt(thousandths)) /
        (own.highE12 * 10n ** BigInt(paid.decimals) * 1000n),
    }))
/** The coin that was paid, about as much of it. */
const same = (paid: Paid): fc.Arbitrary<Receipt> =>
  fc.tuple(side, fc.integer({ min: 850, max: 1010 })).map(([{ decimals, time }, thousandths]) => ({
    ...{ decimals, price: null, time },
    amount:
      (paid.amount * 10n ** BigInt(decimals) * BigInt(thousandths)) / (10n ** BigInt(paid.decimals) * 1000n),
  }))
const swap = side.chain((paid) =>
  fc.record({
    paid: fc.constant(paid),
    receipts: fc.array(fc.oneof({ weight: 5, arbitrary: near(paid, paid.price) }, same(paid), side), {
      maxLength: 8,
    }),
    settings: fc.record({
      windowSeconds: fc.integer({ min: 1, max: 4000 }),
      maxLossBasisPoints: fc.integer({ min: 0, max: 5000 }),
      slackBasisPoints: fc.integer({ min: 0, max: 1000 }),
      minMargin: fc.constantFrom(0, 0.1, 0.5),
      minScore: fc.constantFrom(0, 0.5, 0.9),
      maxChance: fc.constantFrom(0, 0.05, 1),
    }),
  }),
)

/** Scores may differ in the last of six places, where a float was rounded the other way. */
function close(a: Ranking, b: Ranking): void {
  expect([a.outOfTime, a.outOfAmount, a.ranked.length]).toEqual([b.outOfTime, b.outOfAmount, b.ranked.length])
  expect(Math.abs(a.chance - b.chance)).toBeLessThan(1e-5 * (1 + a.chance))
  const byReceipt = (ranking: Ranking): Ranking['ranked'] => ranking.ranked.toSorted((x, y) => x.at - y.at)
  for (const [i, one] of byReceipt(a).entries()) {
    const other = byReceipt(b)[i]!
    expect(one.at).toBe(other.at)
    expect(Math.abs(one.score - other.score)).toBeLessThan(3e-6)
    expect(Math.abs(one.lostLeast - other.lostLeast)).toBeLessThan(3e-6)
    expect(Math.abs(one.lostMost - other.lostMost)).toBeLessThan(3e-6)
  }
}

describe('scoreCandidates', () => {
  test('is its slow twin', () => {
    fc.assert(
      fc.property(swap, ({ paid, receipts, settings }) =>
        close(scoreCandidates(paid, receipts, settings), scoreCandidatesRef(paid, receipts, settings)),
      ),
      { numRuns: 500 },
    )
  })

  test('scores lie in 0..1, best first, and every receipt is counted once', () => {
    fc.assert(
      fc.property(swap, ({ paid, receipts, settings }) => {
        const { ranked, outOfTime, outOfAmount, margin, verdict } = scoreCandidates(paid, receipts, settings)
        expect(ranked.length + outOfTime + outOfAmount).toBe(receipts.length)
        for (const [i, { score }] of ranked.entries()) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(i === 0 ? 1 : ranked[i - 1]!.score)
        }
        expect(verdict === 'none').toBe(ranked.length === 0)
        expect(margin === null).toBe(ranked.length === 0)
        if (verdict === 'clear') expect(margin).toBeGreaterThanOrEqual(settings.minMargin)
      }),
    )
  })

  test('does not depend on the order of receipts, but for equal ones', () => {
    fc.assert(
      fc.property(swap, ({ paid, receipts, settings }) => {
        const forth = scoreCandidates(paid, receipts, settings)
        const back = scoreCandidates(paid, receipts.toReversed(), settings)
        expect(back.ranked.map(({ score }) => score)).toEqual(forth.ranked.map(({ score }) => score))
        expect(back.verdict).toBe(forth.verdict)
      }),
    )
  })

  test('the scale of a unit decides nothing', () => {
    fc.assert(
      fc.property(swap, fc.integer({ min: 1, max: 12 }), ({ paid, receipts, settings }, more) => {
        const finer = receipts.map((receipt) => ({
          ...receipt,
          amount: receipt.amount * 10n ** BigInt(more),
          decimals: receipt.decimals + more,
        }))
        expect(scoreCandidates(paid, finer, settings)).toEqual(scoreCandidates(paid, receipts, settings))
      }),
    )
  })
})

describe('by hand', () => {
  const flat = (usd: bigint): PriceRange => ({ lowE12: usd * 10n ** 12n, highE12: usd * 10n ** 12n })
  // 1 BTC at 40,000 for ETH at 2,000: 20 ETH before fees, 20.2 with the slack.
  const paid: Paid = { amount: 100_000_000n, decimals: 8, price: flat(40_000n), time: 1000 }
  const eth = (milli: bigint, time: number): Receipt => ({
    ...{ amount: milli * 10n ** 15n, decimals: 18, price: flat(2000n), time },
  })

  test('the source’s formula', () => {
    const { ranked } = scoreCandidates(paid, [eth(20_000n, 1900), eth(19_000n, 1000)])
    // At low: nothing lost at least, (20.2 - 20) / 20.2 at most, all of the range: 0.2 · e^-0.5 + 0.8.
    expect(ranked).toEqual([
      { at: 1, score: 0.96, lostLeast: 0.05, lostMost: 0.059406 },
      { at: 0, score: 0.921306, lostLeast: 0, lostMost: 0.009901 },
    ])
  })

  test('one coin is compared as it is, decimals heeded, whatever it costs', () => {
    const own = (amount: bigint): Receipt => ({ amount, decimals: 6, price: null, time: 1000 })
    for (const price of [null, { lowE12: 1n, highE12: 2n }]) {
      const { ranked, outOfAmount } = scoreCandidates({ ...paid, price }, [
        ...[own(985_000n), own(1_000_000n), own(1_000_001n), own(900_000n), own(899_999n)],
      ])
      expect(outOfAmount).toBe(2)
      // 0.2 + 0.8 · got / paid.
      expect(ranked).toEqual([
        { at: 1, score: 1, lostLeast: 0, lostMost: 0 },
        { at: 0, score: 0.988, lostLeast: 0.015, lostMost: 0.015 },
        { at: 3, score: 0.92, lostLeast: 0.1, lostMost: 0.1 },
      ])
    }
  })

  test('what is out of the question', () => {
    const verdict = (...receipts: Receipt[]): string => scoreCandidates(paid, receipts).verdict
    expect(verdict(eth(20_000n, 999))).toBe('none')
    expect(verdict(eth(20_000n, 2801))).toBe('none')
    expect(verdict(eth(20_201n, 1000))).toBe('none')
    expect(verdict(eth(17_999n, 1000))).toBe('none')
    expect(verdict(eth(18_000n, 1000))).toBe('clear')
    expect(verdict(eth(20_200n, 1000))).toBe('weak')
    expect(verdict(eth(20_000n, 1000), eth(19_900n, 1000))).toBe('close')
    expect(verdict(eth(20_000n, 1000), eth(20_200n, 1000))).toBe('clear')
  })
})

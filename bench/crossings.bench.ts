/**
 * Candidates for the other side of a swap: how long scoring takes, and how often the first is right.
 * @module
 */
import { scoreCandidates } from '../src/cross/score.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo, timed } from './harness.ts'
import { type MadeSwap, madeSwap, type Traffic } from './madeSwaps.ts'

/** Other receipts in the window. */
const OTHERS = [0, 1, 2, 5, 20, 100]
/** Prices of a minute, and of a day that moved by 4 %. */
const HALF_RANGES = { minute: 20, day: 200 }

export const crossingsBench: Benchmark = {
  name: 'crossings',
  about:
    'Scoring of made-up swaps (bench/madeSwaps.ts, seed 1): per cent of swaps whose answer is among the receipts that were matched right, matched wrong, or left to the analyst; and per cent matched wrong where it is not among them.',
  async run({ largest }) {
    const [swaps] = sizesUpTo(largest, [2000]) as [number]
    const measurements: Measurement[] = []
    for (const [prices, halfRangeBasisPoints] of Object.entries(HALF_RANGES)) {
      for (const others of OTHERS) {
        const made = (present: boolean): MadeSwap[] =>
          swapsIn({ others, halfRangeBasisPoints, present }, swaps)
        const there = made(true)
        const { right, wrong, first } = rates(there)
        premise(wrong <= Math.max(2, swaps / 50), 'at most one of fifty is matched wrong')
        const per = (count: number): string => ((100 * count) / swaps).toFixed(1)
        measurements.push({
          name: `prices of a ${prices}, ${others} other receipts`,
          ...{ size: swaps, unit: 'swaps' },
          runs: await timed(3, () => rates(there)),
          note: `right ${per(right)} %, wrong ${per(wrong)} %, left ${per(swaps - right - wrong)} % (best is right: ${per(first)} %); wrong where absent ${per(rates(made(false)).wrong)} %`,
        })
      }
    }
    return measurements
  },
}

function swapsIn(traffic: Traffic, count: number): MadeSwap[] {
  return Array.from({ length: count }, (_, i) => madeSwap(traffic.present ? 1 : 2, i, traffic))
}

/** Swaps matched right, matched wrong, and those of which the best candidate is right, matched or not. */
function rates(swaps: readonly MadeSwap[]): { right: number; wrong: number; first: number } {
  const counts = { right: 0, wrong: 0, first: 0 }
  for (const { paid, receipts, truth } of swaps) {
    const { verdict, ranked } = scoreCandidates(paid, receipts)
    const isRight = ranked[0]?.at === truth
    if (isRight) counts.first++
    if (verdict === 'clear') counts[isRight ? 'right' : 'wrong']++
  }
  return counts
}

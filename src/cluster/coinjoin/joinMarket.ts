/**
 * JoinMarket: a taker pays makers to mix with it; everybody gets one output of the taker's amount, and change.
 * Rule and constants: GraphSense (`heuristics_service.py`); the rule for two parties is ours, see
 * docs/methods/coinjoin.md.
 * @module
 */
import type { Finding } from './finding.ts'
import type { TxShape } from './shape.ts'

/** Five times 546, Bitcoin Core's dust limit of P2PKH: colored coins and dusting used it. */
const DUST = 2730
/** Subsets of inputs tried are two to this: 4,096. */
const MOST_PAIR_INPUTS = 12

export function joinMarket(shape: TxShape): Finding | null {
  const { inputs, inputScripts, outputs, outputsDistinct, values } = shape
  const [sats, n] = values.find(([value]) => value > DUST) ?? [0, 0]
  if (!outputsDistinct || n === outputs) return null
  if (n === 2) return ofTwo(shape, sats)
  if (n < 3 || 2 * n < outputs || n > inputScripts) return null
  if (inputs >= 50 && (inputs > 20 * n || 10 * outputs < 17 * n)) return null
  return {
    kind: 'joinmarket',
    confidence: 49,
    reasons: [
      `${n} of ${outputs} outputs are ${sats} sat`,
      `${inputScripts} different input scripts could be the ${n} participants`,
      `${outputs - n} outputs could be their change`,
    ],
  }
}

/**
 * One maker, one taker: two equal outputs, two changes, and a split of the inputs in which one side gets more than it
 * gave (the maker, its fee) and the other pays for all. In Samourai's Stonewall, the same shape made by one owner, both
 * sides pay half of the miners' fee, so neither gains.
 */
function ofTwo({ inputSats, inputs, inputScripts, outputs, values }: TxShape, sats: number): Finding | null {
  if (outputs !== 4 || inputScripts < 2 || inputs > MOST_PAIR_INPUTS || values.length !== 3) return null
  const changes = values.filter(([value]) => value !== sats).map(([value]) => value)
  const given = inputSats.reduce((sum, value) => sum + value, 0)
  const fee = given - 2 * sats - changes[0]! - changes[1]!
  for (const change of changes) {
    for (let subset = 1; subset < 2 ** inputs - 1; subset++) {
      let part = 0
      for (let i = 0; i < inputs; i++) if ((subset >> i) & 1) part += inputSats[i]!
      const gain = sats + change - part
      // A maker asks for a small share of the amount: more than a hundredth would be no mix, but a payment.
      if (gain > 0 && gain * 100 <= sats && part < given) {
        return {
          kind: 'joinmarket',
          confidence: 40,
          reasons: [
            `2 of 4 outputs are ${sats} sat`,
            `inputs of ${part} sat get ${sats} + ${change} sat: a maker's gain of ${gain} sat`,
            `the other inputs pay that and the miners' ${fee} sat`,
          ],
        }
      }
    }
  }
  return null
}

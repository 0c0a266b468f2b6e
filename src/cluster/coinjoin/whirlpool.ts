/**
 * Samourai's Whirlpool: a Tx0 cuts coins to a pool's size and a little more, and mixes of five to eight such coins follow.
 * Rules and constants: GraphSense (`heuristics_service.py`).
 * @module
 */
import type { Finding } from './finding.ts'
import type { TxShape } from './shape.ts'

/** Sats of a pool's coins, and the pool's fee. */
const POOLS = [
  { sats: 100_000, fee: 5_000 },
  { sats: 1_000_000, fee: 50_000 },
  { sats: 5_000_000, fee: 175_000 },
  { sats: 50_000_000, fee: 1_750_000 },
] as const
/** What a new coin brings above the pool's size, for the miners. */
const LEAST_EXTRA = 100
const MOST_EXTRA = 110_000
const MOST_PREMIX = 70

/**
 * A mix.
 * @param lineage Per input: what made the coin, where that is known.
 */
export function whirlpoolMix(
  { inputs, inputSats, inputScripts, outputs, outputsDistinct, values }: TxShape,
  lineage: (input: number) => 'tx0' | 'mix' | 'other' | 'unknown',
): Finding | null {
  const sats = values[0]?.[0]
  if (inputs < 5 || inputs > 8 || outputs !== inputs || inputScripts !== inputs || !outputsDistinct)
    return null
  if (values.length !== 1 || !POOLS.some((pool) => pool.sats === sats)) return null
  let entrants = 0
  let traced = 0
  for (let i = 0; i < inputs; i++) {
    const extra = inputSats[i]! - sats!
    if (!(extra === 0 || (extra >= LEAST_EXTRA && extra <= MOST_EXTRA))) return null
    if (extra > 0) entrants++
    const from = lineage(i)
    if (from === (extra > 0 ? 'tx0' : 'mix')) traced++
    else if (from !== 'unknown') return null
  }
  if (entrants < 1 || entrants > 4) return null
  return {
    kind: 'whirlpool',
    confidence: 60,
    reasons: [
      `${inputs} inputs, ${outputs} outputs, all of ${sats} sat, all scripts different`,
      `${entrants} new coins bring a little more, ${inputs - entrants} come as they are`,
      `${traced} of ${inputs} coins come from where they should; of the others it is not known`,
    ],
  }
}

/** A Tx0. Its inputs have one owner; its outputs are about to be mixed. */
export function whirlpoolTx0({ dataOutputs, outputs, outputsDistinct, values }: TxShape): Finding | null {
  if (dataOutputs !== 1 || !outputsDistinct) return null
  for (const { sats, fee } of POOLS) {
    const premix = values.find(([value]) => value >= sats + LEAST_EXTRA && value <= sats + MOST_EXTRA)
    if (premix === undefined || premix[1] > MOST_PREMIX) continue
    const others = values.filter((value) => value !== premix)
    const fees = others.filter(([value]) => 2 * value >= fee && value <= 3 * fee)
    if (fees.length !== 1 || fees[0]![1] !== 1 || outputs - premix[1] - 1 > 2) continue
    return {
      kind: 'whirlpool-tx0',
      confidence: 60,
      reasons: [
        `${premix[1]} outputs of ${premix[0]} sat for the pool of ${sats} sat`,
        `one of ${fees[0]![0]} sat for its fee of ${fee} sat, and one of data`,
      ],
    }
  }
  return null
}

/**
 * Wasabi's coordinated CoinJoins. Rules and constants: GraphSense (`heuristics_service.py`).
 * @module
 */
import type { Finding } from './finding.ts'
import type { TxShape } from './shape.ts'

/** 0.1 BTC, the base denomination of Wasabi 1, and how far it wandered. */
const BASE = 10_000_000
const BASE_TOLERANCE = 500_000
/** Wasabi 2 makes no output below 5,000 sat. */
const LEAST_OUTPUT = 5000

/** At least `least` inputs, and no script behind more than a tenth of them. */
function manyOwners({ inputs, topScript }: TxShape, least: number): boolean {
  return inputs >= least && 10 * topScript <= inputs
}

/** No fewer input scripts than participants, and none with more than seven inputs each (Wasabi's own limit). */
function fits(n: number, inputScripts: number): boolean {
  return n >= 3 && n <= inputScripts && inputScripts <= 7 * n
}

export function wasabi10(shape: TxShape): Finding | null {
  const { inputs, inputScripts, outputs, outputSats, outputsDistinct, values } = shape
  const [sats, n] = values[0] ?? [0, 0]
  if (!outputsDistinct || !manyOwners(shape, 10) || Math.abs(sats - BASE) > BASE_TOLERANCE) return null
  if (2 * n < outputs - 1 || !fits(n, inputScripts)) return null
  if (inputs < 20) {
    // All outputs together a multiple of the most usual one: a payout in equal parts.
    const over = outputSats.reduce((sum, value) => sum + value, 0) % sats
    if (Math.min(over, sats - over) * 10_000 <= sats) return null
  }
  return {
    kind: 'wasabi-1.0',
    confidence: 70,
    reasons: [
      `${n} of ${outputs} outputs are ${sats} sat, near 0.1 BTC`,
      `${inputs} inputs of ${inputScripts} scripts, none behind more than a tenth`,
    ],
  }
}

export function wasabi11(shape: TxShape): Finding | null {
  const { inputs, inputScripts, outputs, outputsDistinct, values } = shape
  if (!outputsDistinct || !manyOwners(shape, 10)) return null
  const levels: (readonly [sats: number, count: number])[] = []
  for (let scale = 1; ; scale *= 2) {
    const level = values.find(([sats]) => Math.abs(sats - scale * BASE) <= scale * BASE_TOLERANCE)
    if (level === undefined || level[1] < 2) break
    levels.push(level)
  }
  const n = levels.reduce((most, [, count]) => Math.max(most, count), 0)
  if (!fits(n, inputScripts)) return null
  const postmix = levels.reduce((sum, [, count]) => sum + count, 0)
  const half = 2 * postmix >= outputs - 1
  const rest = postmix >= outputs - inputScripts - 1
  if (!half && !rest) return null
  const full = 50 + (50 * (7 * n - inputScripts)) / (6 * inputScripts)
  return {
    kind: 'wasabi-1.1',
    confidence: Math.floor(half && rest ? full : full / 2),
    reasons: [
      ...levels.map(([sats, count]) => `${count} outputs are ${sats} sat`),
      `${inputs} inputs of ${inputScripts} scripts, none behind more than a tenth`,
    ],
  }
}

export function wasabi20(shape: TxShape): Finding | null {
  const { inputs, inputScripts, outputs, outputsDistinct, outputSats, values } = shape
  if (!outputsDistinct || !manyOwners(shape, 20)) return null
  if (outputSats.some((sats) => sats < LEAST_OUTPUT)) return null
  const tiers = values.filter(([, count]) => count >= 2)
  const mixed = tiers.reduce((sum, [, count]) => sum + count, 0)
  if (tiers.length < 3 || 2 * mixed < outputs - 1 || mixed === outputs) return null
  return {
    kind: 'wasabi-2.0',
    confidence: 60,
    reasons: [
      `${mixed} of ${outputs} outputs share ${tiers.length} amounts`,
      `${inputs} inputs of ${inputScripts} scripts, none behind more than a tenth`,
      `no output below ${LEAST_OUTPUT} sat`,
    ],
  }
}

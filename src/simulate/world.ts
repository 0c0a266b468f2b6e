/**
 * The innocent rest of a chain: it holds the state, carries out what the heist planned, and makes traffic around it.
 * @module
 */
import type { Draft } from './draft.ts'
import type { Random } from './random.ts'

export interface World {
  /** Everything issued at the start. */
  genesis(time: number): Draft[]
  /** One innocent transaction. */
  step(time: number): Draft
  /** Unix seconds at which an exchange next sweeps; Infinity while nothing waits. */
  sweepTime(): number
  /** Carries out what is due; null where it is not worth its fee. */
  sweep(time: number): Draft | null
  /** Carries out a planned draft, choosing a service's coins where the plan left that open. */
  perform(draft: Draft): Draft
}

/** Endpoints remembered for {@link Crowd}; beyond it old ones are overwritten at random. */
const MEMORY = 1 << 16

/** Innocent people, by number of their own, and who of them is busy. */
export interface Crowd {
  /** Somebody, the likelier the more transactions they had. */
  busy(): number
  anybody(): number
  join(person: number): void
  /** Remembers a person as the end of a transaction. */
  meet(person: number): void
}

/**
 * Preferential attachment, the known shape of these networks (Kondor et al., "Do the Rich Get Richer?", PLoS ONE 9(2),
 * 2014): a uniform draw from past endpoints finds each person in proportion to their transactions.
 */
export function createCrowd(draw: Random): Crowd {
  const people: number[] = []
  const ends = new Uint32Array(MEMORY)
  let met = 0
  return {
    busy: () => (met > 0 && draw.chance(3, 4) ? ends[draw.below(Math.min(met, MEMORY))]! : draw.pick(people)),
    anybody: () => draw.pick(people),
    join(person) {
      people.push(person)
    },
    meet(person) {
      ends[met < MEMORY ? met : draw.below(MEMORY)] = person
      met++
    },
  }
}

/** People like round amounts: a third keeps two digits only. */
export function sometimesRound(draw: Random, amount: bigint): bigint {
  const digits = String(amount).length
  if (digits < 3 || !draw.chance(1, 3)) return amount
  const unit = 10n ** BigInt(digits - 2)
  return (amount / unit) * unit
}

/** Draws one of the names by weight. */
export function drawWeighted<Name extends string>(
  draw: Random,
  weights: readonly (readonly [Name, number])[],
): Name {
  let left = draw.below(weights.reduce((sum, [, weight]) => sum + weight, 0))
  for (const [name, weight] of weights) {
    if (left < weight) return name
    left -= weight
  }
  return weights[0]![0]
}

/** Numbers below n, number k with a weight of 1 / (k + 1): Zipf's law, for services. */
export function createZipf(draw: Random, n: number): () => number {
  const weights = Array.from({ length: n }, (_, k) => [String(k), Math.floor(0x100000 / (k + 1))] as const)
  return () => Number(drawWeighted(draw, weights))
}

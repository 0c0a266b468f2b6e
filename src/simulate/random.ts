/**
 * Seeded randomness from 32-bit integer arithmetic alone, so that every machine draws the same numbers.
 *
 * Generator: xoshiro128** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47(4), 2021).
 * Seeding: a SplitMix sequence (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014)
 * with 32-bit words: golden-ratio increments through the MurmurHash3 finalizer. Not for cryptography.
 * @module
 */

/** Draws from one stream. A bound outside its range is a RangeError. */
export interface Random {
  /** Uniform in [0, 2^32). */
  u32(): number
  /** Uniform in [0, n), 1 <= n <= 2^32. */
  below(n: number): number
  /** Uniform in [low, high], both ends included. */
  between(low: number, high: number): number
  /** Uniform in [0, n), n >= 1n. */
  bigBelow(n: bigint): bigint
  /** True in `times` of `of` cases. */
  chance(times: number, of: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(n: number): Uint8Array
  /** Reorders in place (Fisher and Yates; Knuth, TAOCP 2, algorithm 3.4.2P). */
  shuffle<T>(items: T[]): T[]
  /**
   * An amount around `median`, skewed as payments are: a power of two whose exponent is binomial(32, 1/2) - 16, times
   * a mantissa in [1, 2). The binomial stands for a normal exponent, so the amount is near to lognormal, sigma about
   * 2.83 bits, without a float. Never below 1n.
   */
  spread(median: bigint): bigint
}

function finalize(word: number): number {
  let z = word
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The bare generator: four 32-bit words of state, not all zero. */
export function xoshiro128(s0: number, s1: number, s2: number, s3: number): () => number {
  let [a, b, c, d] = [s0, s1, s2, s3]
  return () => {
    const scrambled = Math.imul(b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
}

/**
 * A stream of its own for every list of numbers: `random(seed, 3, 17)` is unrelated to `random(seed, 3, 18)`.
 *
 * @example
 * random(1).u32() // 2639375342
 */
export function random(seed: number, ...stream: number[]): Random {
  let mix = finalize(seed >>> 0)
  for (const part of stream) mix = finalize(mix + 0x9e3779b9 + (part >>> 0))
  const word = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    return finalize(mix)
  }
  const u32 = xoshiro128(word(), word(), word(), word() | 1)
  const below = (n: number): number => {
    if (!(n >= 1 && n <= 0x100000000)) throw new RangeError(`cannot draw below ${n}`)
    const fair = 0x100000000 - (0x100000000 % n)
    let drawn = u32()
    while (drawn >= fair) drawn = u32()
    return drawn % n
  }
  const bigBelow = (n: bigint): bigint => {
    if (n <= 0x100000000n) return BigInt(below(Number(n)))
    const bits = (n - 1n).toString(2).length
    for (;;) {
      let drawn = 0n
      for (let had = 0; had < bits; had += 32) drawn = (drawn << 32n) | BigInt(u32())
      drawn = BigInt.asUintN(bits, drawn)
      if (drawn < n) return drawn
    }
  }
  return {
    u32,
    below,
    bigBelow,
    between: (low, high) => low + below(high - low + 1),
    chance: (times, of) => below(of) < times,
    pick: (from) => from[below(from.length)]!,
    bytes: (n) => Uint8Array.from({ length: n }, () => u32() >>> 24),
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const kept = items[i]!
        items[i] = items[j]!
        items[j] = kept
      }
      return items
    },
    spread(median) {
      const exponent = BigInt(bitCount(u32()))
      const amount = (median * ((0x100000000n + BigInt(u32())) << exponent)) >> 48n
      return amount > 0n ? amount : 1n
    },
  }
}

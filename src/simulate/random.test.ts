import { describe, expect, test } from 'vitest'
import { random, xoshiro128 } from './random.ts'

describe('xoshiro128', () => {
  test('draws what the authors’ C code (xoshiro128starstar.c 1.1) draws from the state 1, 2, 3, 4', () => {
    const next = xoshiro128(1, 2, 3, 4)
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })
})

describe('random', () => {
  test('repeats itself, and keeps its streams apart', () => {
    const words = (...stream: number[]) => Array.from({ length: 8 }, random(1, ...stream).u32)
    expect(words(3)).toEqual(words(3))
    expect(words()[0]).toBe(2639375342)
    const all = [words(), words(3), words(4), words(3, 0), words(3, 1), words(0, 3)].map(String)
    expect(new Set(all).size).toBe(all.length)
  })

  test('stays within bounds and reaches both ends', () => {
    const draw = random(7)
    const seen = new Set(Array.from({ length: 1_000 }, () => draw.between(5, 9)))
    expect([...seen].sort()).toEqual([5, 6, 7, 8, 9])
    expect(draw.below(1)).toBe(0)
    for (const n of [1n, 2n, 1n << 32n, (1n << 32n) + 1n, 1n << 90n]) {
      for (let i = 0; i < 200; i++) {
        const drawn = draw.bigBelow(n)
        expect(drawn >= 0n && drawn < n, `${drawn} below ${n}`).toBe(true)
      }
    }
    const wide = Array.from({ length: 200 }, () => draw.bigBelow(1n << 90n))
    expect(wide.some((drawn) => drawn > 1n << 88n)).toBe(true)
  })

  test('is fair enough: a chi-square of 16 bins stays below the 0.1 % bound of 37.7', () => {
    const draw = random(11)
    const bins = Array.from({ length: 16 }, () => 0)
    for (let i = 0; i < 16_000; i++) bins[draw.below(16)]!++
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    expect(chiSquare).toBeLessThan(37.7)
  })

  test('spreads amounts around the median, over orders of magnitude', () => {
    const draw = random(13)
    const amounts = Array.from({ length: 2_001 }, () => draw.spread(1_000_000n)).sort((a, b) =>
      a < b ? -1 : a > b ? 1 : 0,
    )
    const [low, middle, high] = [200, 1_000, 1_800].map((at) => amounts[at]!)
    expect(middle! > 900_000n && middle! < 2_100_000n, `median ${middle}`).toBe(true)
    expect(high! / low! > 50n, `${low} to ${high}`).toBe(true)
    expect(amounts[0]! >= 1n).toBe(true)
  })

  test('shuffles without loss', () => {
    const shuffled = random(17).shuffle([1, 2, 3, 4, 5, 6, 7, 8])
    expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect([...shuffled].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

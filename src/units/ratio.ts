/**
 * Exact ratios of integers.
 * @module
 */

/** floor(a * b / c) for bigints; c > 0n, a, b >= 0n. */
export function mulDivFloor(a: bigint, b: bigint, c: bigint): bigint {
  return (a * b) / c
}

/**
 * Exact ratios of integers.
 * @module
 */

/** floor(a * b / c) for bigints; c > 0n, a, b >= 0n. */
export function mulDivFloor(a: bigint, b: bigint, c: bigint): bigint {
  return (a * b) / c
}

/** 2^27 + 1 cuts a float64 into two halves whose products are exact: G. W. Veltkamp, 1968; T. J. Dekker, Numer. Math. 18 (1971), 224-242, section 5. */
const SPLIT = 134217729

/**
 * floor(a * b / c) for integers in float64, exact although a * b may reach 2^106; no bigint is made.
 * A float quotient is within two of the answer; the exact remainder (Dekker's product, as above) then corrects it.
 *
 * Preconditions, unchecked because this is the inner loop of the haircut: integers, 0 <= a, b, c < 2^53, b <= c, c > 0.
 *
 * @example
 * mulDivFloorSafe(9007199254740991, 9007199254740989, 9007199254740990) // 9007199254740989
 */
export function mulDivFloorSafe(a: number, b: number, c: number): number {
  const product = a * b
  // Exact here: the quotient lies at least 1/c below the next integer, over half a unit in its last place.
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / c)
  const aBig = a * SPLIT
  const aHigh = aBig - (aBig - a)
  const aLow = a - aHigh
  const bBig = b * SPLIT
  const bHigh = bBig - (bBig - b)
  const bLow = b - bHigh
  const productLow = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
  const cBig = c * SPLIT
  const cHigh = cBig - (cBig - c)
  const cLow = c - cHigh
  let quotient = Math.floor(product / c)
  for (;;) {
    const back = quotient * c
    const qBig = quotient * SPLIT
    const qHigh = qBig - (qBig - quotient)
    const qLow = quotient - qHigh
    const backLow = qLow * cLow - (back - qHigh * cHigh - qLow * cHigh - qHigh * cLow)
    // Both differences are exact, so their rounded sum stands on the right side of 0 and of c.
    const remainder = product - back + (productLow - backLow)
    if (remainder < 0) quotient--
    else if (remainder >= c) quotient++
    else return quotient
  }
}

/**
 * Addresses made to be mistaken for another, as address poisoning does.
 * @module
 */

/** How much two addresses look alike to someone who reads their ends. */
export interface LookAlike {
  /** Equal characters from the start, after the part that every address of the form has (`0x`, `T`, `bc1q`). */
  readonly leading: number
  /** Equal characters from the end. */
  readonly trailing: number
  /** Different addresses with at least 3 leading and 4 trailing characters in common. */
  readonly suspicious: boolean
}

/**
 * Ours: about what a shortened address in a wallet shows. Two random EVM addresses agree so far once in 16^7 = 268
 * million pairs. The practice is measured in Tsuchiya et al., "Blockchain Address Poisoning", arXiv 2501.16681.
 */
const LEADING = 3
const TRAILING = 4

/** Common to all addresses of a form; the `1q` of bech32 is followed by a hash. */
const FIXED = /^(?:0x|bitcoincash:[qpzr]|(?:bc|tb|bcrt|ltc|tltc|rltc)1[qpzry9x8gf2tvdw0s]|[13LMTmn2Q])/

/**
 * Compares two canonical addresses. Case is ignored, because readers ignore it, even in base58 where it matters.
 * Cost: two scans of short strings; comparing every pair of n addresses is the caller's n².
 *
 * @example
 * lookAlike('0xd9A1b0B1e1aE382DbDc898Ea68012FfcB2853a91', '0xd9A1C3788D81257612E2581A6ea0aDa244853a91')
 * // { leading: 4, trailing: 6, suspicious: true }
 */
export function lookAlike(a: string, b: string): LookAlike {
  const fixed = FIXED.exec(a)?.[0] ?? ''
  if ((FIXED.exec(b)?.[0] ?? '') !== fixed) return { leading: 0, trailing: 0, suspicious: false }
  const x = a.slice(fixed.length).toLowerCase()
  const y = b.slice(fixed.length).toLowerCase()
  const length = Math.min(x.length, y.length)
  let leading = 0
  while (leading < length && x[leading] === y[leading]) leading++
  let trailing = 0
  while (trailing < length && x[x.length - 1 - trailing] === y[y.length - 1 - trailing]) trailing++
  const same = fixed === '0x' ? x === y : a === b
  return { leading, trailing, suspicious: !same && leading >= LEADING && trailing >= TRAILING }
}

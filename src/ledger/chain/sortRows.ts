/** Bits of a digit: as many streams of writes as a second-level cache holds. */
const DIGITS = [11, 11, 10] as const
const MOST = 2 ** 11

/**
 * Numbers 0..n-1 in the order of a u32 key each: least-significant-digit radix sort (Knuth, TAOCP 3, 5.2.5). The keys travel
 * along, so that every pass reads in order. Stable. Linear, but for ties where `compare` is given: they are sorted by it.
 *
 * @param keys u32[n]
 * @returns u32[n]
 */
export function sortRows(keys: Uint32Array, compare?: (a: number, b: number) => number): Uint32Array {
  const n = keys.length
  let from: Sorted = { keys, rows: new Uint32Array(n) }
  let to: Sorted = { keys: new Uint32Array(n), rows: new Uint32Array(n) }
  const ends = DIGITS.map(() => new Uint32Array(MOST))
  const [low, middle, high] = ends as [Uint32Array, Uint32Array, Uint32Array]
  for (let i = 0; i < n; i++) {
    const key = keys[i]!
    low[key & 0x7ff]!++
    middle[(key >>> 11) & 0x7ff]!++
    high[key >>> 22]!++
    from.rows[i] = i
  }
  let shift = 0
  for (const [pass, bits] of DIGITS.entries()) {
    const next = ends[pass]!
    let sum = 0
    for (let digit = 0; digit < next.length; digit++) {
      const count = next[digit]!
      next[digit] = sum
      sum += count
    }
    scatter(from.keys, from.rows, to.keys, to.rows, next, shift)
    const free = from.keys === keys ? { keys: new Uint32Array(n), rows: from.rows } : from
    from = to
    to = free
    shift += bits
  }
  if (compare !== undefined) sortTies(from.keys, from.rows, compare)
  return from.rows
}

interface Sorted {
  readonly keys: Uint32Array
  readonly rows: Uint32Array
}

function scatter(
  keys: Uint32Array,
  rows: Uint32Array,
  toKeys: Uint32Array,
  toRows: Uint32Array,
  next: Uint32Array,
  shift: number,
): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const place = next[(key >>> shift) & (MOST - 1)]!++
    toKeys[place] = key
    toRows[place] = rows[i]!
  }
}

function sortTies(keys: Uint32Array, rows: Uint32Array, compare: (a: number, b: number) => number): void {
  for (let i = 0; i < keys.length; ) {
    let end = i + 1
    while (end < keys.length && keys[end] === keys[i]) end++
    if (end - i > 1) rows.subarray(i, end).sort(compare)
    i = end
  }
}

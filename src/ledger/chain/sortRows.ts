/**
 * Numbers 0..n-1 in the order of a u32 key each: least-significant-digit radix sort, two passes of 16 bits (Knuth, TAOCP
 * 3, 5.2.5). Stable. Linear, but for ties where `compare` is given: they are sorted by it.
 *
 * @param keys u32[n]
 * @returns u32[n]
 */
export function sortRows(keys: Uint32Array, compare?: (a: number, b: number) => number): Uint32Array {
  const n = keys.length
  let from = new Uint32Array(n)
  for (let i = 0; i < n; i++) from[i] = i
  let to = new Uint32Array(n)
  const counts = new Uint32Array(2 ** 16 + 1)
  for (const shift of [0, 16]) {
    counts.fill(0)
    for (let i = 0; i < n; i++) counts[((keys[i]! >>> shift) & 0xffff) + 1]!++
    for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!
    for (let i = 0; i < n; i++) {
      const row = from[i]!
      to[counts[(keys[row]! >>> shift) & 0xffff]!++] = row
    }
    ;[from, to] = [to, from]
  }
  if (compare === undefined) return from
  for (let i = 0; i < n; ) {
    let end = i + 1
    while (end < n && keys[from[end]!] === keys[from[i]!]) end++
    if (end - i > 1) from.subarray(i, end).sort(compare)
    i = end
  }
  return from
}

/**
 * Minimum-id union-find: the root of a set is its smallest member, so that the answer does not depend on the order of
 * unions, and an address's cluster has a name that later blocks can only make smaller. 4 bytes an address.
 *
 * Union-find with path halving: Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms", J. ACM 31(2),
 * 1984. Linking by smaller id without locks: Anderson and Woll, "Wait-free parallel algorithms for the union-find
 * problem", STOC 1991 (they link by a fixed order of the nodes, here the ids).
 * @module
 */
import { NONE } from '../ledger/ledger.ts'

/** u32[n] of singletons. Plain, or shared between workers. */
export function createParents(n: number, shared = false): Uint32Array {
  const parent = new Uint32Array(shared ? new SharedArrayBuffer(4 * n) : new ArrayBuffer(4 * n))
  for (let i = 0; i < n; i++) parent[i] = i
  return parent
}

/** A longer copy, the new members singletons. Grown by half at least, so that many small calls cost little. */
export function growParents(parent: Uint32Array, n: number): Uint32Array {
  const bigger = new Uint32Array(Math.max(n, Math.ceil(parent.length * 1.5)))
  bigger.set(parent)
  for (let i = parent.length; i < bigger.length; i++) bigger[i] = i
  return bigger
}

/** Smallest member of a set. Halves the path on its way; `parent[i] <= i` always holds. */
export function find(parent: Uint32Array, member: number): number {
  let at = member
  let up = parent[at]!
  while (up !== at) {
    const over = parent[up]!
    parent[at] = over
    at = over
    up = parent[at]!
  }
  return at
}

/** Unites two sets. True where they were two. */
export function unite(parent: Uint32Array, a: number, b: number): boolean {
  const rootA = find(parent, a)
  const rootB = find(parent, b)
  if (rootA === rootB) return false
  if (rootA < rootB) parent[rootB] = rootA
  else parent[rootA] = rootB
  return true
}

/**
 * Unites all known addresses of each transaction's inputs, rows `from` to `to`.
 * @param starts u32[n + 1] into `addresses`.
 * @param addresses u32[m], NONE where unknown.
 * @param refused u8[n], not 0 where the row's inputs say nothing of ownership; null where none is.
 * @returns Unions that merged two sets.
 */
export function uniteInputs(
  parent: Uint32Array,
  starts: Uint32Array,
  addresses: Uint32Array,
  refused: Uint8Array | null = null,
  from = 0,
  to: number = starts.length - 1,
): number {
  let merged = 0
  for (let t = from; t < to; t++) {
    const end = starts[t + 1]!
    let i = starts[t]!
    if (end - i < 2 || (refused !== null && refused[t] !== 0)) continue
    let last = NONE
    let root = NONE
    for (; i < end; i++) {
      const address = addresses[i]!
      // Wallets often spend several outputs of one address: no need to look it up again.
      if (address === last || address === NONE) continue
      last = address
      const other = find(parent, address)
      if (root === NONE || other === root) root = other
      else {
        merged++
        if (other < root) {
          parent[root] = other
          root = other
        } else parent[other] = root
      }
    }
  }
  return merged
}

/**
 * The same on shared memory, while other threads do likewise with other rows. Plain loads and stores may be stale, never
 * wrong: a node that is a root no more never becomes one again, and whatever halving writes is an ancestor still. Only
 * roots are changed by compare-and-swap; where that fails it tells the newer parent, from which the search goes on. A
 * root is hung under any smaller member of the other set, be it a root still or not.
 */
export function uniteInputsShared(
  parent: Uint32Array,
  starts: Uint32Array,
  addresses: Uint32Array,
  refused: Uint8Array | null,
  from: number,
  to: number,
): number {
  let merged = 0
  for (let t = from; t < to; t++) {
    const end = starts[t + 1]!
    let i = starts[t]!
    if (end - i < 2 || (refused !== null && refused[t] !== 0)) continue
    let last = NONE
    let root = NONE
    for (; i < end; i++) {
      const address = addresses[i]!
      if (address === last || address === NONE) continue
      last = address
      let other = find(parent, address)
      if (root === NONE) root = other
      while (other !== root) {
        const larger = other > root ? other : root
        root = other > root ? root : other
        const seen = Atomics.compareExchange(parent, larger, larger, root)
        if (seen === larger) {
          merged++
          break
        }
        other = find(parent, seen)
      }
    }
  }
  return merged
}

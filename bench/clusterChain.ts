/**
 * Seeded inputs for the clustering benchmark, in columns.
 * @module
 */
import { random } from '../src/simulate/random.ts'

/** All arrays lie on shared memory, so that threads can read them. */
export interface InputChain {
  readonly addresses: number
  /** u32[transactions + 1] */
  readonly starts: Uint32Array
  /** u32[inputs] */
  readonly inputs: Uint32Array
}

/** Addresses an owner still spends from. */
const PURSE = 4

/**
 * Transactions of 1 input (one in two), 2 to 4, or 5 to 60 (one in twenty), by owners of whom a few make most: an owner's
 * rank is uniform below a rank that is uniform itself, twice over. An input spends from one of the owner's last four
 * addresses, or, every other time, from a new one; addresses are numbered as they appear, as a chain's dictionary does.
 */
export function inputChain(inputs: number): InputChain {
  const draw = random(3, inputs)
  const owners = Math.max(16, inputs >> 3)
  const purses = new Uint32Array(owners * PURSE)
  const held = new Uint32Array(owners)
  const column = new Uint32Array(new SharedArrayBuffer(4 * inputs))
  const starts = new Uint32Array(inputs + 1)
  let transactions = 0
  let addresses = 0
  for (let filled = 0; filled < inputs; ) {
    const owner = draw.below(draw.below(draw.below(owners) + 1) + 1)
    const kind = draw.below(20)
    const count = kind < 10 ? 1 : kind < 19 ? draw.between(2, 4) : draw.between(5, 60)
    for (let k = Math.min(count, inputs - filled); k > 0; k--) {
      const known = Math.min(held[owner]!, PURSE)
      if (known === 0 || draw.chance(1, 2)) {
        purses[owner * PURSE + (held[owner]! % PURSE)] = addresses
        held[owner]!++
        column[filled++] = addresses++
      } else column[filled++] = purses[owner * PURSE + draw.below(known)]!
    }
    starts[++transactions] = filled
  }
  const shared = new Uint32Array(new SharedArrayBuffer(4 * (transactions + 1)))
  shared.set(starts.subarray(0, transactions + 1))
  return { addresses, starts: shared, inputs: column }
}

/**
 * The same as a graph: u32, pairs of addresses, the first input's and another one's. An address that follows itself, or
 * the first one, makes no edge.
 */
export function edgesOf({ starts, inputs }: InputChain): Uint32Array {
  const edges = new Uint32Array(2 * inputs.length)
  let end = 0
  for (let t = 0; t + 1 < starts.length; t++) {
    const first = inputs[starts[t]!]!
    let last = first
    for (let i = starts[t]! + 1; i < starts[t + 1]!; i++) {
      const address = inputs[i]!
      if (address === last || address === first) continue
      last = address
      edges[end++] = first
      edges[end++] = address
    }
  }
  return edges.slice(0, end)
}

/**
 * Fourth pass, first half: pairs (address, transaction) of one segment, each once, grouped by ranges of addresses.
 * @module
 */
import { NONE } from '../ledger.ts'
import { createColumn } from './columnFile.ts'
import { type Job, job } from './pool.ts'
import { loadOf, u32s, type WorkSegment } from './workSegment.ts'

/** Addresses of a range, as a power of two: their counts, and most of their pairs, stay in the processor's caches. */
const RANGE_BITS = 16
export const RANGE: number = 2 ** RANGE_BITS
/** Addresses of one transaction that are compared with each other; more are sorted. */
const FEW = 24

/** Where the pairs of some ranges are: u16 places of addresses in their range, and u32 transactions. */
export interface PairFiles {
  readonly places: string
  readonly txs: string
}

interface PairInput {
  readonly segment: WorkSegment
  /** Of the whole store. */
  readonly addresses: number
  /** First range of each group, and the number of ranges; and the files of each group, which are written. */
  readonly groups: readonly number[]
  readonly files: readonly PairFiles[]
}

/**
 * Writes the pairs of a segment, by range, then by transaction. Each group of ranges has files of its own, so that they can
 * be deleted as they are used up.
 *
 * @returns u32[ranges + 1] first pair of each range
 */
export const pairJob: Job<PairInput, Uint32Array> = job(
  import.meta.url,
  'pairJob',
  ({ segment, addresses, groups, files }) => {
    const { pairs, n } = pairsOf(segment)
    const starts = new Uint32Array(Math.ceil(addresses / RANGE) + 1)
    for (let i = 0; i < n; i++) starts[(pairs[2 * i]! >>> RANGE_BITS) + 1]!++
    for (let range = 1; range < starts.length; range++) starts[range]! += starts[range - 1]!
    const next = starts.slice()
    const places = new Uint16Array(n)
    const txs = new Uint32Array(n)
    for (let i = 0; i < n; i++) {
      const address = pairs[2 * i]!
      const at = next[address >>> RANGE_BITS]!++
      places[at] = address
      txs[at] = pairs[2 * i + 1]!
    }
    for (const [group, file] of files.entries()) {
      const [from, to] = [starts[groups[group]!]!, starts[groups[group + 1]!]!]
      write(file.places, 2, places.subarray(from, to))
      write(file.txs, 4, txs.subarray(from, to))
    }
    return starts
  },
)

function write(file: string, width: number, rows: Uint16Array | Uint32Array): void {
  const column = createColumn(file, width, false)
  column.append(rows)
  column.finish()
}

function pairsOf(segment: WorkSegment): { pairs: Uint32Array; n: number } {
  const txInputs = loadOf(segment, 'txInputs', u32s)
  const txOutputs = loadOf(segment, 'txOutputs', u32s)
  const ins = loadOf(segment, 'inAddress', u32s)
  const outs = loadOf(segment, 'outAddress', u32s)
  const pairs = new Uint32Array(2 * (ins.length + outs.length))
  let own = new Uint32Array(1024)
  let n = 0
  for (let tx = 0; tx + 1 < txInputs.length; tx++) {
    const most = txInputs[tx + 1]! - txInputs[tx]! + txOutputs[tx + 1]! - txOutputs[tx]!
    if (most > own.length) own = new Uint32Array(2 * most)
    let found = 0
    for (let input = txInputs[tx]!; input < txInputs[tx + 1]!; input++) own[found++] = ins[input]!
    for (let output = txOutputs[tx]!; output < txOutputs[tx + 1]!; output++) own[found++] = outs[output]!
    if (most > FEW) own.subarray(0, most).sort()
    for (let i = 0; i < found; i++) {
      const address = own[i]!
      if (address === NONE) continue
      // Of sorted ones, equals stand together.
      let before = most > FEW ? Math.max(0, i - 1) : 0
      while (before < i && own[before] !== address) before++
      if (before < i) continue
      pairs[2 * n] = address
      pairs[2 * n + 1] = segment.firstTx + tx
      n++
    }
  }
  return { pairs, n }
}

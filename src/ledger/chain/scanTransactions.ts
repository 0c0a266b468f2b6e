/**
 * All transactions of a chain store in order, as stretches of its columns: for sums over the whole chain.
 * @module
 */
import type { ChainReader, OpenSegment } from './chainReader.ts'
import { ColumnError } from './columnFile.ts'
import type { PagedColumn } from './pagedColumn.ts'

/**
 * Transactions of a stretch, and inputs and outputs where one transaction alone has not more. It fits a core's second cache:
 * with four times as many, a sum of fees takes half as long again.
 */
const TRANSACTIONS = 2 ** 13
const LEGS = 2 ** 16

/** Some transactions of one segment; valid until the next is asked for. */
export interface Stretch {
  /** Number of the first, and how many. */
  readonly firstTx: number
  readonly n: number
  /** u32[n + 1] first input and output of each transaction, counted from the segment's first. */
  readonly txInputs: Uint32Array
  readonly txOutputs: Uint32Array
  /** f64 of each input and output, from `txInputs[0]` and `txOutputs[0]` on. 0 where the amount of an input is unknown. */
  readonly inSats: Float64Array
  readonly outSats: Float64Array
  /** u32 inputs of unknown amount, ascending, counted from the segment's first. */
  readonly unknown: readonly number[]
}

/** Reads each column once, from its first row to its last; memory does not depend on the chain. @throws {ColumnError} */
export function* scanTransactions({ segments }: ChainReader): Generator<Stretch> {
  const txInputs = new Uint32Array(TRANSACTIONS + 1)
  const txOutputs = new Uint32Array(TRANSACTIONS + 1)
  let inSats = new Float64Array(LEGS)
  let outSats = new Float64Array(LEGS)
  for (const segment of segments) {
    const unknown = unknownIn(segment)
    let at = unknown.next()
    for (let tx = 0; tx < segment.transactions; ) {
      const most = Math.min(TRANSACTIONS, segment.transactions - tx)
      segment.txInputs.read(tx, txInputs.subarray(0, most + 1))
      segment.txOutputs.read(tx, txOutputs.subarray(0, most + 1))
      const n = fitting(segment.txInputs, txInputs, fitting(segment.txOutputs, txOutputs, most))
      const inputs = txInputs[n]! - txInputs[0]!
      const outputs = txOutputs[n]! - txOutputs[0]!
      if (inputs > inSats.length) inSats = new Float64Array(inputs)
      if (outputs > outSats.length) outSats = new Float64Array(outputs)
      segment.inSats.read(txInputs[0]!, inSats.subarray(0, inputs))
      segment.outSats.read(txOutputs[0]!, outSats.subarray(0, outputs))
      const lacking: number[] = []
      for (; !at.done && at.value < txInputs[n]!; at = unknown.next()) lacking.push(at.value)
      yield {
        ...{ firstTx: segment.firstTx + tx, n },
        txInputs: txInputs.subarray(0, n + 1),
        txOutputs: txOutputs.subarray(0, n + 1),
        inSats: inSats.subarray(0, inputs),
        outSats: outSats.subarray(0, outputs),
        unknown: lacking,
      }
      tx += n
    }
  }
}

/** How many of `n` transactions have no more than {@link LEGS} legs, or one. */
function fitting(column: PagedColumn, starts: Uint32Array, n: number): number {
  let last = n
  while (last > 1 && starts[last]! - starts[0]! > LEGS) last = Math.ceil(last / 2)
  for (let tx = 0; tx < last; tx++) {
    if (starts[tx + 1]! < starts[tx]!)
      throw new ColumnError(column.path, `${starts[tx + 1]} follows ${starts[tx]}, where rows ascend`)
  }
  return last
}

function* unknownIn({ unknownInput, unknownGiven }: OpenSegment): Generator<number> {
  for (let row = 0; row < unknownInput.rows; row++) if (unknownGiven.at(row) === 0) yield unknownInput.at(row)
}

/**
 * Fee of each transaction of a stretch, sats: what its inputs bring less what its outputs take. 0 for a coinbase, NaN where
 * the amount of an input is unknown.
 *
 * @param fees f64, at least as long as the stretch
 */
export function feesOf(
  { n, txInputs, txOutputs, inSats, outSats, unknown }: Stretch,
  fees: Float64Array,
): void {
  let input = 0
  let output = 0
  for (let tx = 0; tx < n; tx++) {
    const inputs = txInputs[tx + 1]! - txInputs[0]!
    const outputs = txOutputs[tx + 1]! - txOutputs[0]!
    const coinbase = input === inputs
    let fee = 0
    for (; input < inputs; input++) fee += inSats[input]!
    for (; output < outputs; output++) fee -= outSats[output]!
    fees[tx] = coinbase ? 0 : fee
  }
  let tx = 0
  for (const lacking of unknown) {
    while (txInputs[tx + 1]! <= lacking) tx++
    fees[tx] = Number.NaN
  }
}

export interface FeeTotal {
  readonly transactions: number
  /** Transactions whose fee is unknown: the amount of an input is. They are not in the sum. */
  readonly unknown: number
  /** Sats. */
  readonly fees: bigint
}

/** Sum of all fees that are known. Cost: every amount of the store is read once. @throws {ColumnError} */
export function totalFees(reader: ChainReader): FeeTotal {
  const fees = new Float64Array(TRANSACTIONS)
  let total = 0n
  let unknown = 0
  for (const stretch of scanTransactions(reader)) {
    feesOf(stretch, fees)
    let sum = 0
    for (let tx = 0; tx < stretch.n; tx++) {
      const fee = fees[tx]!
      if (Number.isNaN(fee)) unknown++
      else sum += fee
    }
    if (!Number.isSafeInteger(sum))
      throw new ColumnError(reader.segmentOf(stretch.firstTx).outSats.path, `its fees come to ${sum}`)
    total += BigInt(sum)
  }
  return { transactions: reader.transactions, unknown, fees: total }
}

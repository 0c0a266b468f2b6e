/**
 * What the detectors look at: the shape of one transaction.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { type ClusterColumns, scriptKind } from '../columns.ts'

export interface TxShape {
  readonly row: number
  readonly inputs: number
  /** f64[inputs] sats, NaN where unknown. */
  readonly inputSats: Float64Array
  /** Distinct input scripts. One whose address is unknown counts as a script of its own. */
  readonly inputScripts: number
  /** Inputs of the most frequent input script. */
  readonly topScript: number
  /** Outputs but those of OP_RETURN. */
  readonly outputs: number
  /** Sats of those, in order. */
  readonly outputSats: readonly number[]
  /** True where no two of them pay one address. */
  readonly outputsDistinct: boolean
  readonly dataOutputs: number
  /** Output value in sats -> how many outputs have it; most frequent first, then largest first. */
  readonly values: readonly (readonly [sats: number, count: number])[]
}

const DATA = scriptKind('data')

export function shapeOf(columns: ClusterColumns, row: number): TxShape {
  const inputFrom = columns.inputStarts[row]!
  const inputTo = columns.inputStarts[row + 1]!
  const scripts = countEach(columns.inputAddress.subarray(inputFrom, inputTo))
  const unknown = scripts.get(NONE) ?? 0
  scripts.delete(NONE)
  const outputSats: number[] = []
  const paid: number[] = []
  let dataOutputs = 0
  for (let i = columns.outputStarts[row]!; i < columns.outputStarts[row + 1]!; i++) {
    if (columns.outputKind[i] === DATA) dataOutputs++
    else {
      outputSats.push(columns.outputSats[i]!)
      if (columns.outputAddress[i] !== NONE) paid.push(columns.outputAddress[i]!)
    }
  }
  return {
    row,
    inputs: inputTo - inputFrom,
    inputSats: columns.inputSats.subarray(inputFrom, inputTo),
    inputScripts: scripts.size + unknown,
    topScript: largest(scripts.values(), unknown > 0 ? 1 : 0),
    outputs: outputSats.length,
    outputSats,
    outputsDistinct: new Set(paid).size === paid.length,
    dataOutputs,
    values: [...countEach(outputSats)].sort((a, b) => b[1] - a[1] || b[0] - a[0]),
  }
}

function countEach(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function largest(values: Iterable<number>, atLeast: number): number {
  let most = atLeast
  for (const value of values) if (value > most) most = value
  return most
}

/**
 * The general shape of a CoinJoin, and two that imitate or hide one.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import type { ClusterColumns } from '../columns.ts'
import type { Finding } from './finding.ts'
import type { TxShape } from './shape.ts'

/** Amounts of dusting and of colored coins (BlockSci). */
const NOT_MIXED = [546, 2730]
/** Least amount of a Stonewall (GraphSense). */
const LEAST_STONEWALL = 5000

/**
 * As many equal outputs as there are participants, if each has one and, but for one, change. Rule: BlockSci's
 * `isCoinjoin` (Kalodner et al., USENIX Security 2020), here without counting OP_RETURN.
 */
export function equalOutputs({ inputs, inputScripts, outputs, values }: TxShape): Finding | null {
  const participants = (outputs + 1) >> 1
  const [sats, n] = values[0] ?? [0, 0]
  if (inputs < 2 || outputs < 3 || participants > inputScripts || n !== participants) return null
  if (NOT_MIXED.includes(sats)) return null
  return {
    kind: 'equal-outputs',
    confidence: 30,
    reasons: [
      `${n} of ${outputs} outputs are ${sats} sat, one for each of ${participants} participants`,
      `${inputScripts} different input scripts`,
    ],
  }
}

/**
 * Samourai's Stonewall: one owner (or two) imitates a CoinJoin of two. Rule: GraphSense.
 * @returns Why it may be one, or null.
 */
export function stonewall({ inputs, outputs, values }: TxShape): string | null {
  if (inputs < 2 || outputs < 3 || outputs > 4) return null
  const repeated = values.filter(([, count]) => count > 1)
  if (repeated.length !== 1 || repeated[0]![1] !== 2 || repeated[0]![0] < LEAST_STONEWALL) return null
  return `two of ${outputs} outputs are ${repeated[0]![0]} sat: a Stonewall of one owner looks the same`
}

/**
 * A PayJoin (BIP-78) hides that the payee pays in: nothing sets it apart but an input that the payment did not need.
 * Two outputs; inputs of one kind of script (BIP-78 asks it of the payee) and at least two addresses; and without the
 * smallest input the larger output could still have been paid ("unnecessary input heuristic", BlockSci's optimal change
 * read the other way). Ordinary wallets make such transactions too: this only keeps them from linking.
 */
export function payJoin(columns: ClusterColumns, row: number): Finding | null {
  const { inputStarts, inputAddress, inputSats, inputKind, outputStarts, outputSats, outputKind } = columns
  const from = inputStarts[row]!
  const to = inputStarts[row + 1]!
  const out = outputStarts[row]!
  if (to - from < 2 || outputStarts[row + 1]! - out !== 2) return null
  let given = 0
  let least = Number.POSITIVE_INFINITY
  let addresses = 0
  for (let i = from; i < to; i++) {
    if (inputKind[i] !== inputKind[from]) return null
    if (inputAddress[i] === NONE || inputAddress[i] !== inputAddress[from]) addresses++
    given += inputSats[i]!
    least = Math.min(least, inputSats[i]!)
  }
  if (addresses === 0 || outputKind[out] !== inputKind[from] || outputKind[out + 1] !== inputKind[from])
    return null
  const paid = Math.max(outputSats[out]!, outputSats[out + 1]!)
  const fee = given - outputSats[out]! - outputSats[out + 1]!
  // Unknown amounts are NaN, and compare as false.
  if (!(given - least >= paid + fee)) return null
  return {
    kind: 'payjoin',
    confidence: 20,
    reasons: [
      `${to - from} inputs, though without the smallest, ${least} sat, the larger output of ${paid} sat could be paid`,
      'two outputs, all scripts of one kind',
    ],
  }
}

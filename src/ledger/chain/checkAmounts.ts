import { NONE } from '../ledger.ts'
import { BadAmountError } from './badChain.ts'
import { heightOf, txidOf } from './badSpend.ts'
import { f64s, loadOf, u8s, u32s, type WorkSegment } from './workSegment.ts'

/**
 * Holds every transaction of a segment, once its inputs are known, to what every node does: it pays no more than it gets
 * (Bitcoin Core, `CheckTxInputs`). Left out are coinbases, and those with a prevout whose amount nobody has given.
 *
 * @throws {BadAmountError} naming the first that pays more
 */
export function checkAmounts(segments: readonly WorkSegment[], segment: WorkSegment): void {
  const txInputs = loadOf(segment, 'txInputs', u32s)
  const txOutputs = loadOf(segment, 'txOutputs', u32s)
  const inSats = loadOf(segment, 'inSats', f64s)
  const outSats = loadOf(segment, 'outSats', f64s)
  const unknownInput = loadOf(segment, 'unknownInput', u32s)
  const given = loadOf(segment, 'unknownGiven', u8s)
  const unknown = unknownInput.filter((_, row) => given[row] === 0)
  let next = 0
  for (let tx = 0; tx + 1 < txInputs.length; tx++) {
    const from = txInputs[tx]!
    const to = txInputs[tx + 1]!
    if (from === to) continue
    const hole = (unknown[next] ?? NONE) < to
    while ((unknown[next] ?? NONE) < to) next++
    if (hole) continue
    let left = 0
    for (let input = from; input < to; input++) left += inSats[input]!
    for (let output = txOutputs[tx]!; output < txOutputs[tx + 1]!; output++) left -= outSats[output]!
    if (left >= 0) continue
    const at = segment.firstTx + tx
    throw new BadAmountError(txidOf(segments, at), heightOf(segments, at), -left)
  }
}

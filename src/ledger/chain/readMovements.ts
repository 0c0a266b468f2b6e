/**
 * Movements of whole transactions out of the columns, whole rows in ascending order.
 * @module
 */
import { MOVEMENT_KINDS, type Movements } from '../ledger.ts'
import { order2Of } from '../order.ts'
import type { ChainReader } from './chainReader.ts'
import { ColumnError } from './columnFile.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/**
 * Memory: 24 bytes an input, 20 an output, 60 a transaction.
 *
 * @param txs u32[n] ascending, each once
 */
export function readMovements(reader: ChainReader, txs: Uint32Array): Movements {
  const n = txs.length
  const firstInput = new Uint32Array(n)
  const firstOutput = new Uint32Array(n)
  const debitStarts = new Uint32Array(n + 1)
  const creditStarts = new Uint32Array(n + 1)
  const time = new Float64Array(n)
  const order1 = new Float64Array(n)
  const order2 = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const segment = reader.segmentOf(txs[i]!)
    const { txInputs, txOutputs, blockTx, blockTime, firstHeight } = segment
    const local = txs[i]! - segment.firstTx
    firstInput[i] = txInputs.at(local)
    firstOutput[i] = txOutputs.at(local)
    debitStarts[i + 1] = debitStarts[i]! + ascending(txInputs, local)
    creditStarts[i + 1] = creditStarts[i]! + ascending(txOutputs, local)
    const block = reader.blockOf(segment, local)
    const height = firstHeight + block
    time[i] = blockTime.at(block)
    order1[i] = height
    order2[i] = order2Of({ height, index: local - blockTx.at(block), time: null, depth: 0 })
  }
  const debits = debitStarts[n]!
  const credits = creditStarts[n]!
  const debitHolder = new Uint32Array(debits)
  const debitLotTx = new Uint32Array(debits)
  const debitLotN = new Uint32Array(debits)
  const debitSats = new Float64Array(debits)
  const creditHolder = new Uint32Array(credits)
  const creditN = new Uint32Array(credits)
  const creditSats = new Float64Array(credits)
  for (let i = 0; i < n; i++) {
    const { inAddress, inTx, inN, inSats, outAddress, outSats } = reader.segmentOf(txs[i]!)
    const debit = debitStarts[i]!
    const inputs = debitStarts[i + 1]! - debit
    inAddress.take(firstInput[i]!, inputs, debitHolder, debit)
    inTx.take(firstInput[i]!, inputs, debitLotTx, debit)
    inN.take(firstInput[i]!, inputs, debitLotN, debit)
    inSats.take(firstInput[i]!, inputs, debitSats, debit)
    for (let leg = debit; leg < debit + inputs; leg++) assertSats(inSats, debitSats[leg]!)
    const credit = creditStarts[i]!
    const outputs = creditStarts[i + 1]! - credit
    outAddress.take(firstOutput[i]!, outputs, creditHolder, credit)
    outSats.take(firstOutput[i]!, outputs, creditSats, credit)
    for (let output = 0; output < outputs; output++) {
      assertSats(outSats, creditSats[credit + output]!)
      creditN[credit + output] = output
    }
  }
  return {
    ...{ n, id: txs.slice(), tx: txs, kind: new Uint8Array(n).fill(UTXO), time, order1, order2 },
    order3: new Float64Array(n),
    ...{ debitStarts, debitHolder, debitAsset: new Uint32Array(debits), debitLotTx, debitLotN },
    debitAmount: { narrow: debitSats, wide: [] },
    ...{ creditStarts, creditHolder, creditAsset: new Uint32Array(credits), creditN },
    creditAmount: { narrow: creditSats, wide: [] },
  }
}

/** Money that a damaged file makes up is refused, where it can be told. Returns it. */
export function assertSats({ path }: { readonly path: string }, sats: number): number {
  if (!(sats >= 0 && Number.isSafeInteger(sats)))
    throw new ColumnError(path, `${sats} is no amount of satoshis`)
  return sats
}

/** Rows between a start and the next. */
function ascending(starts: { readonly path: string; at(row: number): number }, row: number): number {
  const rows = starts.at(row + 1) - starts.at(row)
  if (!(rows >= 0)) throw new ColumnError(starts.path, `row ${row + 1} is less than the one before`)
  return rows
}

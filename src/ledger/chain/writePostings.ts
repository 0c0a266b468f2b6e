/**
 * Fourth pass: the transactions of each address, in chain order. Pairs (address, transaction) are spilled by ranges of
 * address numbers; each range is sorted in memory by a stable radix sort.
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { NONE } from '../ledger.ts'
import { createColumn, readColumn } from './columnFile.ts'
import { growF64, growU32, push, rowsOf } from './growable.ts'
import { BATCH_COLUMNS } from './layout.ts'
import { sortRows } from './sortRows.ts'
import { loadOf, u32s, type WorkSegment } from './workSegment.ts'

/** Bytes of a pair while its range is sorted: the pair, its key, two orders. */
const BYTES_PER_PAIR = 24
const FLUSH = 2 ** 18

/** Writes the batch's `posting*`. @param work a folder for the pairs: 8 bytes an input or output */
export function writePostings(
  segments: readonly WorkSegment[],
  batch: string,
  work: string,
  memory: number,
): void {
  const fresh = segments.filter((segment) => segment.fresh)
  const addresses = segments.reduce((sum, segment) => sum + segment.addresses, 0)
  const pairs = fresh.reduce((sum, { head }) => sum + head.inputs + head.outputs, 0)
  // Early addresses are busier: twice the parts that an even spread would need.
  const parts = Math.max(1, Math.ceil((2 * pairs * BYTES_PER_PAIR) / (memory / 2)))
  const span = Math.max(1, Math.ceil(addresses / parts))
  const files = Array.from({ length: parts }, (_, part) =>
    createColumn(join(work, `pairs-${part}`), 8, false),
  )
  const waiting = files.map(() => growU32())
  const add = (address: number, tx: number): void => {
    const part = Math.floor(address / span)
    const own = waiting[part]!
    push(own, address)
    push(own, tx)
    if (own.n < FLUSH / parts) return
    files[part]!.append(rowsOf(own))
    own.n = 0
  }
  for (const segment of fresh) {
    const txInputs = loadOf(segment, 'txInputs', u32s)
    const txOutputs = loadOf(segment, 'txOutputs', u32s)
    const ins = loadOf(segment, 'inAddress', u32s)
    const outs = loadOf(segment, 'outAddress', u32s)
    for (let tx = 0; tx < segment.head.transactions; tx++) {
      // Most repetitions stand together; the others go when the range is sorted.
      let last = NONE
      for (let input = txInputs[tx]!; input < txInputs[tx + 1]!; input++) {
        if (ins[input] === NONE || ins[input] === last) continue
        last = ins[input]!
        add(last, segment.firstTx + tx)
      }
      for (let output = txOutputs[tx]!; output < txOutputs[tx + 1]!; output++) {
        if (outs[output] === NONE || outs[output] === last) continue
        last = outs[output]!
        add(last, segment.firstTx + tx)
      }
    }
  }
  const address = createColumn(join(batch, 'postingAddress'), BATCH_COLUMNS.postingAddress)
  const start = createColumn(join(batch, 'postingStart'), BATCH_COLUMNS.postingStart)
  const txs = createColumn(join(batch, 'postingTx'), BATCH_COLUMNS.postingTx)
  let written = 0
  for (let part = 0; part < parts; part++) {
    files[part]!.append(rowsOf(waiting[part]!))
    files[part]!.finish()
    const file = join(work, `pairs-${part}`)
    const pair = readColumn(file, 8, u32s)
    rmSync(file)
    const keys = new Uint32Array(pair.length / 2)
    for (let i = 0; i < keys.length; i++) keys[i] = pair[2 * i]!
    const own = { address: growU32(), start: growF64(), tx: growU32() }
    let lastAddress = NONE
    let lastTx = NONE
    for (const row of sortRows(keys)) {
      const tx = pair[2 * row + 1]!
      if (keys[row] !== lastAddress) {
        lastAddress = keys[row]!
        push(own.address, lastAddress)
        push(own.start, written + own.tx.n)
      } else if (tx === lastTx) continue
      lastTx = tx
      push(own.tx, tx)
    }
    written += own.tx.n
    address.append(rowsOf(own.address))
    start.append(rowsOf(own.start))
    txs.append(rowsOf(own.tx))
  }
  start.append(Float64Array.of(written))
  for (const column of [address, start, txs]) column.finish()
}

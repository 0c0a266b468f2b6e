/**
 * Second pass: which transaction each id of a prevout is. Part by part of the id space, all ids of the chain in that part
 * go through one exact hash table in chain order.
 * @module
 */
import { NONE } from '../ledger.ts'
import { createByteTable } from './byteTable.ts'
import { growU32, push } from './growable.ts'
import { partStarts, partsFor } from './partitions.ts'
import { createOf, openOf, type WorkSegment } from './workSegment.ts'

/** Bytes of table and of buffers per transaction id. */
const BYTES_PER_ID = 96

/** Writes `prevTx` of every fresh segment: u32 transaction of each `prevId`, NONE where it is outside the store. */
export function resolveTransactions(segments: readonly WorkSegment[], memory: number): void {
  const total = segments.reduce((sum, { head }) => sum + head.transactions, 0)
  const parts = partsFor(total * BYTES_PER_ID, memory / 2)
  const files = segments.map((segment) => {
    const ids = openOf(segment, 'txId')
    const prevs = segment.fresh ? openOf(segment, 'prevId') : null
    return {
      ...{ segment, ids, prevs, rows: openOf(segment, 'txOfId') },
      idStarts: partStarts(ids, parts, false),
      prevStarts: prevs === null ? null : partStarts(prevs, parts, false),
      out: segment.fresh ? createOf(segment, 'prevTx') : null,
    }
  })
  const table = createByteTable(Math.ceil((total / parts) * 1.1), 32)
  const txOf = growU32()
  for (let part = 0; part < parts; part++) {
    table.clear()
    txOf.n = 0
    for (const { segment, ids, prevs, rows, idStarts, prevStarts, out } of files) {
      if (prevs !== null) {
        const wanted = new Uint8Array(32 * (prevStarts![part + 1]! - prevStarts![part]!))
        prevs.read(prevStarts![part]!, wanted)
        const answer = new Uint32Array(wanted.length / 32)
        for (let i = 0; i < answer.length; i++) {
          const key = table.find(0, wanted, 32 * i, 32)
          answer[i] = key < 0 ? NONE : txOf.data[key]!
        }
        out!.append(answer)
      }
      const n = idStarts[part + 1]! - idStarts[part]!
      const own = new Uint8Array(32 * n)
      const tx = new Uint32Array(n)
      ids.read(idStarts[part]!, own)
      rows.read(idStarts[part]!, tx)
      for (let i = 0; i < n; i++) {
        const key = table.intern(0, own, 32 * i, 32)
        if (table.fresh) push(txOf, segment.firstTx + tx[i]!)
        // An id mined twice (before BIP-30): the later one is the one that can be spent.
        else txOf.data[key] = segment.firstTx + tx[i]!
      }
    }
  }
  for (const { ids, prevs, rows, out } of files) {
    for (const file of [ids, prevs, rows]) file?.close()
    out?.finish()
  }
}

/**
 * Second pass: which transaction each id of a prevout is. Part by part of the id space, the ids of the chain in that part go
 * through one exact hash table in chain order. Earlier segments that have far more ids than are wanted are not read: the ids
 * are looked up in them.
 * @module
 */
import { NONE } from '../ledger.ts'
import type { Column } from './columnFile.ts'
import { growU32, push } from './growable.ts'
import { createIdTable } from './idTable.ts'
import { idFinder, isFew, ROWS_PER_LOOK_UP, withPages } from './lookUp.ts'
import { PART_BYTES, partStarts, partsFor } from './partitions.ts'
import { createOf, openOf, type WorkSegment } from './workSegment.ts'

/** Bytes of table and of buffers per transaction id. */
const BYTES_PER_ID = 96
/** Ids looked up at a time. */
const CHUNK = 2 ** 14

export interface ResolveInput {
  readonly segments: readonly WorkSegment[]
  /** Bytes that the tables may take. */
  readonly memory: number
  readonly rowsPerLookUp?: number
}

/**
 * Writes `prevTx` of every fresh segment, u32 transaction of each `prevId`, NONE where it is outside the store, and `lostId`,
 * the ids of those.
 */
export function resolveTransactions({
  segments,
  memory,
  rowsPerLookUp = ROWS_PER_LOOK_UP,
}: ResolveInput): void {
  const prevs = new Map<WorkSegment, Column>()
  for (const segment of segments) if (segment.fresh) prevs.set(segment, openOf(segment, 'prevId'))
  const wanted = [...prevs.values()].reduce((sum, { rows }) => sum + rows, 0)
  const isFar = ({ fresh, head }: WorkSegment): boolean =>
    !fresh && isFew(wanted, head.transactions, rowsPerLookUp)
  const far = segments.filter(isFar)
  const near = segments.filter((segment) => !isFar(segment))
  const total = near.reduce((sum, { head }) => sum + head.transactions, 0)
  const parts = partsFor(total * BYTES_PER_ID, Math.min(memory, PART_BYTES))
  const files = near.map((segment) => {
    const ids = openOf(segment, 'txId')
    const asked = prevs.get(segment)
    const own = { segment, ids, rows: openOf(segment, 'txOfId'), idStarts: partStarts(ids, parts, false) }
    if (asked === undefined) return { ...own, asking: null }
    const starts = partStarts(asked, parts, false)
    const out = { prevTx: createOf(segment, 'prevTx'), lostId: createOf(segment, 'lostId') }
    return { ...own, asking: { asked, starts, out, found: lookUpAll(asked, far) } }
  })
  const table = createIdTable(Math.ceil((total / parts) * 1.1))
  const txOf = growU32()
  for (let part = 0; part < parts; part++) {
    table.clear()
    txOf.n = 0
    for (const { segment, ids, asking, rows, idStarts } of files) {
      if (asking !== null) {
        const { asked, starts, found, out } = asking
        const from = starts[part]!
        const ids = new Uint8Array(32 * (starts[part + 1]! - from))
        asked.read(from, ids)
        const answer = new Uint32Array(ids.length / 32)
        const keys = table.numbers(ids, false)
        for (let i = 0; i < answer.length; i++) {
          const key = keys[i]!
          const near = key < 0 ? NONE : txOf.data[key]!
          const far = found === null ? NONE : found[from + i]!
          // Of an id mined twice, the later transaction is the one that can be spent.
          answer[i] = near === NONE ? far : far === NONE ? near : Math.max(near, far)
          if (answer[i] === NONE) out.lostId.append(ids.subarray(32 * i, 32 * i + 32))
        }
        out.prevTx.append(answer)
      }
      const n = idStarts[part + 1]! - idStarts[part]!
      const own = new Uint8Array(32 * n)
      const tx = new Uint32Array(n)
      ids.read(idStarts[part]!, own)
      rows.read(idStarts[part]!, tx)
      const keys = table.numbers(own, true)
      for (let i = 0; i < n; i++) {
        const key = keys[i]!
        if (key === txOf.n) push(txOf, segment.firstTx + tx[i]!)
        // An id mined twice (before BIP-30): the later one is the one that can be spent.
        else txOf.data[key] = segment.firstTx + tx[i]!
      }
    }
  }
  for (const { ids, rows, asking } of files) {
    for (const file of [ids, rows, asking?.asked]) file?.close()
    asking?.out.prevTx.finish()
    asking?.out.lostId.finish()
  }
}

/** The transaction of each id in these segments; null where there are none to look into. */
function lookUpAll(asked: Column, segments: readonly WorkSegment[]): Uint32Array | null {
  if (segments.length === 0) return null
  const found = new Uint32Array(asked.rows).fill(NONE)
  withPages((cache) => {
    // The last first: what it has is what counts, and most spends are young.
    const finders = segments.map((segment) => idFinder(cache, segment)).reverse()
    for (let from = 0; from < asked.rows; from += CHUNK) {
      const ids = new Uint8Array(32 * Math.min(CHUNK, asked.rows - from))
      asked.read(from, ids)
      for (const { find } of finders) {
        for (let i = 0; 32 * i < ids.length; i++)
          if (found[from + i] === NONE) found[from + i] = find(ids, 32 * i)
      }
    }
  })
  return found
}

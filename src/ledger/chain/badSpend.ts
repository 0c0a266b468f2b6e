import { BadChainError } from './badChain.ts'
import { loadOf, openOf, segmentOfTx, u32s, type WorkSegment } from './workSegment.ts'

/** Says by ids which transaction spends what; transactions are those of the store. */
export function badSpend(
  segments: readonly WorkSegment[],
  tx: number,
  n: number,
  by: number,
  reason: string,
): BadChainError {
  const [prevout, spender] = [`${txidOf(segments, tx)}:${n}`, txidOf(segments, by)]
  return new BadChainError(prevout, spender, heightOf(segments, by), reason)
}

/** Height of a transaction's block. */
export function heightOf(segments: readonly WorkSegment[], tx: number): number {
  const segment = segments[segmentOfTx(segments, tx)]!
  const starts = loadOf(segment, 'blockTx', u32s)
  return segment.head.firstHeight + starts.findLastIndex((first) => first <= tx - segment.firstTx)
}

/** Id of a transaction, as it is printed. */
export function txidOf(segments: readonly WorkSegment[], tx: number): string {
  const segment = segments[segmentOfTx(segments, tx)]!
  const place = new Uint32Array(1)
  const id = new Uint8Array(32)
  const places = openOf(segment, 'idOfTx')
  const ids = openOf(segment, 'txId')
  places.read(tx - segment.firstTx, place)
  ids.read(place[0]!, id)
  places.close()
  ids.close()
  return Buffer.from(id.reverse()).toString('hex')
}

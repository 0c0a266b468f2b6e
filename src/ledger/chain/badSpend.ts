import { BadChainError } from './badChain.ts'
import { openOf, segmentOfTx, type WorkSegment } from './workSegment.ts'

/** Says by ids which transaction spends what; transactions are those of the store. */
export function badSpend(
  segments: readonly WorkSegment[],
  tx: number,
  n: number,
  by: number,
  reason: string,
): BadChainError {
  return new BadChainError(`${txidOf(segments, tx)}:${n}`, txidOf(segments, by), reason)
}

function txidOf(segments: readonly WorkSegment[], tx: number): string {
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

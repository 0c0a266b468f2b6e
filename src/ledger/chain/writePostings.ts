/**
 * Fourth pass: the transactions of each address, in chain order. Each segment's pairs (address, transaction) are grouped by
 * ranges of addresses; then some ranges at a time are gathered from all segments.
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createColumn } from './columnFile.ts'
import { type GatherInput, gatherJob } from './gatherPostings.ts'
import { BATCH_COLUMNS } from './layout.ts'
import { type PairFiles, pairJob, RANGE } from './pairPostings.ts'
import type { Pool } from './pool.ts'
import type { WorkSegment } from './workSegment.ts'

/** Bytes of a pair while it is gathered, its share of its address and the copy for this thread included. */
const BYTES_PER_PAIR = 40
/** Pairs gathered at once, however much memory there is: more would only make threads wait for each other. */
const MOST_PAIRS = 2 ** 23

/** Groups of ranges: what the disk holds twice for a while is one of so many parts of the postings. */
const MOST_GROUPS = 16
/** Fewer in a group would leave threads without work. */
const RANGES_PER_GROUP = 64

/** Writes the batch's `posting*`. @param work a folder for the pairs: 6 bytes an input or output */
export async function writePostings(
  pool: Pool,
  segments: readonly WorkSegment[],
  batch: string,
  work: string,
  memory: number,
): Promise<void> {
  const fresh = segments.filter((segment) => segment.fresh)
  const addresses = segments.reduce((sum, segment) => sum + segment.addresses, 0)
  const ranges = Math.ceil(addresses / RANGE)
  const count = Math.min(MOST_GROUPS, Math.ceil(ranges / RANGES_PER_GROUP))
  const groups = Array.from({ length: count + 1 }, (_, group) => Math.floor((group * ranges) / count) || 0)
  const tasks = fresh.map((segment) => {
    const file = (group: number): string => join(work, `pairs-${segment.head.name}-${group}`)
    const files = groups
      .slice(1)
      .map((_, group) => ({ places: `${file(group)}-places`, txs: `${file(group)}-txs` }))
    return { segment, addresses, groups, files }
  })
  const starts = await pool.run(pairJob, tasks)
  const address = createColumn(join(batch, 'postingAddress'), BATCH_COLUMNS.postingAddress)
  const start = createColumn(join(batch, 'postingStart'), BATCH_COLUMNS.postingStart)
  const tx = createColumn(join(batch, 'postingTx'), BATCH_COLUMNS.postingTx)
  const wave = 2 * pool.threads
  const mostPairs = Math.min(MOST_PAIRS, memory / 2 / wave / BYTES_PER_PAIR)
  for (let group = 0; group < count; group++) {
    const files = tasks.map((task) => task.files[group]!)
    const inputs = [...planGathering(groups[group]!, groups[group + 1]!, files, starts, mostPairs)]
    for (let from = 0; from < inputs.length; from += wave) {
      for (const gathered of await pool.run(gatherJob, inputs.slice(from, from + wave))) {
        const before = tx.rows
        address.append(gathered.address)
        start.append(gathered.start.map((row) => before + row))
        tx.append(gathered.tx)
      }
    }
    for (const { places, txs } of files) for (const path of [places, txs]) rmSync(path)
  }
  start.append(Float64Array.of(tx.rows))
  for (const column of [address, start, tx]) column.finish()
}

/** The ranges of a group one after another, as many at once as have so many pairs. */
function* planGathering(
  from: number,
  to: number,
  files: readonly PairFiles[],
  starts: readonly Uint32Array[],
  mostPairs: number,
): Generator<GatherInput> {
  const pairsOf = (first: number, end: number): number =>
    starts.reduce((sum, of) => sum + of[end]! - of[first]!, 0)
  let first = from
  for (let end = from + 1; end <= to; end++) {
    if (end < to && pairsOf(first, end + 1) <= mostPairs) continue
    const slices = files.map((of, i) => {
      const own = starts[i]!
      return { files: of, starts: Array.from(own.subarray(first, end + 1), (row) => row - own[from]!) }
    })
    yield { firstRange: first, ranges: end - first, slices }
    first = end
  }
}

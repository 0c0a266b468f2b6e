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
import { pairJob, RANGE } from './pairPostings.ts'
import type { Pool } from './pool.ts'
import type { WorkSegment } from './workSegment.ts'

/** Bytes of a pair while it is gathered, its share of its address and the copy for this thread included. */
const BYTES_PER_PAIR = 16
/** Pairs gathered at once, however much memory there is: more would only make threads wait for each other. */
const MOST_PAIRS = 2 ** 23

/** Writes the batch's `posting*`. @param work a folder for the pairs: 8 bytes an input or output */
export async function writePostings(
  pool: Pool,
  segments: readonly WorkSegment[],
  batch: string,
  work: string,
  memory: number,
): Promise<void> {
  const fresh = segments.filter((segment) => segment.fresh)
  const addresses = segments.reduce((sum, segment) => sum + segment.addresses, 0)
  const files = fresh.map(({ head }) => join(work, `pairs-${head.name}`))
  const starts = await pool.run(
    pairJob,
    fresh.map((segment, i) => ({ segment, addresses, file: files[i]! })),
  )
  const address = createColumn(join(batch, 'postingAddress'), BATCH_COLUMNS.postingAddress)
  const start = createColumn(join(batch, 'postingStart'), BATCH_COLUMNS.postingStart)
  const tx = createColumn(join(batch, 'postingTx'), BATCH_COLUMNS.postingTx)
  const wave = 2 * pool.threads
  const inputs = [...planGathering(addresses, files, starts, memory / 2 / wave / BYTES_PER_PAIR)]
  for (let from = 0; from < inputs.length; from += wave) {
    for (const gathered of await pool.run(gatherJob, inputs.slice(from, from + wave))) {
      const before = tx.rows
      address.append(gathered.address)
      start.append(gathered.start.map((row) => before + row))
      tx.append(gathered.tx)
    }
  }
  start.append(Float64Array.of(tx.rows))
  for (const column of [address, start, tx]) column.finish()
  for (const file of files) rmSync(file)
}

/** Ranges one after another, as many at once as have so many pairs. */
function* planGathering(
  addresses: number,
  files: readonly string[],
  starts: readonly Uint32Array[],
  mostPairs: number,
): Generator<GatherInput> {
  const ranges = Math.ceil(addresses / RANGE)
  const pairsOf = (from: number, to: number): number =>
    starts.reduce((sum, of) => sum + of[to]! - of[from]!, 0)
  let first = 0
  for (let range = 1; range <= ranges; range++) {
    if (range < ranges && pairsOf(first, range + 1) <= Math.min(mostPairs, MOST_PAIRS)) continue
    const firstAddress = first * RANGE
    yield {
      firstAddress,
      addresses: Math.min(addresses, range * RANGE) - firstAddress,
      slices: files.map((file, i) => ({ file, from: starts[i]![first]!, to: starts[i]![range]! })),
    }
    first = range
  }
}

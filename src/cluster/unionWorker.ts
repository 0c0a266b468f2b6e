/**
 * A thread of {@link openUnionThreads}: takes spans of rows until none is left.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { uniteInputsShared } from './unionFind.ts'

/** What all threads share; every array lies on shared memory. */
export interface UnionJob {
  readonly parent: Uint32Array
  readonly starts: Uint32Array
  readonly addresses: Uint32Array
  readonly refused: Uint8Array | null
  /** i32[1] spans taken so far. */
  readonly taken: Int32Array
}

/** Rows taken at once: some milliseconds of work, so that threads end together and seldom meet at the counter. */
const SPAN = 1 << 16

/** Works on a job until it is done. Returns the unions that merged two sets. */
export function runUnionJob({ parent, starts, addresses, refused, taken }: UnionJob): number {
  const rows = starts.length - 1
  let merged = 0
  for (;;) {
    const from = Atomics.add(taken, 0, 1) * SPAN
    if (from >= rows) return merged
    merged += uniteInputsShared(parent, starts, addresses, refused, from, Math.min(from + SPAN, rows))
  }
}

/** Marks our own threads: this module may also be loaded in a thread that listens to somebody else. */
export const UNION_THREAD = 'lootline-union'

if (workerData === UNION_THREAD)
  parentPort!.on('message', (job: UnionJob) => parentPort!.postMessage(runUnionJob(job)))

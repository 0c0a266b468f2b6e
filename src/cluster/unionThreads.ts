/**
 * Multi-input clustering on several threads over one shared array of parents. The clusters are those of one thread.
 * Which of several transactions merges two clusters depends on timing, so evidence is kept by one thread only.
 * @module
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { runUnionJob, UNION_THREAD, type UnionJob } from './unionWorker.ts'

/** Threads kept for many calls. */
export interface UnionThreads {
  /**
   * As `uniteInputs`. All arrays must lie on shared memory.
   * @returns Unions that merged two sets.
   */
  unite(
    parent: Uint32Array,
    starts: Uint32Array,
    addresses: Uint32Array,
    refused?: Uint8Array | null,
  ): Promise<number>
  close(): Promise<void>
}

/** Starts `threads` - 1 workers; the calling thread is one of the threads, and is busy until its share is done. */
export function openUnionThreads(threads: number): UnionThreads {
  const file = import.meta.url.endsWith('.ts') ? './unionWorker.ts' : './unionWorker.js'
  const workers = Array.from(
    { length: threads - 1 },
    () => new Worker(new URL(file, import.meta.url), { workerData: UNION_THREAD }),
  )
  return {
    async unite(parent, starts, addresses, refused = null) {
      for (const column of [parent, starts, addresses, refused]) {
        // A thread would get a copy of it, and its unions would be lost.
        if (column !== null && !(column.buffer instanceof SharedArrayBuffer))
          throw new TypeError('every array given to threads must lie on a SharedArrayBuffer')
      }
      const job: UnionJob = {
        parent,
        starts,
        addresses,
        refused,
        taken: new Int32Array(new SharedArrayBuffer(4)),
      }
      const others = workers.map(async (worker) => {
        const answer = once(worker, 'message') as Promise<[number]>
        worker.postMessage(job)
        return (await answer)[0]
      })
      const own = runUnionJob(job)
      return (await Promise.all(others)).reduce((sum, merged) => sum + merged, own)
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

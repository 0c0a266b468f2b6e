/**
 * Most bytes that a folder holds while something else, in this process or another, writes it.
 * @module
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, workerData } from 'node:worker_threads'

const SAMPLE_MS = 100

export interface DiskPeak {
  /** Ends the watch; the most bytes of any sample. */
  stop(): number
}

interface Shared {
  readonly folder: string
  readonly peak: Float64Array
  readonly stopped: Int32Array
}

/** Looks at a folder ten times a second, in a thread: the calling one may be waiting for a process. */
export function watchDisk(folder: string): DiskPeak {
  const shared: Shared = {
    folder,
    peak: new Float64Array(new SharedArrayBuffer(8)),
    stopped: new Int32Array(new SharedArrayBuffer(4)),
  }
  const worker = new Worker(new URL(import.meta.url), { workerData: shared, execArgv: [] })
  worker.unref()
  return {
    stop(): number {
      Atomics.store(shared.stopped, 0, 1)
      Atomics.notify(shared.stopped, 0)
      return shared.peak[0]!
    },
  }
}

function watch({ folder, peak, stopped }: Shared): void {
  do peak[0] = Math.max(peak[0]!, bytesNow(folder))
  while (Atomics.wait(stopped, 0, 0, SAMPLE_MS) === 'timed-out')
}

function bytesNow(folder: string): number {
  let sum = 0
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      sum += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  } catch {
    // It is not there yet, or some of it has just gone: the next sample counts.
  }
  return sum
}

const given = workerData as Partial<Shared> | null
if (given?.folder !== undefined && given.stopped !== undefined) watch(given as Shared)

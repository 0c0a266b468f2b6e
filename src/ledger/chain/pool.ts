/**
 * Threads for the passes of the index: jobs over files, each a function of plain data, handed out in order.
 * @module
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { LootlineError } from '../../errors.ts'
import { type FromThread, type Order, POOL_THREAD, type ThreadError } from './poolWorker.ts'

/** A function that a thread can be asked for: its module is loaded there, so nothing may hang on what is in memory here. */
export interface Job<I, O> {
  readonly module: string
  /** Under which the module exports the job. */
  readonly name: string
  /** Input and output are copied between threads (structured clone); `report` says how far the job is. */
  readonly run: (input: I, report: (done: number) => void) => O | Promise<O>
}

/**
 * @param module `import.meta.url` of the module that exports the job
 * @param name of the export
 */
export function job<I, O>(module: string, name: string, run: Job<I, O>['run']): Job<I, O> {
  return { module, name, run }
}

export interface Pool {
  /** Jobs that run at the same time: memory is to be divided by it. */
  readonly threads: number
  /**
   * Runs one job for each input; the outputs in the order of the inputs. Jobs begin in order. After a failure no other
   * begins, those that run are waited for, and the failure of the earliest is thrown: the same one that a single thread
   * would have met.
   *
   * @param onReport the place of the input, and what its job reports
   */
  run<I, O>(
    job: Job<I, O>,
    inputs: readonly I[],
    onReport?: (place: number, done: number) => void,
  ): Promise<O[]>
  close(): Promise<void>
}

/** More would divide the memory into too many segments; the disk is the limit then. */
const MOST_THREADS = 8

/** As many as the machine runs at once, within bounds. */
export function usualThreads(): number {
  return Math.min(MOST_THREADS, availableParallelism())
}

/**
 * One thread is the calling one: jobs then run in it, one after another. Of several all are workers, started when first
 * asked for, so that the caller stays free for reports. Close it.
 */
export function openPool(threads: number): Pool {
  const workers: Worker[] = []
  return {
    threads,
    async run<I, O>(
      job: Job<I, O>,
      inputs: readonly I[],
      onReport: (place: number, done: number) => void = () => {},
    ): Promise<O[]> {
      const outputs = new Array<O>(inputs.length)
      const failures: { readonly place: number; readonly error: unknown }[] = []
      let next = 0
      const line = async (work: (place: number) => Promise<O>): Promise<void> => {
        while (next < inputs.length && failures.length === 0) {
          const place = next++
          try {
            outputs[place] = await work(place)
          } catch (error) {
            failures.push({ place, error })
          }
        }
      }
      if (threads <= 1) {
        await line(async (place) => job.run(inputs[place]!, (done) => onReport(place, done)))
      } else {
        const lines = Math.min(threads, inputs.length)
        while (workers.length < lines) {
          const worker = startThread()
          workers.push(worker)
          // One that ended by itself (out of memory) is replaced by the next call.
          worker.once('exit', () => {
            if (workers.includes(worker)) workers.splice(workers.indexOf(worker), 1)
          })
        }
        await Promise.all(
          workers
            .slice(0, lines)
            .map((worker) =>
              line((place) => askThread<O>(worker, job, inputs[place], (done) => onReport(place, done))),
            ),
        )
      }
      if (failures.length > 0) throw failures.toSorted((a, b) => a.place - b.place)[0]!.error
      return outputs
    },
    async close(): Promise<void> {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
    },
  }
}

function startThread(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './poolWorker.ts' : './poolWorker.js'
  // What the process was started with (`-e`, `--input-type`) is not for its threads.
  return new Worker(new URL(file, import.meta.url), { workerData: POOL_THREAD, execArgv: [] })
}

function askThread<O>(
  worker: Worker,
  { module, name }: { readonly module: string; readonly name: string },
  input: unknown,
  onReport: (done: number) => void,
): Promise<O> {
  return new Promise((resolve, reject) => {
    const listen = (message: FromThread): void => {
      if ('report' in message) {
        onReport(message.report)
        return
      }
      leave()
      if ('error' in message) reject(restored(message.error))
      else resolve(message.output as O)
    }
    // Out of memory, or a bug: the thread is gone.
    const fail = (error: unknown): void => {
      leave()
      reject(error)
    }
    const leave = (): void => {
      worker.off('message', listen)
      worker.off('error', fail)
      worker.off('exit', exit)
    }
    const exit = (code: number): void => fail(new Error(`a thread of the index ended with code ${code}`))
    worker.on('message', listen)
    worker.on('error', fail)
    worker.on('exit', exit)
    const order: Order = { module, name, input }
    worker.postMessage(order)
  })
}

/** An error of a thread as it was there, but for its class: code, data, message and what to do next are the same. */
function restored({ data, next, name, message, stack, code, path, cause }: ThreadError): Error {
  const options = cause === undefined ? {} : { cause: restored(cause) }
  const error =
    data === undefined || next === undefined
      ? Object.assign(new Error(message, options), code === undefined ? {} : { code, path })
      : new LootlineError(data, message, next, options)
  Object.defineProperty(error, 'name', { value: name, configurable: true, enumerable: false, writable: true })
  if (stack !== undefined) error.stack = stack
  return error
}

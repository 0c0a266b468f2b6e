/**
 * A thread of {@link openPool}: does one job after another.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorData, LootlineError } from '../../errors.ts'
import type { Job } from './pool.ts'

export interface Order {
  readonly module: string
  readonly name: string
  readonly input: unknown
}

/** An error as plain data. */
export interface ThreadError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly data: ErrorData | undefined
  readonly next: string | undefined
  /** What the operating system says (ENOSPC), and of which file. */
  readonly code: string | undefined
  readonly path: string | undefined
  readonly cause: ThreadError | undefined
}

export type FromThread =
  | { readonly report: number }
  | { readonly output: unknown }
  | { readonly error: ThreadError }

/** Marks our own threads: this module may also be loaded in a thread that listens to somebody else. */
export const POOL_THREAD = 'lootline-pool'

async function obey({ module, name, input }: Order): Promise<FromThread> {
  try {
    const exported = (await import(module)) as Readonly<Record<string, Job<unknown, unknown>>>
    const output = await exported[name]!.run(input, (report) => parentPort!.postMessage({ report }))
    return { output }
  } catch (error) {
    return { error: plain(error, 0) }
  }
}

/** As deep as causes are ever nested here. */
const MOST_CAUSES = 4

function plain(error: unknown, depth: number): ThreadError {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error))
  const ours = error instanceof LootlineError ? error : undefined
  const { code, path } = ours === undefined ? (error as NodeJS.ErrnoException) : {}
  return {
    ...{ name, message, stack, data: ours?.data as ErrorData | undefined, next: ours?.next, code, path },
    cause: cause === undefined || depth === MOST_CAUSES ? undefined : plain(cause, depth + 1),
  }
}

if (workerData === POOL_THREAD)
  parentPort!.on('message', async (order: Order) => parentPort!.postMessage(await obey(order)))

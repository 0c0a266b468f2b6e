/**
 * Calls to an EVM node, each answer checked against its schema; what a node does not offer is a value, not an error.
 * @module
 */
import type { z } from 'zod'
import {
  type Answer,
  checkJson,
  type Door,
  type Keep,
  RpcError,
  rpcBatch,
  rpcQuestion,
  SourceError,
} from '../../net/index.ts'

export interface EvmCall<T> {
  readonly method: string
  readonly params: readonly unknown[]
  readonly schema: z.ZodType<T>
  readonly keep: Keep | ((value: T) => Keep)
}

/** The result of one call. Errors as {@link Door.ask}; a JSON-RPC error is an `RpcError`. */
export function ask<T>(door: Door, call: EvmCall<T>): Promise<T> {
  return door.ask(rpcQuestion(callOf(call)))
}

/** The same; null for JSON-RPC errors that `refuses` takes as an answer, which are remembered like one. */
export function askUnless<T>(
  door: Door,
  call: EvmCall<T>,
  refuses: (code: number, message: string) => boolean,
): Promise<T | null> {
  const question = rpcQuestion(callOf(call))
  return door.ask<T | null>({
    ...question,
    read: (answer: Answer) => {
      try {
        return question.read(answer)
      } catch (error) {
        const { rpcCode, rpcMessage } = error instanceof RpcError ? error.data : {}
        if (rpcCode !== undefined && refuses(rpcCode, rpcMessage ?? '')) return null
        throw error
      }
    },
    keep: (value) => (value === null ? 'refresh' : question.keep(value)),
  })
}

/** Requests of so many calls: geth takes 1,000 in one (`--rpc.batch-request-limit`), hosted nodes fewer. */
const BATCH = 100

/** Many calls of one kind; results in the order of the calls. */
export async function askAll<T>(door: Door, calls: readonly EvmCall<T>[], keep: Keep): Promise<T[]> {
  const results: T[] = []
  for (let at = 0; at < calls.length; at += BATCH) {
    const some = calls.slice(at, at + BATCH)
    results.push(...(await door.ask(rpcBatch(some.map(callOf), { keep: () => keep }))))
  }
  return results
}

/**
 * Whether the node lacks the method: -32601 (JSON-RPC 2.0, section 5.1), -32004 (EIP-1474), or in words, as hosted nodes
 * answer with codes of their own.
 */
export function isAbsent(code: number, message: string): boolean {
  return (
    code === -32601 ||
    code === -32004 ||
    (/\bmethod\b.*\bnot\b|\bnot (?:supported|available|allowed|enabled)\b/i.test(message) &&
      !isPruned(code, message))
  )
}

/** Nodes that keep no old state say so in words of their own (geth, Erigon, Nethermind, reth, Besu, hosted ones). */
export function isPruned(_code: number, message: string): boolean {
  return /missing trie node|\bstate\b|prun|archive|header not found/i.test(message)
}

/** Whether a method is offered: it answers, with an error of its own too, and not null. A hosted node may refuse it by HTTP alone. */
export async function isOffered(door: Door, call: EvmCall<unknown>): Promise<boolean> {
  try {
    return (await askUnless(door, call, isAbsent)) !== null
  } catch (error) {
    if (error instanceof RpcError) return true
    if (isForbidden(error)) return false
    throw error
  }
}

/** Refused by HTTP alone. */
export function isForbidden(error: unknown): boolean {
  return error instanceof SourceError && error.data.code === 'NET_STATUS' && REFUSED.has(error.data.status)
}
/** RFC 9110, sections 15.5.2, 15.5.4 and 15.5.6. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 405])

function callOf<T>({ method, params, schema, keep }: EvmCall<T>): Parameters<typeof rpcQuestion<T>>[0] {
  return {
    method,
    params,
    read: (result) => checkJson(schema, result, '$.result'),
    keep: typeof keep === 'function' ? keep : () => keep,
  }
}

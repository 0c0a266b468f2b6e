/**
 * What a node is asked about blocks and transactions; what goes together in its answers is held against each other.
 * @module
 */
import { z } from 'zod'
import { type Door, type Keep, listOf } from '../../net/index.ts'
import type { BlockRef } from '../source.ts'
import { assertAnswer } from './assertAnswer.ts'
import { checkBlock, framesInOrder, keepOf, receiptsInOrder, tracesInOrder } from './blockContent.ts'
import { type Payment, readFrames, readTraces, type Traced } from './payments.ts'
import type { Prover } from './prover.ts'
import { ask, askAll, askUnless, type EvmCall, isAbsent, isOffered, isPruned } from './rpc.ts'
import {
  blockSchema,
  frameSchema,
  headerSchema,
  type RpcBlock,
  type RpcHeader,
  type RpcReceipt,
  type RpcTransaction,
  receiptSchema,
  tracedBlockSchema,
  traceSchema,
  transactionSchema,
} from './wire.ts'

const TRACER = { tracer: 'callTracer' }

/** Which of the two families of trace methods a node offers; null for neither. */
export type TraceMethod = 'trace' | 'debug' | null

type BlockKey = Pick<BlockRef, 'height' | 'hash'>

export interface NodeCalls {
  headerAt(height: number | 'latest'): Promise<RpcHeader | null>
  block(ref: BlockKey): Promise<RpcBlock>
  receipts(block: RpcBlock): Promise<readonly RpcReceipt[]>
  /** null where the node does not have it. */
  transaction(txid: string): Promise<RpcTransaction | null>
  /** `traced` in block order, null where the node offers no traces or has no longer that state; `rewards` where `trace_block` lists them. */
  traces(
    block: RpcBlock,
    receipts: readonly RpcReceipt[],
  ): Promise<{ readonly traced: readonly Traced[] | null; readonly rewards: readonly Payment[] }>
  /** null where the node offers no traces, or has no longer that state. */
  tracesOf(sent: RpcTransaction, keep: Keep, isOf: (traced: Traced | null) => Traced): Promise<Traced | null>
}

/**
 * Everything is proven as far as it can be before it is given on, and so before the door remembers it.
 *
 * @param onPruned told the height of a block whose traces are refused because its state is gone
 */
export function createNodeCalls(
  door: Door,
  prover: Prover,
  traceMethod: TraceMethod,
  onPruned: (height: number) => void,
): NodeCalls {
  let receiptsAtOnce = true

  async function askTraces<T>(height: number, call: EvmCall<T>): Promise<T | null> {
    const traces = await askUnless(door, call, isPruned)
    if (traces === null) onPruned(height)
    return traces
  }

  async function block({ height, hash }: BlockKey): Promise<RpcBlock> {
    const schema = blockSchema.nullable().transform((one) => {
      if (one !== null) {
        checkBlock(one, hash)
        prover.block(one)
      }
      return one
    })
    const keep = (one: RpcBlock | null): Keep => (one === null ? 'never' : passing(height, hash))
    const found = await ask(door, { method: 'eth_getBlockByHash', params: [hash, true], schema, keep })
    assertAnswer(found !== null, `block ${hash}`, 'nothing: the node does not have it')
    return found
  }

  async function receipts(block: RpcBlock): Promise<readonly RpcReceipt[]> {
    if (block.transactions.length === 0) return []
    const proven = (all: readonly RpcReceipt[]): readonly RpcReceipt[] => {
      const ordered = receiptsInOrder(block, all)
      prover.receipts(block, ordered)
      return ordered
    }
    if (receiptsAtOnce) {
      const schema = listOf(receiptSchema).transform(proven)
      const call = { method: 'eth_getBlockReceipts', params: [block.hash], schema, keep: passingOf(block) }
      const all = await askUnless(door, call, isAbsent)
      if (all !== null) return all
      receiptsAtOnce = false
    }
    // One by one nothing can be proven before all are there, so none is remembered.
    const calls = block.transactions.map(({ hash }): EvmCall<RpcReceipt | null> => {
      return {
        method: 'eth_getTransactionReceipt',
        params: [hash],
        schema: receiptSchema.nullable(),
        keep: 'never',
      }
    })
    const some = await askAll(door, calls, 'never')
    return proven(some.filter((receipt) => receipt !== null))
  }

  const traces: NodeCalls['traces'] = async (block, done) => {
    const none = { traced: null, rewards: [] }
    const height = Number(block.number)
    const keep = passingOf(block)
    if (traceMethod === 'trace') {
      const schema = listOf(traceSchema).transform((all) => tracesInOrder(block, done, all))
      return (
        (await askTraces(height, { method: 'trace_block', params: [block.number], schema, keep })) ?? none
      )
    }
    if (traceMethod === null || block.transactions.length === 0) return none
    const schema = tracedBlockSchema.transform((all) => framesInOrder(block, done, all))
    const call = { method: 'debug_traceBlockByHash', params: [block.hash, TRACER], schema, keep }
    return { traced: await askTraces(height, call), rewards: [] }
  }

  const tracesOf: NodeCalls['tracesOf'] = async ({ hash, blockNumber }, keep, isOf) => {
    if (traceMethod === null) return null
    const height = Number(blockNumber)
    if (traceMethod === 'trace') {
      const schema = listOf(traceSchema).transform((all) => isOf(readTraces(all)))
      return askTraces(height, { method: 'trace_transaction', params: [hash], schema, keep })
    }
    const schema = frameSchema.transform((frame) => isOf(readFrames(frame)))
    return askTraces(height, { method: 'debug_traceTransaction', params: [hash, TRACER], schema, keep })
  }

  const headerAt = (height: number | 'latest'): Promise<RpcHeader | null> => {
    const where = height === 'latest' ? height : `0x${height.toString(16)}`
    const schema = headerSchema.nullable().transform((header) => {
      if (header === null) return null
      const number = Number(header.number)
      assertAnswer(height === 'latest' || number === height, `the block at ${height}`, `that at ${number}`)
      prover.header(header)
      return header
    })
    return ask(door, { method: 'eth_getBlockByNumber', params: [where, false], schema, keep: 'never' })
  }

  function transaction(txid: string): Promise<RpcTransaction | null> {
    const schema = transactionSchema.nullable().transform((one) => {
      if (one === null) return null
      assertAnswer(one.hash === txid, `transaction ${txid}`, one.hash)
      prover.id(one)
      return one
    })
    const keep = (one: RpcTransaction | null): Keep => keepOf(one?.blockNumber, one?.blockHash)
    return ask(door, { method: 'eth_getTransactionByHash', params: [txid], schema, keep })
  }

  return { headerAt, block, receipts, transaction, traces, tracesOf }
}

/** Whole blocks are too large to be kept for long. */
function passing(height: number, hash: string): Keep {
  return { height, hash, passing: true }
}

function passingOf(block: RpcBlock): Keep {
  return passing(Number(block.number), block.hash)
}

/** Block 1 is small everywhere; a node that has the method but no longer that state still says that it has it. */
export async function findTraceMethod(door: Door): Promise<TraceMethod> {
  const schema = z.unknown().transform(() => true)
  if (await isOffered(door, { method: 'trace_block', params: ['0x1'], schema, keep: 'refresh' }))
    return 'trace'
  const call = {
    method: 'debug_traceBlockByNumber',
    params: ['0x1', TRACER],
    schema,
    keep: 'refresh',
  } as const
  return (await isOffered(door, call)) ? 'debug' : null
}

/**
 * Value that contracts moved within a transaction, from a node's traces.
 *
 * What moves value: `CALL` with value, `CREATE` and `CREATE2` with an endowment, `SELFDESTRUCT` with what was left.
 * `DELEGATECALL` and `CALLCODE` run other code in the caller's own name and `STATICCALL` may not pay, so they move
 * nothing, whatever value a tracer prints beside them. A frame that failed, and everything beneath it, is undone
 * (Ethereum yellow paper, sections 8 and 9, and appendix H).
 * @module
 */
import { frameSchema, type RpcFrame, type RpcTrace } from './wire.ts'

/** Addresses in lower case; wei. */
export interface Payment {
  readonly from: string
  readonly to: string
  readonly value: bigint
}

/** One transaction's frames. */
export interface Traced {
  /** The transaction's own call, to hold against the transaction itself. `to` is what it created, where it created. */
  readonly top: Payment
  /** The transaction's own call failed: nothing in it moved. */
  readonly failed: boolean
  /** Below the transaction's own call, in the order of execution, value > 0. */
  readonly payments: readonly Payment[]
}

/** More frames than a block's gas can pay for: 36 million gas and 100 for the cheapest call (EIP-2929). */
const MAX_FRAMES = 1_000_000

/** @param traces of one transaction, in any order; null where they are not one tree with one root */
export function readTraces(traces: readonly RpcTrace[]): Traced | null {
  const ordered = [...traces].sort((a, b) => compareAddresses(a.traceAddress, b.traceAddress))
  const root = ordered[0]
  if (root === undefined || root.traceAddress.length > 0 || ordered[1]?.traceAddress.length === 0) return null
  const top = paymentOf(root, true)
  if (top === null) return null
  const payments: Payment[] = []
  /** Deepest failed frame on the way to the present one: in this order its descendants follow it directly. */
  let failed: readonly number[] | null = isFailed(root) ? root.traceAddress : null
  for (const trace of ordered.slice(1)) {
    if (failed !== null && startsWith(trace.traceAddress, failed)) continue
    failed = isFailed(trace) ? trace.traceAddress : null
    const payment = failed === null ? paymentOf(trace, false) : null
    if (payment !== null && payment.value > 0n) payments.push(payment)
  }
  return { top, failed: isFailed(root), payments }
}

function isFailed(trace: RpcTrace): boolean {
  return trace.error !== undefined && trace.error !== null
}

function paymentOf({ type, action, result }: RpcTrace, isRoot: boolean): Payment | null {
  if (type === 'call') {
    if (!isRoot && (action.callType ?? 'call') !== 'call') return null
    return payment(action.from, action.to, action.value)
  }
  if (type === 'create') {
    // A creation that failed made nothing.
    return payment(action.from, result?.address ?? (isRoot ? '' : undefined), action.value)
  }
  // `suicide` was renamed by EIP-6; Parity kept the word.
  if (type === 'suicide' || type === 'selfdestruct')
    return payment(
      action.address ?? action.from,
      action.refundAddress ?? action.to,
      action.balance ?? action.value,
    )
  return null
}

function payment(
  from: string | null | undefined,
  to: string | null | undefined,
  value: string | null | undefined,
): Payment | null {
  if (from === undefined || from === null || to === undefined || to === null) return null
  return { from, to, value: BigInt(value ?? '0x0') }
}

/** Order of execution: a call comes before what it calls. */
function compareAddresses(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

function startsWith(path: readonly number[], start: readonly number[]): boolean {
  return path.length >= start.length && start.every((step, i) => path[i] === step)
}

/**
 * The same from a tree of geth's `callTracer`. Early versions print neither parties nor value of `SELFDESTRUCT`: such
 * frames are passed over.
 * @returns null where a frame is not what the tracer promises, or there are more than {@link MAX_FRAMES}
 */
export function readFrames(root: RpcFrame): Traced | null {
  const top = payment(root.from, root.to ?? '', root.value)
  if (top === null) return null
  const failed = isFrameFailed(root)
  const payments: Payment[] = []
  // Calls still to be read, the next one last: the order of execution without recursion.
  const open: unknown[] = failed ? [] : [...(root.calls ?? [])].reverse()
  let frames = 0
  while (open.length > 0) {
    if (++frames > MAX_FRAMES) return null
    const parsed = frameSchema.safeParse(open.pop())
    if (!parsed.success) return null
    const frame = parsed.data
    if (isFrameFailed(frame)) continue
    const found = MOVES.has(frame.type.toUpperCase()) ? payment(frame.from, frame.to, frame.value) : null
    if (found !== null && found.value > 0n) payments.push(found)
    const calls = frame.calls ?? []
    for (let i = calls.length - 1; i >= 0; i--) open.push(calls[i])
  }
  return { top, failed, payments }
}

function isFrameFailed(frame: RpcFrame): boolean {
  return frame.error !== undefined && frame.error !== null && frame.error !== ''
}

const MOVES: ReadonlySet<string> = new Set(['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT', 'SUICIDE'])

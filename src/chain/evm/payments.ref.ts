/**
 * The slow twin of payments.ts: a call tree is walked as the EVM does, and what a failed call did is thrown away whole.
 * @module
 */
import type { Payment } from './payments.ts'

/** One call of a made-up tree. */
export interface Call {
  readonly type: 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL' | 'CREATE' | 'CREATE2' | 'SELFDESTRUCT'
  readonly from: string
  readonly to: string
  readonly value: bigint
  readonly failed: boolean
  readonly calls: readonly Call[]
}

/** What a call and everything beneath it paid. */
export function slowPayments(call: Call): Payment[] {
  if (call.failed) return []
  const beneath = call.calls.flatMap(slowPayments)
  const isPaying = ['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT'].includes(call.type) && call.value > 0n
  return isPaying ? [{ from: call.from, to: call.to, value: call.value }, ...beneath] : beneath
}

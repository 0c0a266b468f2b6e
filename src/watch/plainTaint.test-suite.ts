/**
 * Where stolen outputs came to, in the plainest way: what the watcher is held against.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { HolderId } from '../units/caip.ts'
import type { AlertLabel } from './alert.ts'

export function outpoint({ txid, n }: { readonly txid: string; readonly n: number }): string {
  return `${txid}:${n}`
}

/** Outputs that stolen money came to, by the plainest rule: every output of what spends it. */
export function taintOf(
  transactions: Iterable<Transaction>,
  theft: string,
  labels: ReadonlyMap<HolderId, AlertLabel>,
): Map<string, bigint> {
  const tainted = new Map<string, bigint>()
  const spenders = new Map<string, Transaction>()
  const byId = new Map<string, Transaction>()
  for (const tx of transactions) {
    byId.set(tx.txid, tx)
    for (const input of tx.inputs) spenders.set(outpoint(input), tx)
  }
  const queue: { txid: string; n: number }[] = byId.has(theft) ? [0, 1].map((n) => ({ txid: theft, n })) : []
  for (let lot = queue.shift(); lot !== undefined; lot = queue.shift()) {
    const { holder: owner, amount } = byId.get(lot.txid)!.outputs[lot.n]!
    if (tainted.has(outpoint(lot))) continue
    tainted.set(outpoint(lot), amount)
    if (lot.txid !== theft && labels.get(owner!)?.stop) continue
    const spender = spenders.get(outpoint(lot))
    if (spender !== undefined) queue.push(...spender.outputs.map((_, n) => ({ txid: spender.txid, n })))
  }
  return tainted
}

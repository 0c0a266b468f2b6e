/**
 * Names of what a flow prints: holders, transactions, labels.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import type { Deposit } from './deposits.ts'
import type { Findings } from './findings.ts'
import type { FlowLabel } from './flow.ts'
import { flowLabel } from './flowLabels.ts'
import type { Gathered } from './gathered.ts'
import type { Statements } from './statements.ts'

export interface Names {
  /** CAIP-10; `<chain>:none` for a burn or a script without address. */
  holder(number: number, asset: Asset): HolderId
  txid(movement: number): string
  height(movement: number): number | null
  /** Labels of every holder that has some, stated or inferred. */
  readonly labels: ReadonlyMap<HolderId, readonly FlowLabel[]>
}

/** Looks up every name the flow prints: one question each for holders, transactions and labels. */
export function nameAll(
  ledger: Ledger,
  statements: Statements,
  { tx }: Gathered,
  findings: Findings,
  deposits: readonly Deposit[],
): Names {
  const { entries, ends, hops, unknown, collisions } = findings
  const numbers = new Map<number, number>()
  const txs = new Map<number, number>()
  const meet = (holder: number): void => {
    if (holder !== NONE && !numbers.has(holder)) numbers.set(holder, numbers.size)
  }
  const pass = (movement: number): void => {
    if (!txs.has(tx.data[movement]!)) txs.set(tx.data[movement]!, txs.size)
  }
  for (const { n, columns } of [entries, ends]) {
    for (let row = 0; row < n; row++) {
      meet(columns.holder[row]!)
      pass(columns.movement[row]!)
    }
  }
  for (let row = 0; row < hops.n; row++) {
    meet(hops.columns.from[row]!)
    meet(hops.columns.to[row]!)
    pass(hops.columns.movement[row]!)
  }
  for (const { holder } of unknown) meet(holder)
  for (const { holder, movement } of collisions) {
    meet(holder)
    pass(movement)
  }
  for (const { holder } of deposits) meet(holder)
  const holders = [...numbers.keys()]
  const ids = ledger.holderIds(Uint32Array.from(holders))
  const heads = ledger.heads(Uint32Array.from(txs.keys()))
  const labels = new Map<HolderId, FlowLabel[]>()
  for (const [i, matches] of statements(holders, () => ids).entries()) {
    if (matches.length > 0) labels.set(ids[i]!, matches.map(flowLabel))
  }
  for (const deposit of deposits) {
    const holder = ids[numbers.get(deposit.holder)!]!
    labels.set(holder, [...(labels.get(holder) ?? []), deposit.label])
  }
  const placeOf = (movement: number): number => txs.get(tx.data[movement]!)!
  return {
    holder: (number, asset) => (number === NONE ? `${asset.chain}:none` : ids[numbers.get(number)!]!),
    txid: (movement) => heads.txid[placeOf(movement)]!,
    height: (movement) => {
      const height = heads.height[placeOf(movement)]!
      return Number.isNaN(height) ? null : height
    },
    labels,
  }
}

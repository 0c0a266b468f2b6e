/**
 * Books over a simulated chain that follow stolen outputs in the plainest way.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { HolderId } from '../units/caip.ts'
import type { AlertLabel, Party } from './alert.ts'
import { outpoint, taintOf } from './plainTaint.test-suite.ts'
import type { Sight, Sighted, SightedLot, WatchedBooks } from './sight.ts'
import { CHAIN, type World } from './simulatedChain.test-suite.ts'

export function sightOf(
  transactions: readonly Transaction[],
  theft: string,
  labels: ReadonlyMap<HolderId, AlertLabel>,
): Sight {
  const tainted = taintOf(transactions, theft, labels)
  const stopped = (owner: HolderId): string | null => labels.get(owner)?.stop ?? null
  const goesOn = (txid: string, owner: HolderId): boolean => txid === theft || stopped(owner) === null
  const byId = new Map(transactions.map((tx) => [tx.txid, tx]))
  const spent = new Set(transactions.flatMap(({ inputs }) => inputs.map(outpoint)))
  const lots: SightedLot[] = []
  for (const [key, amount] of tainted) {
    const [txid, n] = [key.slice(0, 64), Number(key.slice(65))]
    const owner = byId.get(txid)!.outputs[n]!.holder!
    if (!spent.has(key) && goesOn(txid, owner)) lots.push({ chain: CHAIN, txid, n, holder: owner, amount })
  }
  const events: Sighted[] = []
  for (const { txid, inputs, outputs, height, time } of transactions) {
    const drawn = inputs.filter(
      (input) =>
        tainted.has(outpoint(input)) && goesOn(input.txid, byId.get(input.txid)!.outputs[input.n]!.holder!),
    )
    if (drawn.length === 0) continue
    const party = (owner: HolderId, amount: bigint): Party => ({
      ...{ holder: owner, amount: String(amount) },
      ...{ label: labels.get(owner) ?? null, stop: stopped(owner) },
    })
    const facts = {
      ...{ chain: CHAIN, txid, height: height ?? null, time: time ?? null, asset: RBTC, atMost: false },
      ...{ usd: 'unpriced', by: null, more: { from: 0, to: 0 } },
      from: drawn.map((input) => party(byId.get(input.txid)!.outputs[input.n]!.holder!, input.amount!)),
    }
    const paid = (to: readonly Party[]) => ({
      ...{ ...facts, to },
      amount: String(to.reduce((sum, { amount }) => sum + BigInt(amount), 0n)),
    })
    const parties = [...Map.groupBy(outputs, (output) => output.holder!)].map(([owner, own]) =>
      party(
        owner,
        own.reduce((sum, { amount }) => sum + amount, 0n),
      ),
    )
    const onward = parties.filter(({ stop }) => stop === null)
    events.push({ class: 'moved', holder: null, facts: paid(onward.length === 0 ? parties : onward) })
    for (const arrival of parties.filter(({ stop }) => stop !== null))
      events.push({ class: 'arrived', holder: arrival.holder, facts: paid([arrival]) })
  }
  return { lots, holders: [], from: new Map(), events }
}

const RBTC = { id: `${CHAIN}/slip44:1`, symbol: 'rBTC', decimals: 8, known: true }

/** A ledger that outlives the watcher, and what it sees by it. */
export function plainBooks(
  world: World,
  tick: (what: string) => void,
): WatchedBooks & {
  readonly ledger: ReadonlyMap<string, Transaction>
} {
  const ledger = new Map(world.best[0]!.transactions.map((tx) => [tx.txid, tx]))
  return {
    ledger,
    append(placed) {
      tick('before append')
      for (const { transaction } of placed)
        if (!ledger.has(transaction.txid)) ledger.set(transaction.txid, transaction)
      tick('after append')
    },
    transactions: (_chain, txids) => txids.flatMap((txid) => ledger.get(txid) ?? []),
    forget(_chain, txids) {
      tick('before forget')
      for (const txid of txids) ledger.delete(txid)
      tick('after forget')
    },
    sight: () => sightOf([...ledger.values()], world.theft, world.labels),
    labelMark: () => String(world.labels.size) + [...world.labels.values()].map(({ name }) => name).join(),
    labels: (holders) =>
      new Map(
        holders.flatMap((one) => {
          const label = world.labels.get(one)
          return label === undefined ? [] : [[one, [label]] as const]
        }),
      ),
    asset: () => RBTC,
    native: () => RBTC.id,
    value: () => 'unpriced',
  }
}

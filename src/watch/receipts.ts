/**
 * What watched addresses were paid, as events.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Flow } from '../trace/index.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import { type AlertLabel, type Facts, MAX_PARTIES, type Party } from './alert.ts'
import type { Sighted, WatchedBooks } from './sight.ts'
import type { Watch } from './watch.ts'

/** What a watched address was paid: a seed of the flow, without its own money that hops bring back. */
export function receipts(
  flow: Flow,
  watch: Watch,
  ledger: Ledger,
  labelsOf: (holders: readonly HolderId[]) => ReadonlyMap<HolderId, readonly AlertLabel[]>,
  value: WatchedBooks['value'],
): Sighted[] {
  const own = new Set(watch.holders)
  const assets = new Map(flow.assets.map((asset) => [asset.asset, asset]))
  const back = new Map<string, bigint>()
  for (const { chain, txid, asset, to, amount, stop } of flow.hops)
    if (own.has(to) && stop !== 'fee') {
      const key = `${chain} ${txid} ${asset} ${to}`
      back.set(key, (back.get(key) ?? 0n) + BigInt(amount))
    }
  const seeds = flow.seeds.filter(({ basis, holder }) => basis === 'received' && own.has(holder))
  return seeds.flatMap(({ chain, asset, holder, txids }) =>
    txids.flatMap((txid): Sighted[] => {
      const [tx] = ledger.transactions(Uint32Array.from(numbersOf(ledger, chain, txid)))
      if (tx === undefined) return []
      const { amount: paid, from } = paidTo(tx, holder, asset)
      const amount = paid - (back.get(`${chain} ${txid} ${asset} ${holder}`) ?? 0n)
      const labels = labelsOf([holder, ...from])
      const party = (who: HolderId): Party => ({
        ...{ holder: who, amount: String(amount), label: labels.get(who)?.[0] ?? null, stop: null },
      })
      const { symbol, decimals, known } = assets.get(asset)!
      const facts: Facts = {
        ...{ chain, txid, height: tx.height ?? null, time: tx.time ?? null, atMost: false, by: null },
        asset: { id: asset, symbol, decimals, known },
        amount: String(amount),
        usd: tx.time === undefined ? 'unpriced' : value(asset, amount, tx.time),
        from: from.slice(0, MAX_PARTIES).map(party),
        to: [party(holder)],
        more: { from: Math.max(0, from.length - MAX_PARTIES), to: 0 },
      }
      return [{ class: 'received', holder, facts }]
    }),
  )
}

function paidTo(tx: Transaction, holder: HolderId, asset: AssetId): { amount: bigint; from: HolderId[] } {
  const transfers = tx.transfers.filter((one) => one.to === holder && one.asset === asset)
  const outputs = tx.outputs.filter((one) => one.holder === holder)
  const from = [...transfers.map((one) => one.from), ...tx.inputs.map((input) => input.holder ?? null)]
  return {
    amount: [...transfers, ...outputs].reduce((sum, { amount }) => sum + amount, 0n),
    from: [...new Set(from.filter((one) => one !== null))],
  }
}

/** Numbers of a chain's transactions with this id. */
export function numbersOf(ledger: Ledger, chain: ChainId, txid: string): number[] {
  const numbers = ledger.txNumbers(txid)
  const { chain: chains } = ledger.heads(numbers)
  return [...numbers].filter((_, i) => chains[i] === chain)
}

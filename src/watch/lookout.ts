/**
 * What is looked for on one chain: the outputs and accounts of every watch, and what unconfirmed transactions spend and
 * pay. Built anew when something changed; asked millions of times.
 * @module
 */
import type { Interest } from '../chain/source.ts'
import type { Transaction, Transfer } from '../chain/transaction.ts'
import { DEFAULT_BUSY } from '../trace/index.ts'
import { type AssetId, type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { Unconfirmed } from './mempool.ts'
import type { Sight, SightedHolder } from './sight.ts'

/** What a transaction moves of one watch. */
export interface LookoutClaim {
  readonly watch: string
  readonly asset: AssetId
  /** Base units. */
  readonly amount: bigint
  readonly atMost: boolean
  /** Base units by payer. */
  readonly from: ReadonlyMap<HolderId, bigint>
  /** Whom it pays: of account chains only what the payers pay; whole outputs otherwise. Base units. */
  readonly to: ReadonlyMap<HolderId, bigint>
}

export interface Lookout extends Interest {
  readonly chain: ChainId
  /** Transactions whose outputs are watched. */
  readonly lotTxids: ReadonlySet<string>
  readonly holders: ReadonlySet<HolderId>
  /** More transactions of one account than these, since it was looked at last, are not followed. */
  readonly busy: number
  /** Watches that this transaction is about. */
  watchesOf(transaction: Transaction): ReadonlySet<string>
  /** What it moves of each, as far as that can be told before it is traced. */
  claimsOf(transaction: Transaction): readonly LookoutClaim[]
}

interface Held {
  readonly watch: string
  readonly amount: bigint
  readonly atMost: boolean
}

/**
 * @param native the asset of the chain's outputs; null for account chains
 * @example
 * createLookout(BITCOIN, 'bip122:…/slip44:0', sights, []).spends('4bed…', 0)
 */
export function createLookout(
  chain: ChainId,
  native: AssetId | null,
  sights: ReadonlyMap<string, Sight>,
  waiting: readonly Unconfirmed[],
  busy: number = DEFAULT_BUSY,
): Lookout {
  const lots = new Map<string, Map<number, Held[]>>()
  const lot = (txid: string, n: number): Held[] => {
    const byN = lots.get(txid) ?? new Map<number, Held[]>()
    lots.set(txid, byN)
    const held = byN.get(n) ?? []
    byN.set(n, held)
    return held
  }
  const holders = new Map<HolderId, { watch: string; sighted: SightedHolder }[]>()
  for (const [watch, sight] of sights) {
    for (const { chain: own, txid, n, amount } of sight.lots)
      if (own === chain) lot(txid, n).push({ watch, amount, atMost: false })
    for (const sighted of sight.holders) {
      if (chainOf(sighted.holder) !== chain) continue
      const list = holders.get(sighted.holder) ?? []
      list.push({ watch, sighted })
      holders.set(sighted.holder, list)
    }
  }
  const senders = new Set<HolderId>()
  for (const { txid, inputs, outputs, turn, claims } of waiting) {
    // Whoever else spends what it spends, or has its turn, takes its place.
    for (const input of inputs) lot(input.txid, input.n)
    if (turn !== undefined) senders.add(turn.sender)
    for (const { watch, asset, amount } of claims)
      if (asset === native)
        for (const [n, output] of outputs.entries())
          lot(txid, n).push({ watch, amount: smaller(BigInt(amount), BigInt(output.amount)), atMost: true })
  }

  const heldBy = (transaction: Transaction): Held[] =>
    transaction.inputs.flatMap(({ txid, n }) => lots.get(txid)?.get(n) ?? [])

  return {
    chain,
    lotTxids: new Set(lots.keys()),
    holders: new Set(holders.keys()),
    busy,
    spends: (txid, n) => lots.get(txid)?.has(n) ?? false,
    touches: (holder) => holders.has(holder) || senders.has(holder),
    lotsOnly: holders.size + senders.size === 0,
    watchesOf(transaction) {
      const parties = [
        ...transaction.transfers.flatMap(({ from, to }) => [from, to]),
        ...transaction.outputs.map(({ holder }) => holder),
        ...transaction.inputs.map(({ holder }) => holder ?? null),
      ]
      return new Set([
        ...heldBy(transaction).map(({ watch }) => watch),
        ...parties
          .flatMap((holder) => (holder === null ? [] : (holders.get(holder) ?? [])))
          .map(({ watch }) => watch),
      ])
    },
    claimsOf: (transaction) =>
      native !== null && transaction.transfers.length === 0
        ? outputClaims(transaction, native, lots, holders)
        : transferClaims(transaction, holders),
  }
}

function outputClaims(
  { inputs, outputs }: Transaction,
  native: AssetId,
  lots: ReadonlyMap<string, ReadonlyMap<number, readonly Held[]>>,
  holders: ReadonlyMap<HolderId, readonly { watch: string; sighted: SightedHolder }[]>,
): LookoutClaim[] {
  const byWatch = new Map<string, { amount: bigint; atMost: boolean; from: Map<HolderId, bigint> }>()
  for (const input of inputs)
    for (const { watch, amount, atMost } of lots.get(input.txid)?.get(input.n) ?? []) {
      const claim = byWatch.get(watch) ?? { amount: 0n, atMost: false, from: new Map() }
      claim.amount += amount
      claim.atMost ||= atMost
      if (input.holder !== undefined) add(claim.from, input.holder, amount)
      byWatch.set(watch, claim)
    }
  const to = new Map<HolderId, bigint>()
  for (const { holder, amount } of outputs) if (holder !== null) add(to, holder, amount)
  const claims = [...byWatch].map(([watch, claim]) => ({ watch, asset: native, ...claim, to }))
  for (const [holder, amount] of to)
    for (const { watch, sighted } of holders.get(holder) ?? [])
      if (sighted.paid && !byWatch.has(watch))
        claims.push({
          watch,
          asset: native,
          amount,
          atMost: false,
          from: new Map(),
          to: new Map([[holder, amount]]),
        })
  return claims
}

function transferClaims(
  { transfers }: Transaction,
  holders: ReadonlyMap<HolderId, readonly { watch: string; sighted: SightedHolder }[]>,
): LookoutClaim[] {
  const claims = new Map<string, LookoutClaim & { from: Map<HolderId, bigint>; to: Map<HolderId, bigint> }>()
  const claim = (watch: string, { from, to, asset, amount }: Transfer, most: bigint): void => {
    const key = `${watch} ${asset}`
    const made = claims.get(key) ?? { watch, asset, amount: 0n, atMost: true, from: new Map(), to: new Map() }
    claims.set(key, { ...made, amount: made.amount + smaller(amount, most) })
    if (from !== null) add(made.from, from, amount)
    if (to !== null) add(made.to, to, amount)
  }
  for (const transfer of transfers) {
    const { kind, from, to, asset, amount } = transfer
    if (kind === 'fee' || from === to) continue
    const payers = from === null ? [] : (holders.get(from) ?? [])
    for (const { watch, sighted } of payers) {
      const held = sighted.amounts.get(asset) ?? 0n
      if (held > 0n) claim(watch, transfer, held)
    }
    for (const { watch, sighted } of to === null ? [] : (holders.get(to) ?? []))
      if (sighted.paid && !payers.some((payer) => payer.watch === watch)) claim(watch, transfer, amount)
  }
  return [...claims.values()]
}

function add(sums: Map<HolderId, bigint>, holder: HolderId, amount: bigint): void {
  sums.set(holder, (sums.get(holder) ?? 0n) + amount)
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

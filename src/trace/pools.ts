/**
 * Pools the taint may reach: one per (holder, asset) on account chains, one per outpoint on UTXO chains.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'

/** Why a pool is not followed; `open` pools are. */
export const STOPS = ['open', 'service', 'mixer', 'bridge', 'sanctioned', 'busy', 'hops'] as const
export type Stop = (typeof STOPS)[number]

export interface Pool {
  /** Ledger's holder number; NONE for a script without address, a burn. */
  readonly holder: number
  readonly asset: number
  /** Transaction and output number of the outpoint; NONE for account pools. */
  readonly lotTx: number
  readonly lotN: number
  /** Movement from which taint can be there (backward: up to which it counts); -1: from the beginning. */
  since: number
  /** Fewest transfers from a seed. */
  hops: number
  stop: Stop
  /** Verdict on the holder is known and the pool is followed. */
  cleared: boolean
  /** Movements beyond the time limit were left out. */
  cut: boolean
}

export interface Pools {
  readonly all: Pool[]
  account(holder: number, asset: number): number
  lot(tx: number, n: number, holder: number, asset: number): number
  /** Number of the outpoint's pool, or -1. */
  findLot(tx: number, n: number): number
  findAccount(holder: number, asset: number): number
}

/** Outpoints are keyed `tx * 2^21 + n`: exact below 2^53 for u32 transactions; a block holds fewer than 2^21 outputs. */
const LOT_STRIDE = 2 ** 21
const ASSET_STRIDE = 2 ** 20

export function createPools(): Pools {
  const all: Pool[] = []
  const accounts = new Map<number, number>()
  const lots = new Map<number, number>()
  const add = (holder: number, asset: number, lotTx: number, lotN: number): number =>
    all.push({
      holder,
      asset,
      lotTx,
      lotN,
      since: -1,
      hops: Number.POSITIVE_INFINITY,
      stop: 'open',
      cleared: false,
      cut: false,
    }) - 1
  return {
    all,
    account(holder, asset): number {
      const key = holder * ASSET_STRIDE + asset
      const pool = accounts.get(key) ?? add(holder, asset, NONE, NONE)
      accounts.set(key, pool)
      return pool
    },
    lot(tx, n, holder, asset): number {
      const key = tx * LOT_STRIDE + n
      const pool = lots.get(key) ?? add(holder, asset, tx, n)
      lots.set(key, pool)
      return pool
    },
    findLot: (tx, n) => lots.get(tx * LOT_STRIDE + n) ?? -1,
    findAccount: (holder, asset) => accounts.get(holder * ASSET_STRIDE + asset) ?? -1,
  }
}

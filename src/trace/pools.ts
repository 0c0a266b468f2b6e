/**
 * Pools the taint may reach: one per (holder, asset) on account chains, one per outpoint on UTXO chains. As columns: a
 * million pools are a million times 30 bytes, not a million objects.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'

/** Why a pool is not followed; `open` pools are. */
export const STOPS = ['open', 'service', 'mixer', 'bridge', 'swap', 'sanctioned', 'busy', 'hops'] as const
export type Stop = (typeof STOPS)[number]

/** Hops of a pool that no taint reached. */
export const NEVER = 0xffffffff
/** Verdict on the holder is known and the pool is followed. */
export const CLEARED = 1
/** Movements beyond the time limit were left out. */
export const CUT = 2
/** In the next wave. */
export const WAITING = 4

export interface Pools {
  n: number
  /** u32: ledger's holder number; NONE for a script without address, a burn. */
  holder: Uint32Array
  asset: Uint32Array
  /** u32: transaction and output number of the outpoint; NONE for account pools. */
  lotTx: Uint32Array
  lotN: Uint32Array
  /** u32: transaction that spends the outpoint, as far as the ledger was asked; else NONE. */
  spender: Uint32Array
  /** i32: movement from which taint can be there (backward: up to which it counts); -1: from the beginning. */
  since: Int32Array
  /** u32: transfers from a seed, the fewest where the request limits them; NEVER where no taint came. */
  hops: Uint32Array
  /** u8: see {@link STOPS}. */
  stop: Uint8Array
  /** u8: CLEARED, CUT, WAITING. */
  flags: Uint8Array
  account(holder: number, asset: number): number
  lot(tx: number, n: number, holder: number, asset: number): number
  /** Number of the outpoint's pool, or -1. */
  findLot(tx: number, n: number): number
  findAccount(holder: number, asset: number): number
}

/** Why a pool is not followed. */
export function stopOfPool(pools: Pools, pool: number): Stop {
  return STOPS[pools.stop[pool]!]!
}

const FIRST_POOLS = 64

export function createPools(): Pools {
  const accounts = createSlots()
  const lots = createSlots()
  const pools: Pools = {
    n: 0,
    holder: new Uint32Array(FIRST_POOLS),
    asset: new Uint32Array(FIRST_POOLS),
    lotTx: new Uint32Array(FIRST_POOLS),
    lotN: new Uint32Array(FIRST_POOLS),
    spender: new Uint32Array(FIRST_POOLS),
    since: new Int32Array(FIRST_POOLS),
    hops: new Uint32Array(FIRST_POOLS),
    stop: new Uint8Array(FIRST_POOLS),
    flags: new Uint8Array(FIRST_POOLS),
    account(holder, asset): number {
      const pool = find(accounts, pools.holder, pools.asset, holder, asset)
      if (pool >= 0) return pool
      const made = add(holder, asset, NONE, NONE)
      insert(accounts, pools.holder, pools.asset, made)
      return made
    },
    lot(tx, n, holder, asset): number {
      const pool = find(lots, pools.lotTx, pools.lotN, tx, n)
      if (pool >= 0) return pool
      const made = add(holder, asset, tx, n)
      insert(lots, pools.lotTx, pools.lotN, made)
      return made
    },
    findLot: (tx, n) => find(lots, pools.lotTx, pools.lotN, tx, n),
    findAccount: (holder, asset) => find(accounts, pools.holder, pools.asset, holder, asset),
  }

  function add(holder: number, asset: number, lotTx: number, lotN: number): number {
    if (pools.n === pools.holder.length) widen(pools)
    const pool = pools.n++
    pools.holder[pool] = holder
    pools.asset[pool] = asset
    pools.lotTx[pool] = lotTx
    pools.lotN[pool] = lotN
    pools.spender[pool] = NONE
    pools.since[pool] = -1
    pools.hops[pool] = NEVER
    return pool
  }

  return pools
}

function widen(pools: Pools): void {
  const wider = <T extends Uint8Array | Uint32Array | Int32Array>(column: T): T => {
    const bigger = new (column.constructor as new (length: number) => T)(Math.ceil(column.length * 1.5))
    bigger.set(column)
    return bigger
  }
  pools.holder = wider(pools.holder)
  pools.asset = wider(pools.asset)
  pools.lotTx = wider(pools.lotTx)
  pools.lotN = wider(pools.lotN)
  pools.spender = wider(pools.spender)
  pools.since = wider(pools.since)
  pools.hops = wider(pools.hops)
  pools.stop = wider(pools.stop)
  pools.flags = wider(pools.flags)
}

/**
 * Which pool has a pair of u32 keys: open addressing over the pools' own columns, at most half full: 8 to 16 bytes a
 * pool. A `Map` needs one float64 made of both keys, which it keeps on the heap.
 */
interface Slots {
  n: number
  /** u32, a power of two of them: pool + 1, or 0. */
  table: Uint32Array
}

function createSlots(): Slots {
  return { n: 0, table: new Uint32Array(2 * FIRST_POOLS) }
}

/** Finalizer of MurmurHash3 (A. Appleby, public domain) over both keys. */
function slotOf(table: Uint32Array, key1: number, key2: number): number {
  let hash = Math.imul(key1, 0x9e3779b1) ^ Math.imul(key2, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) & (table.length - 1)
}

function find({ table }: Slots, keys1: Uint32Array, keys2: Uint32Array, key1: number, key2: number): number {
  for (let at = slotOf(table, key1, key2); table[at] !== 0; at = (at + 1) & (table.length - 1)) {
    const pool = table[at]! - 1
    if (keys1[pool] === key1 && keys2[pool] === key2) return pool
  }
  return -1
}

function insert(slots: Slots, keys1: Uint32Array, keys2: Uint32Array, pool: number): void {
  if (2 * ++slots.n > slots.table.length) {
    const old = slots.table
    slots.table = new Uint32Array(2 * old.length)
    for (const entry of old) if (entry !== 0) place(slots.table, keys1, keys2, entry)
  }
  place(slots.table, keys1, keys2, pool + 1)
}

function place(table: Uint32Array, keys1: Uint32Array, keys2: Uint32Array, entry: number): void {
  let at = slotOf(table, keys1[entry - 1]!, keys2[entry - 1]!)
  while (table[at] !== 0) at = (at + 1) & (table.length - 1)
  table[at] = entry
}

/**
 * The plainest possible tracer, to check that a simulation's truth is what its ledger says: one queue of labelled
 * amounts for every (holder, asset), or one for every output, spent in a given order.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { HolderId } from '../units/caip.ts'
import type { SimulatedSeed } from './simulate.ts'

interface Slice {
  readonly theft: string | null
  amount: bigint
}

/** Which of a pool's slices a spend draws first. */
export const ORDERS = ['oldest', 'newest', 'stolen', 'clean'] as const
export type Order = (typeof ORDERS)[number]

/** What is where at the end: `theft asset holder` to amount; the holder of a fee is `fee`. */
export type Whereabouts = Map<string, bigint>

export function follow(
  ledger: Iterable<Transaction>,
  seeds: readonly SimulatedSeed[],
  stops: ReadonlySet<HolderId>,
  order: Order,
): Whereabouts {
  const pools = new Map<string, Slice[]>()
  /** Holder of each output. */
  const owners = new Map<string, HolderId>()
  const ended: Whereabouts = new Map()
  const end = (theft: string | null, asset: string, holder: string, amount: bigint): void => {
    if (theft === null || amount === 0n) return
    const key = `${theft} ${asset} ${holder}`
    ended.set(key, (ended.get(key) ?? 0n) + amount)
  }
  const take = (pool: Slice[], amount: bigint): Slice[] => {
    const taken: Slice[] = []
    let open = amount
    while (open > 0n) {
      let at = order === 'newest' ? pool.length - 1 : 0
      if (order === 'stolen' || order === 'clean') {
        const wanted = pool.findIndex(({ theft }) => (theft !== null) === (order === 'stolen'))
        at = wanted < 0 ? 0 : wanted
      }
      const slice = pool[at] ?? { theft: null, amount: open }
      const part = slice.amount < open ? slice.amount : open
      taken.push({ theft: slice.theft, amount: part })
      open -= part
      slice.amount -= part
      if (slice.amount === 0n && pool[at] === slice) pool.splice(at, 1)
    }
    return taken
  }
  const seedOf = new Map(seeds.map((seed) => [`${seed.txid} ${seed.holder} ${seed.asset} ${seed.n}`, seed]))
  const put = (
    slices: readonly Slice[],
    holder: HolderId | null,
    asset: string,
    txid: string,
    n: number | null,
    pool: string,
  ): void => {
    const theft = seedOf.get(`${txid} ${holder} ${asset} ${n}`)?.theft
    const labelled = theft === undefined ? slices : slices.map(({ amount }) => ({ theft, amount }))
    if (holder === null || stops.has(holder)) {
      for (const { theft, amount } of labelled) end(theft, asset, holder ?? 'fee', amount)
      return
    }
    const before = pools.get(pool)
    if (before === undefined) pools.set(pool, [...labelled])
    else before.push(...labelled)
  }
  const nativeOf = (chain: string): string => `${chain}/slip44:1`

  for (const { chain, txid, transfers, inputs, outputs } of ledger) {
    for (const { from, to, asset, amount } of transfers) {
      const drawn =
        from === null ? [{ theft: null, amount }] : take(pools.get(`${from} ${asset}`) ?? [], amount)
      put(drawn, to, asset, txid, null, `${to} ${asset}`)
    }
    const gathered = inputs.flatMap(({ txid, n, amount = 0n }) => {
      const key = `${txid}:${n} ${nativeOf(chain)}`
      const slices = pools.get(key) ?? [{ theft: null, amount }]
      pools.delete(key)
      return slices
    })
    for (const [n, { holder, amount }] of outputs.entries())
      put(take(gathered, amount), holder, nativeOf(chain), txid, n, `${txid}:${n} ${nativeOf(chain)}`)
    if (outputs.length > 0)
      for (const { theft, amount } of gathered) end(theft, nativeOf(chain), 'fee', amount)
    for (const [n, { holder }] of outputs.entries())
      owners.set(`${txid}:${n} ${nativeOf(chain)}`, holder ?? 'none')
  }
  for (const [pool, slices] of pools) {
    const [place, asset] = pool.split(' ') as [string, string]
    for (const { theft, amount } of slices) end(theft, asset, owners.get(pool) ?? place, amount)
  }
  return ended
}

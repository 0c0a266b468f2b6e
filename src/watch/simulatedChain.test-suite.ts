/**
 * A chain of made-up blocks with a mempool, that grows and turns.
 * @module
 */
import { createHash } from 'node:crypto'
import type { BlockRef } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import type { Random } from '../simulate/random.ts'
import { BITCOIN_REGTEST, type HolderId } from '../units/caip.ts'
import type { AlertLabel } from './alert.ts'
import { outpoint, taintOf } from './plainTaint.test-suite.ts'

export const CHAIN: string = BITCOIN_REGTEST
/** Seconds between blocks. */
const SPACING = 600
const START = 1_700_000_000

export interface Block extends BlockRef {
  readonly parent: string
  readonly transactions: readonly Transaction[]
}

/** The world as it is; sources show it, or what it was. */
export interface World {
  best: Block[]
  readonly mempool: Map<string, Transaction>
  readonly labels: Map<HolderId, AlertLabel>
  /** Every transaction there ever was, by id. */
  readonly all: ReadonlyMap<string, Transaction>
  /** Transaction whose first two outputs were stolen. */
  readonly theft: string
  mine(share: number): void
  /** One transaction that spends stolen money, and perhaps innocent money beside it. */
  spend(): void
  /** Another transaction takes the place of one in the mempool. */
  replace(): void
  reorganise(depth: number): void
  label(): void
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const holder = (n: number): HolderId => `${CHAIN}:h${n}`

export function createWorld(random: Random): World {
  let made = 0
  const best: Block[] = []
  const all = new Map<string, Transaction>()
  const mempool = new Map<string, Transaction>()
  const labels = new Map<HolderId, AlertLabel>()
  const make = (inputs: Transaction['inputs'], amounts: readonly bigint[]): Transaction => {
    const outputs = amounts.map((amount) => ({ holder: holder(random.below(60)), amount }))
    const tx = { chain: CHAIN, txid: hash(`tx ${++made}`), transfers: [], inputs, outputs }
    all.set(tx.txid, tx)
    return tx
  }
  const seal = (transactions: readonly Transaction[]): void => {
    const parent = best.at(-1)?.hash ?? hash('none')
    const height = best.length
    const time = START + height * SPACING
    best.push({
      ...{ height, parent, time, hash: hash(`block ${parent} ${++made}`) },
      transactions: transactions.map((tx, index) => ({ ...tx, height, index, time })),
    })
  }
  const theft = make([], [5_000n, 7_000n, 1_000n])
  const innocent = make(
    [],
    Array.from({ length: 40 }, () => 100n),
  )
  seal([theft, innocent])

  const confirmed = (): Transaction[] => best.flatMap((block) => block.transactions)
  /** What nothing spends, neither in the chain nor in the mempool. */
  const unspent = (
    of: readonly Transaction[],
  ): { txid: string; n: number; holder: HolderId; amount: bigint }[] => {
    const spent = new Set([...confirmed(), ...mempool.values()].flatMap(({ inputs }) => inputs.map(outpoint)))
    return of
      .flatMap(({ txid, outputs }) =>
        outputs.map((output, n) => ({ txid, n, holder: output.holder!, amount: output.amount })),
      )
      .filter((lot) => !spent.has(outpoint(lot)) && lot.amount > 1n)
  }
  const split = (total: bigint): bigint[] => {
    const parts = random.between(1, 3)
    const first = parts === 1 ? total : total / BigInt(parts)
    return parts === 1 ? [total] : [total - first * BigInt(parts - 1), ...Array(parts - 1).fill(first)]
  }
  const descendantsOf = (txid: string): string[] =>
    [...mempool.values()]
      .filter(({ inputs }) => inputs.some((input) => input.txid === txid))
      .flatMap((child) => [child.txid, ...descendantsOf(child.txid)])
  const evict = (txid: string): void => {
    for (const gone of [txid, ...descendantsOf(txid)]) mempool.delete(gone)
  }
  /** Throws out what can no longer be confirmed. */
  const clean = (): void => {
    for (let before = -1; before !== mempool.size; ) {
      before = mempool.size
      const chain = confirmed()
      const spent = new Set(chain.flatMap(({ inputs }) => inputs.map(outpoint)))
      const there = new Set([...chain.map(({ txid }) => txid), ...mempool.keys()])
      for (const { txid, inputs } of [...mempool.values()])
        if (inputs.some((input) => spent.has(outpoint(input)) || !there.has(input.txid))) mempool.delete(txid)
    }
  }
  /** Some of the mempool, parents first. */
  const choose = (share: number): Transaction[] => {
    const chosen: Transaction[] = []
    const have = new Set(confirmed().map(({ txid }) => txid))
    for (const tx of mempool.values())
      if (tx.inputs.every(({ txid }) => have.has(txid)) && random.chance(share, 100)) {
        chosen.push(tx)
        have.add(tx.txid)
      }
    for (const { txid } of chosen) mempool.delete(txid)
    return chosen
  }

  const world: World = {
    best,
    mempool,
    labels,
    all,
    theft: theft.txid,
    mine(share) {
      seal(choose(share))
      clean()
    },
    spend() {
      const tainted = taintOf([...confirmed(), ...mempool.values()], theft.txid, labels)
      const own = unspent([...confirmed(), ...mempool.values()]).filter((lot) => tainted.has(outpoint(lot)))
      const clean = unspent([innocent])
      const lots = own.length === 0 ? [] : [random.pick(own)]
      if (own.length > 1 && random.chance(1, 4)) lots.push(own.find((lot) => lot !== lots[0])!)
      if (clean.length > 0 && (lots.length === 0 || random.chance(1, 3))) lots.push(random.pick(clean))
      if (lots.length === 0) return
      const total = lots.reduce((sum, { amount }) => sum + amount, 0n)
      const tx = make(lots, split(total - 1n))
      mempool.set(tx.txid, tx)
    },
    replace() {
      if (mempool.size === 0) return
      const old = random.pick([...mempool.values()])
      const inputs = random.chance(1, 3) ? [random.pick(old.inputs)] : old.inputs
      const total = inputs.reduce((sum, { amount }) => sum + amount!, 0n)
      evict(old.txid)
      if (total < 2n) return
      const tx = make(inputs, split(total - 1n))
      mempool.set(tx.txid, tx)
    },
    reorganise(depth) {
      if (best.length <= depth + 1) return
      const back = best.splice(best.length - depth).flatMap(({ transactions }) => transactions)
      for (const { height: _h, index: _i, time: _t, ...tx } of back)
        if (!random.chance(1, 8)) mempool.set(tx.txid, tx)
      // Parents first again.
      const order = new Map(back.map(({ txid }, i) => [txid, i]))
      const sorted = [...mempool.values()].sort(
        (a, b) => (order.get(a.txid) ?? back.length) - (order.get(b.txid) ?? back.length),
      )
      mempool.clear()
      for (const tx of sorted) mempool.set(tx.txid, tx)
      clean()
      if (random.chance(1, 2)) world.replace()
      for (let i = 0; i <= depth; i++) world.mine(random.pick([0, 50, 100]))
    },
    label() {
      const stop = random.pick(['service', 'sanctioned', 'mixer'])
      const name = `Label ${++made}`
      labels.set(holder(random.below(60)), { name, category: null, stop, confidence: 100, source: 'made up' })
    },
  }
  return world
}

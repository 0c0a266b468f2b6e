/**
 * A chain of made-up blocks with a mempool, that grows, turns and is asked through unreliable sources; and books over it
 * that follow stolen outputs in the plainest way.
 * @module
 */
import { createHash } from 'node:crypto'
import type { BlockRef, Placed, Source, SpentBy } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { SourceError } from '../net/index.ts'
import type { Random } from '../simulate/random.ts'
import { BITCOIN_REGTEST, type HolderId } from '../units/caip.ts'
import type { AlertLabel, Party } from './alert.ts'
import type { Sight, Sighted, SightedLot, WatchedBooks } from './sight.ts'

export const CHAIN: string = BITCOIN_REGTEST
const ASSET = `${CHAIN}/slip44:1`
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
const outpoint = ({ txid, n }: { txid: string; n: number }): string => `${txid}:${n}`

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

const RBTC = { id: ASSET, symbol: 'rBTC', decimals: 8, known: true }

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
    native: () => ASSET,
    value: () => 'unpriced',
  }
}

/** What may go wrong when a source is asked. */
export interface SourceFaults {
  /** Throws where the question fails; says how the answer is wrong. */
  ask(what: string): 'right' | 'other block' | 'old'
}

/** A node: blocks whole, and a mempool. */
export function nodeSource(world: World, faults: SourceFaults, name: string): Source {
  return { ...commonSource(world, faults, name), ...matching(world, faults, name) }
}

/** An explorer: who spends an output. */
export function explorerSource(world: World, faults: SourceFaults, name: string): Source {
  return {
    ...commonSource(world, faults, name),
    async spends(txid) {
      faults.ask('spends')
      const all = everything(world)
      const outputs = all.find(({ transaction }) => transaction.txid === txid)?.transaction.outputs ?? []
      return outputs.map((_, n): SpentBy | null => {
        for (const { transaction, block } of all) {
          if (transaction.inputs.some((one) => one.txid === txid && one.n === n))
            return { txid: transaction.txid, block: block && ref(block) }
        }
        return null
      })
    },
  }
}

function matching(world: World, faults: SourceFaults, name: string): Pick<Source, 'matches' | 'mempool'> {
  return {
    async matches(asked, interest) {
      const how = faults.ask('matches')
      const block = world.best[how === 'other block' ? Math.max(0, asked.height - 1) : asked.height]
      if (block === undefined || (how === 'right' && block.hash !== asked.hash)) throw gone(name)
      return { block: ref(block), transactions: placedIn(block).filter(wanted(interest)), assets: [] }
    },
    async mempool(interest) {
      faults.ask('mempool')
      return [...world.mempool.values()]
        .map((transaction) => ({ transaction, block: null, links: [] }))
        .filter(wanted(interest))
    },
  }
}

function commonSource(world: World, faults: SourceFaults, name: string): Source {
  /** What the source took for the best chain when it last fell behind. */
  let old = [...world.best]
  const view = (how: string): readonly Block[] => (how === 'old' ? old : world.best)
  return {
    kind: 'bitcoin',
    chain: CHAIN,
    shown: name,
    blind: [],
    async tip() {
      const how = faults.ask('tip')
      if (how === 'right' && world.best.length % 3 === 0) old = [...world.best]
      return ref(view(how).at(-1)!)
    },
    async blockAt(height) {
      const block = view(faults.ask('blockAt'))[height]
      return block === undefined ? null : ref(block)
    },
    async transaction(txid) {
      faults.ask('transaction')
      const placed = everything(world).find(({ transaction }) => transaction.txid === txid)
      return placed === undefined
        ? null
        : { placed: { ...placed, block: placed.block && ref(placed.block) }, assets: [] }
    },
  }
}

function everything(world: World): { transaction: Transaction; block: Block | null; links: [] }[] {
  return [
    ...world.best.flatMap((block) =>
      block.transactions.map((transaction) => ({ transaction, block, links: [] as [] })),
    ),
    ...[...world.mempool.values()].map((transaction) => ({ transaction, block: null, links: [] as [] })),
  ]
}

function placedIn(block: Block): Placed[] {
  return block.transactions.map((transaction) => ({ transaction, block: ref(block), links: [] }))
}

function wanted(interest: Parameters<NonNullable<Source['mempool']>>[0]): (placed: Placed) => boolean {
  return ({ transaction: { inputs, outputs } }) =>
    inputs.some(({ txid, n }) => interest.spends(txid, n)) ||
    outputs.some(({ holder: owner }) => owner !== null && interest.touches(owner))
}

function ref({ height, hash: id, time, parent }: Block): BlockRef {
  return { height, hash: id, time, parent }
}

function gone(name: string): SourceError {
  return new SourceError(
    { code: 'NET_STATUS', status: 404, body: 'no such block' },
    { source: name, question: 'a block', attempts: 1 },
  )
}

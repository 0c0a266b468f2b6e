/**
 * Sources of a simulated chain, as unreliable as they are told to be.
 * @module
 */
import type { BlockRef, Placed, Source, SpentBy } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { SourceError } from '../net/index.ts'
import { type Block, CHAIN, type World } from './simulatedChain.test-suite.ts'

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

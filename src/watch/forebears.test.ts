/** What waits on a transaction whose block is taken back. */
import { expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { random } from '../simulate/random.ts'
import { plainRequest } from '../trace/index.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { plainBooks } from './simulatedBooks.test-suite.ts'
import { CHAIN, createWorld } from './simulatedChain.test-suite.ts'
import { nodeSource } from './simulatedSources.test-suite.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

const [PARENT, CHILD, GRANDCHILD, RIVAL] = ['a1', 'a2', 'a3', 'b1'].map((id) => id.repeat(32)) as [
  string,
  string,
  string,
  string,
]
const NAMES = { [PARENT]: 'parent', [CHILD]: 'child', [GRANDCHILD]: 'grandchild', [RIVAL]: 'rival' }
const spend = (txid: string, from: string, amount: bigint): Transaction => ({
  ...{ chain: CHAIN, txid, transfers: [] },
  inputs: [{ txid: from, n: 0 }],
  outputs: [{ holder: `${CHAIN}:${txid}`, amount }],
})

/** A child waits on a parent in a block; then that block is taken back. */
async function turned() {
  const world = createWorld(random(1))
  const books = plainBooks(world, () => {})
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watch: Watch = {
    ...{ id: 'w', name: 'w', kind: 'flow', holders: [], since: { [CHAIN]: 0 }, receivers: [], added: 0 },
    request: plainRequest({ seeds: [{ theft: 't', of: { kind: 'lot', txid: world.theft } }] }),
  }
  store.add(watch, beginWatch(watch, books.sight(watch), books, 0))
  const source = nodeSource(world, { ask: () => 'right' }, 'a node')
  const watcher = createWatcher({
    ...{ store, books, clock: { now: () => 0 } },
    sources: new Map([[CHAIN, [{ shown: source.shown, open: async () => source }]]]),
  })
  const put = (...all: Transaction[]): void => {
    for (const one of all) world.mempool.set(one.txid, one)
  }
  const look = async (): Promise<string[]> => {
    expect(await watcher.pass(CHAIN)).toMatchObject({ atTip: true, failures: [] })
    return store
      .alerts({ limit: 100 })
      .toReversed()
      .map(({ kind, txid, by }) => [kind, ...[txid, by].flatMap((id) => NAMES[id ?? ''] ?? [])].join(' '))
  }
  const parent = spend(PARENT, world.theft, 5_000n)
  put(parent)
  world.mine(100)
  put(spend(CHILD, PARENT, 4_000n), spend(GRANDCHILD, CHILD, 3_000n))
  const before = await look()
  expect(before).toEqual(['moved parent', 'unconfirmed child', 'unconfirmed grandchild'])
  world.best.pop()
  world.mempool.clear()
  return { world, put, look, parent, before }
}

test.each(['in a block', 'in the mempool'])(
  'is replaced with it by what spends the same %s',
  async (where) => {
    const { world, put, look, before } = await turned()
    if (where === 'in a block') put(spend(RIVAL, world.theft, 4_900n))
    world.mine(100)
    world.mine(100)
    if (where !== 'in a block') {
      await look()
      put(spend(RIVAL, world.theft, 4_900n))
    }
    const told = await look()
    expect(told).toEqual(
      expect.arrayContaining([...before, 'replaced child rival', 'replaced grandchild rival']),
    )
    expect(told.filter((one) => one.startsWith('replaced'))).toHaveLength(2)
    expect(await look()).toEqual(told)
  },
)

test('is told of no more where the parent is in another block, or waits with it', async () => {
  const { world, put, look, parent, before } = await turned()
  put(parent)
  world.mine(100)
  world.mine(100)
  put(spend(CHILD, PARENT, 4_000n), spend(GRANDCHILD, CHILD, 3_000n))
  expect(await look()).toEqual(before)
})

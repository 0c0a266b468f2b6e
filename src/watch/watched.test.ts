import { expect, test } from 'vitest'
import { random } from '../simulate/random.ts'
import { plainRequest } from '../trace/index.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { plainBooks } from './simulatedBooks.test-suite.ts'
import { CHAIN, createWorld } from './simulatedChain.test-suite.ts'
import { nodeSource } from './simulatedSources.test-suite.ts'
import { START_AT_TIP, type Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

test('a label that comes in the middle of a look is told of', async () => {
  const world = createWorld(random(7))
  const books = plainBooks(world, () => {})
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], receivers: [], since: { [CHAIN]: 0 }, added: 0 },
    request: plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid: world.theft } }] }),
  }
  store.add(watch, beginWatch(watch, books.sight(watch), books, 0))
  world.spend()
  const [spend] = world.mempool.values()
  world.mine(100)
  const holder = spend!.outputs[0]!.holder!
  const label = { name: 'Big Exchange', category: null, stop: 'service', confidence: 100, source: 'x' }
  const sight: typeof books.sight = (one) => {
    const seen = books.sight(one)
    // As another process does: the flow was traced, and its labels have not been asked for yet.
    if (seen.events.length > 0) world.labels.set(holder, label)
    return seen
  }
  const source = nodeSource(world, { ask: () => 'right' }, 'node')
  const watcher = createWatcher({
    ...{ store, books: { ...books, sight }, clock: { now: () => 0 } },
    sources: new Map([[CHAIN, [{ shown: 'node', open: async () => source }]]]),
  })
  await watcher.pass(CHAIN)
  await watcher.pass(CHAIN)
  const alerts = store.alerts({ limit: 10 })
  const about = alerts.filter(({ to }) => to.some((party) => party.holder === holder && party.label !== null))
  expect(about).toHaveLength(1)
})

test('what moved before the first look is told, though an address of which nothing is known is watched too', async () => {
  const world = createWorld(random(7))
  const books = plainBooks(world, () => {})
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const heist: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], receivers: [], since: { [CHAIN]: 0 }, added: 0 },
    request: plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid: world.theft } }] }),
  }
  const holders = [`${CHAIN}:nobody`]
  const address: Watch = {
    ...{ id: 'x', name: 'address', kind: 'address', holders, receivers: [], added: 0 },
    since: { [CHAIN]: START_AT_TIP },
    request: plainRequest({ seeds: [{ theft: 'watched', of: { kind: 'holders', holders } }] }),
  }
  for (const watch of [address, heist]) store.add(watch, beginWatch(watch, books.sight(watch), books, 0))
  world.spend()
  const [spend] = world.mempool.values()
  world.mine(100)
  const source = nodeSource(world, { ask: () => 'right' }, 'node')
  const watcher = createWatcher({
    ...{ store, books, clock: { now: () => 0 } },
    sources: new Map([[CHAIN, [{ shown: 'node', open: async () => source }]]]),
  })
  await watcher.pass(CHAIN)
  const told = store.alerts({ limit: 10 }).map(({ kind, txid }) => ({ kind, txid }))
  expect(told).toContainEqual({ kind: expect.stringMatching(/^(moved|split)$/), txid: spend!.txid })
})

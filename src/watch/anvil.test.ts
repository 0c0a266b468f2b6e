import { beforeAll, expect, test } from 'vitest'
import { startAnvil } from '../chain/evm/anvil.test-suite.ts'
import { createEvmNode } from '../chain/evm/createEvmNode.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { books as booksOf } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher, type Watcher } from './watcher.ts'
import { createWatchStore, type WatchStore } from './watchStore.ts'

const CHAIN = 'eip155:31337'
const ETHER = 10n ** 18n

let anvil: Awaited<ReturnType<typeof startAnvil>>
beforeAll(async () => {
  anvil = await startAnvil({ chainId: 31337 })
  return () => anvil.stop()
})

/** A watch of account 20, which nobody has heard of. */
async function watchThief(): Promise<{ watcher: Watcher; store: WatchStore; kinds: () => string[] }> {
  const source = await createEvmNode(anvil.door())
  const holder = `${CHAIN}:${anvil.accounts[20]!.address}`
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watched = tracedBooks(booksOf(createMemoryLedger()))
  const watch: Watch = {
    ...{ id: 'w', name: 'thief', kind: 'address', holders: [holder], receivers: [], added: 0 },
    since: { [CHAIN]: 0 },
    request: plainRequest({ seeds: [{ theft: 't', of: { kind: 'holders', holders: [holder] } }] }),
  }
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => 1_700_000_000_000 } },
    sources: new Map([[CHAIN, [{ shown: source.shown, open: async () => source }]]]),
  })
  const kinds = (): string[] =>
    store
      .alerts({ limit: 100 })
      .toReversed()
      .map(({ kind, amount }) => `${kind} ${amount === null ? '' : BigInt(amount) / (ETHER / 10n)}`)
  return { watcher, store, kinds }
}

test('a real EVM node: coins that come, go on, and are taken back by a reorganisation', async () => {
  const { watcher, kinds } = await watchThief()
  const pass = async (): Promise<void> => {
    const done = await watcher.pass(CHAIN)
    expect(done).toMatchObject({ atTip: true, failures: [] })
  }
  await pass()
  expect(kinds()).toEqual([])
  await anvil.send(0, anvil.accounts[20]!.address, 10n * ETHER)
  await pass()
  expect(kinds()).toEqual(['received 100'])
  // Waiting first, then in a block.
  await anvil.inOneBlock(async () => {
    await anvil.send(20, anvil.accounts[21]!.address, 4n * ETHER)
    await pass()
  })
  await pass()
  expect(kinds()).toEqual(['received 100', 'unconfirmed 40', 'moved 40'])
  // And on from the next, who is watched by now.
  await anvil.send(21, anvil.accounts[22]!.address, 3n * ETHER)
  await pass()
  expect(kinds().slice(3)).toEqual(['moved 30'])
  await anvil.rpc('anvil_reorg', [1, []])
  await anvil.rpc('anvil_mine', ['0x1'])
  await pass()
  expect(kinds().slice(4)).toEqual(['reversed 30'])
})

import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { startAnvil } from '../chain/evm/anvil.test-suite.ts'
import { createEvmNode } from '../chain/evm/createEvmNode.ts'
import { createEtherscan } from '../chain/evm/etherscan/createEtherscan.ts'
import { startEtherscanServer } from '../chain/evm/etherscan/etherscanServer.test-suite.ts'
import type { Source } from '../chain/source.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor } from '../net/index.ts'
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

/** A watch of one account, which nobody has heard of. */
async function watchThief(
  account: number,
  open: () => Promise<Source>,
): Promise<{ watcher: Watcher; store: WatchStore; kinds: () => string[] }> {
  const holder = `${CHAIN}:${anvil.accounts[account]!.address}`
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watched = tracedBooks(booksOf(createMemoryLedger()))
  const watch: Watch = {
    ...{ id: 'w', name: 'thief', kind: 'address', holders: [holder], receivers: [], added: 0 },
    since: { [CHAIN]: Number(await anvil.rpc('eth_blockNumber')) },
    request: plainRequest({ seeds: [{ theft: 't', of: { kind: 'holders', holders: [holder] } }] }),
  }
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => 1_700_000_000_000 } },
    sources: new Map([[CHAIN, [{ shown: 'a source', open }]]]),
  })
  const kinds = (): string[] =>
    store
      .alerts({ limit: 100 })
      .toReversed()
      .map(({ kind, amount }) => `${kind} ${amount === null ? '' : BigInt(amount) / (ETHER / 10n)}`)
  return { watcher, store, kinds }
}

test('a real EVM node: coins that come, go on, and are taken back by a reorganisation', async () => {
  const node = await createEvmNode(anvil.door())
  const { watcher, kinds } = await watchThief(20, async () => node)
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

test.each([
  ['in the mempool', true, 10],
  ['by one that is mined and was not seen waiting', false, 14],
])('a real EVM node: who takes the nonce of a transaction takes its place, %s', async (_, isSeen, first) => {
  const node = await createEvmNode(anvil.door())
  const { watcher, store, kinds } = await watchThief(first, async () => node)
  const [thief, payee, stranger] = [anvil.accounts[first]!, anvil.accounts[first + 1]!, anvil.accounts[1]!]
  const pass = async (): Promise<void> => {
    expect(await watcher.pass(CHAIN)).toMatchObject({ atTip: true, failures: [] })
  }
  const offer = async (from: typeof thief, to: typeof thief, tenths: bigint, gwei = 10n): Promise<string> => {
    const nonce = Number(await anvil.rpc('eth_getTransactionCount', [from.address, 'latest']))
    const raw = await from.signTransaction({
      ...{ type: 'legacy', chainId: anvil.chainId, nonce, gas: 21_000n, gasPrice: gwei * 10n ** 9n },
      ...{ to: to.address, value: (tenths * ETHER) / 10n },
    })
    return (await anvil.rpc('eth_sendRawTransaction', [raw])) as string
  }
  await anvil.send(0, thief.address, 10n * ETHER)
  await pass()
  const replacements: string[][] = []
  await anvil.inOneBlock(async () => {
    // One that pays from what is watched, and a stranger's that pays the watched address.
    const waiting = [await offer(thief, payee, 40n), await offer(stranger, thief, 5n)]
    await pass()
    expect(kinds().slice(1).sort()).toEqual(['unconfirmed 40', 'unconfirmed 5'])
    const rivals = [await offer(thief, thief, 0n, 30n), await offer(stranger, payee, 1n, 30n)]
    if (isSeen) await pass()
    replacements.push(...waiting.map((txid, i) => [txid, rivals[i]!]))
  })
  await pass()
  const told = store.alerts({ limit: 100 }).filter(({ kind }) => kind === 'replaced')
  expect(told.map(({ txid, by }) => [txid, by]).sort()).toEqual(replacements.sort())
  expect(kinds().filter((line) => /dropped|moved/.test(line))).toEqual([])
})

test("an explorer's API: coins and a token that come, go on, and are taken back by a reorganisation", async () => {
  // As it would answer at each look.
  const open = async (): Promise<Source> => {
    const server = await startEtherscanServer(anvil)
    onTestFinished(() => server[Symbol.asyncDispose]())
    const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8, retries: 0 }
    return createEtherscan(createDoor({ url: server.url, limits }), 31337)
  }
  const { watcher, kinds } = await watchThief(24, open)
  const pass = async (): Promise<void> => {
    expect(await watcher.pass(CHAIN)).toMatchObject({ atTip: true, failures: [] })
  }
  const token = await anvil.deploy('Token', ['TOK', 18, 1000n * ETHER])
  await anvil.send(0, anvil.accounts[24]!.address, 10n * ETHER)
  await anvil.write(0, token, 'transfer', [anvil.accounts[24]!.address, 5n * ETHER])
  await pass()
  expect(kinds()).toEqual(['received 100', 'received 50'])
  await anvil.send(24, anvil.accounts[25]!.address, 4n * ETHER)
  await anvil.write(24, token, 'transfer', [anvil.accounts[26]!.address, 5n * ETHER])
  await pass()
  expect(kinds().slice(2)).toEqual(['moved 40', 'moved 50'])
  await anvil.send(25, anvil.accounts[27]!.address, 3n * ETHER)
  await pass()
  expect(kinds().slice(4)).toEqual(['moved 30'])
  await anvil.rpc('anvil_reorg', [1, []])
  await anvil.rpc('anvil_mine', ['0x1'])
  await pass()
  expect(kinds().slice(5)).toEqual(['reversed 30'])
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import { openCrossBook } from '../cross/index.ts'
import {
  bitcoinPayment,
  etherPayment,
  inLink,
  outLink,
  ROUTER,
  START,
  STRANGER,
  saying,
  THERE,
  txid,
  USER,
} from '../cross/made.test-suite.ts'
import type { Label } from '../label/label.ts'
import { createBeyond, createBook, storeCrossings } from '../live/index.ts'
import { openLiveFile } from '../live/liveFile.ts'
import { createStore } from '../store/index.ts'
import { books as booksOf, label, ledgerOf } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { BITCOIN, type ChainId, ETHEREUM, type HolderId } from '../units/caip.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

/** A chain of one transaction a block, that grows and turns; below its first block are empty ones, ten minutes apart. */
function growing(chain: ChainId, height: number) {
  const blocks: { readonly hash: string; readonly placed: Placed | null }[] = [
    { hash: `${chain} first`, placed: null },
  ]
  const refOf = (i: number) => ({
    ...{ height: height + i, hash: blocks[i]!.hash, time: START + i * 600 },
    ...(i > 0 && { parent: blocks[i - 1]!.hash }),
  })
  const during = { blockAt: async (): Promise<void> => {} }
  const source: Source = {
    ...{ kind: 'evm', chain, shown: `a node of ${chain}`, blind: [] },
    tip: async () => refOf(blocks.length - 1),
    async blockAt(at) {
      await during.blockAt()
      if (at < height) return { height: at, hash: `${chain} before ${at}`, time: START + (at - height) * 600 }
      return blocks[at - height] === undefined ? null : refOf(at - height)
    },
    transaction: async () => null,
    async matches(block, interest) {
      const { placed = null } = blocks[block.height - height] ?? {}
      const { inputs = [], transfers = [] } = placed?.transaction ?? {}
      const isWanted =
        inputs.some(({ txid: id, n }) => interest.spends(id, n)) ||
        transfers.some(({ from, to }) => [from, to].some((one) => one !== null && interest.touches(one)))
      return { block, assets: [], transactions: isWanted ? [placed!] : [] }
    },
  }
  return {
    source,
    during,
    mine({ transaction, links }: Pick<Placed, 'transaction' | 'links'>) {
      const i = blocks.length
      const at = { height: height + i, time: START + i * 600 }
      const hash = `${chain} ${transaction.txid} ${at.height}`
      blocks.push({ hash, placed: null })
      const placed = { links, block: refOf(i), transaction: { ...transaction, ...at, index: 0 } }
      blocks[i] = { hash, placed }
    },
    turn() {
      const gone = blocks.pop()!
      for (const n of [1, 2]) blocks.push({ hash: `${gone.hash} turned ${n}`, placed: null })
    },
  }
}

/** One bitcoin, stolen and watched, and the chains that it may go to. */
function watchedTheft(labels: Readonly<Record<HolderId, Label>>) {
  const ledger = ledgerOf([
    {
      ...{
        chain: BITCOIN,
        txid: txid(9001),
        height: 5,
        index: 0,
        time: START - 600,
        transfers: [],
        inputs: [],
      },
      outputs: [{ holder: USER, amount: 100_001_000n }],
    },
  ])
  const folder = mkdtempSync(join(tmpdir(), 'lootline-crossing-'))
  createStore(folder)
  const live = openLiveFile(folder)
  const cross = openCrossBook(folder)
  onTestFinished(() => {
    live.close()
    cross.close()
    rmSync(folder, { recursive: true })
  })
  const crossings = storeCrossings(cross, ledger)
  const book = createBook(live.database, live.path)
  const beyond = createBeyond({ ledger, book, runNotes: [], crossings })
  const watched = tracedBooks({ ...booksOf(ledger, labels), beyond }, crossings)
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], receivers: [], added: 0 },
    since: { [BITCOIN]: 9 },
    request: plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid: txid(9001) } }] }),
  }
  const add = (one: Watch): void => store.add(one, beginWatch(one, watched.sight(one), watched, 0))
  add(watch)
  const bitcoin = growing(BITCOIN, 9)
  const ethereum = growing(ETHEREUM, 99)
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => START * 1000 } },
    sources: new Map(
      [bitcoin, ethereum].map(({ source }) => [
        source.chain,
        [{ shown: source.shown, open: async () => source }],
      ]),
    ),
  })
  let told = 0
  const look = async (): Promise<string[]> => {
    for (const chain of watcher.chains())
      expect(await watcher.pass(chain)).toMatchObject({ atTip: true, failures: [] })
    const alerts = store.alerts({ limit: 100 }).toReversed().slice(told)
    told += alerts.length
    return alerts.map(({ kind, chain, amount, to }) => `${kind} ${chain} ${amount} ${to[0]?.stop}`)
  }

  const [leaves, comes] = [outLink(), inLink()].map((link) => saying(link)[0]!.links)
  return {
    ...{ bitcoin, ethereum, watcher, look },
    watch: (other: Partial<Watch>) => add({ ...watch, ...other }),
    leave: () => bitcoin.mine({ transaction: bitcoinPayment(1), links: leaves! }),
    come: () =>
      ethereum.mine({ transaction: etherPayment(2, ROUTER, THERE, 19_000n, START + 600), links: comes! }),
  }
}

const ETHER = 10n ** 18n

test('money that crosses to another chain while it is watched is followed there, and taken back there', async () => {
  const { ethereum, watcher, look, leave, come } = watchedTheft({
    [STRANGER]: label('Big Exchange', 'service'),
  })
  expect(await look()).toEqual([])
  expect(watcher.chains()).toEqual([BITCOIN])
  leave()
  expect(await look()).toEqual([`moved ${BITCOIN} 100000000 null`])
  expect(watcher.chains()).toEqual([BITCOIN, ETHEREUM])
  expect(await look()).toEqual([])
  come()
  expect(await look()).toEqual([`moved ${ETHEREUM} ${19n * ETHER} null`])
  ethereum.mine({ transaction: etherPayment(3, THERE, STRANGER, 18_000n, START + 1200), links: [] })
  expect(await look()).toEqual([`arrived ${ETHEREUM} ${18n * ETHER} service`])
  ethereum.turn()
  expect(await look()).toEqual([`reversed ${ETHEREUM} ${18n * ETHER} service`])
})

test('what is paid out on the other chain before the departure is seen is found', async () => {
  const { look, leave, come } = watchedTheft({})
  leave()
  come()
  expect(await look()).toEqual([`moved ${BITCOIN} 100000000 null`])
  expect(await look()).toEqual([`moved ${ETHEREUM} ${19n * ETHER} null`])
})

test('money that crosses straight to a service has arrived there', async () => {
  const { look, leave, come } = watchedTheft({ [THERE]: label('Big Exchange', 'service') })
  leave()
  await look()
  await look()
  come()
  expect(await look()).toEqual([`arrived ${ETHEREUM} ${19n * ETHER} service`])
})

test('the transaction on this side that is taken back takes with it what came on the other', async () => {
  const { bitcoin, look, leave, come } = watchedTheft({})
  leave()
  await look()
  await look()
  come()
  await look()
  bitcoin.turn()
  expect(await look()).toEqual([
    `reversed ${BITCOIN} 100000000 null`,
    `reversed ${ETHEREUM} ${19n * ETHER} null`,
  ])
  leave()
  expect(await look()).toEqual([
    `restored ${BITCOIN} 100000000 null`,
    `restored ${ETHEREUM} ${19n * ETHER} null`,
  ])
})

test('while this side is looked through anew, what came on the other is not said to be taken back', async () => {
  const { bitcoin, watcher, look, leave, come } = watchedTheft({})
  leave()
  await look()
  await look()
  come()
  await look()
  bitcoin.turn()
  leave()
  // The other chain is looked at all the while, as a running watch does.
  bitcoin.during.blockAt = async () => void (await watcher.pass(ETHEREUM))
  expect(await look()).toEqual([])
})

test('what is paid out on a chain that is watched already, before the departure is seen, is found', async () => {
  const { bitcoin, ethereum, watch, watcher, look, leave, come } = watchedTheft({})
  const holders = [`${ETHEREUM}:0x${'7'.repeat(40)}`]
  const request = plainRequest({ seeds: [{ theft: 'other', of: { kind: 'holders', holders } }] })
  watch({ ...{ id: 'x', name: 'other', kind: 'address', holders, request }, since: { [ETHEREUM]: 99 } })
  leave()
  come()
  ethereum.mine({ transaction: etherPayment(3, THERE, STRANGER, 18_000n, START + 1200), links: [] })
  expect(await watcher.pass(ETHEREUM)).toMatchObject({ atTip: true, height: 101 })
  expect(await look()).toEqual([
    `moved ${BITCOIN} 100000000 null`,
    `moved ${ETHEREUM} ${19n * ETHER} null`,
    `moved ${ETHEREUM} ${18n * ETHER} null`,
  ])
  // It looks back once.
  let asked = 0
  for (const { during } of [bitcoin, ethereum]) during.blockAt = async () => void asked++
  expect(await look()).toEqual([])
  expect(asked).toBe(0)
})

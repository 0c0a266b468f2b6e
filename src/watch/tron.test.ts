import { expect, onTestFinished, test } from 'vitest'
import { formatHolder } from '../address/index.ts'
import type { Source } from '../chain/source.ts'
import { createTronGrid } from '../chain/tron/createTronGrid.ts'
import { hex, type Made, startTronServer } from '../chain/tron/tronServer.test-suite.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor } from '../net/index.ts'
import { books as booksOf, label } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { addressOf, TRON } from '../units/caip.ts'
import { beginWatch } from './beginWatch.ts'
import { openWatchDatabase } from './database.ts'
import { tracedBooks } from './tracedBooks.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore } from './watchStore.ts'

const [VICTIM, THIEF, MULE, DEPOSIT] = [1, 2, 3, 4].map((n) =>
  addressOf(formatHolder(TRON, `41${n.toString(16).padStart(40, '0')}`)),
) as [string, string, string, string]
const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'

function pays(from: string, to: string, amount: bigint): Made {
  return {
    type: 'TriggerSmartContract',
    value: { owner_address: hex(from), contract_address: hex(USDT), data: 'a9059cbb' },
    tokens: [{ contract: USDT, from, to, amount }],
  }
}

test.each([
  ['block by block', 0],
  // 19 of 27 witnesses make a block irreversible.
  ['though no list has the newest blocks', 19],
])('TronGrid: a stablecoin from the victim to the exchange, %s', async (_, unsettled) => {
  const settling = Array.from({ length: unsettled }, (): Made[] => [])
  const blocks: Made[][] = [[]]
  const open = async (): Promise<Source> => {
    const server = await startTronServer(
      [...blocks, ...settling],
      { [USDT]: { symbol: 'USDT', decimals: 6 } },
      { unsettled },
    )
    onTestFinished(() => server[Symbol.asyncDispose]())
    const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8, retries: 0 }
    return createTronGrid(createDoor({ url: server.url, limits }))
  }
  const holder = `${TRON}:${THIEF}`
  const store = createWatchStore(openWatchDatabase(':memory:'))
  const exchange = { [`${TRON}:${DEPOSIT}`]: label('Big Exchange', 'service') }
  const watched = tracedBooks(booksOf(createMemoryLedger(), exchange))
  const watch: Watch = {
    ...{ id: 'w', name: 'thief', kind: 'address', holders: [holder], receivers: [], added: 0 },
    since: { [TRON]: 1 },
    request: plainRequest({ seeds: [{ theft: 't', of: { kind: 'holders', holders: [holder] } }] }),
  }
  store.add(watch, beginWatch(watch, watched.sight(watch), watched, 0))
  const watcher = createWatcher({
    ...{ store, books: watched, clock: { now: () => 1_700_000_000_000 } },
    sources: new Map([[TRON, [{ shown: 'TronGrid', open }]]]),
  })
  for (const made of [
    pays(VICTIM, THIEF, 7_000_000n),
    pays(THIEF, MULE, 6_000_000n),
    pays(MULE, DEPOSIT, 5_000_000n),
  ]) {
    blocks.push([made])
    expect(await watcher.pass(TRON)).toMatchObject({ height: blocks.length, atTip: true, failures: [] })
  }
  const alerts = store.alerts({ limit: 100 }).toReversed()
  expect(alerts.map(({ headline }) => headline)).toEqual([
    `7 USDT was paid to ${THIEF}.`,
    `At most 6 USDT moved from ${THIEF} to ${MULE}.`,
    `At most 5 USDT arrived at Big Exchange (${DEPOSIT}) (service).`,
  ])
})

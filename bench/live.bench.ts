/**
 * What a live trace costs: a source asked over HTTP for a peel chain, and the same trace again from what is stored.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockNetwork } from '../src/chain/bitcoin/blockNetwork.ts'
import { coreAnswers, serveCore } from '../src/chain/bitcoin/coreNode.test-suite.ts'
import { serveCoreRest } from '../src/chain/bitcoin/coreRest.test-suite.ts'
import { serveEsplora } from '../src/chain/bitcoin/esploraServer.test-suite.ts'
import { createBitcoinNode, createBitcoinRest, createEsplora } from '../src/chain/bitcoin/live/index.ts'
import {
  coinOf,
  MATURITY,
  type RegtestChain,
  regtestChain,
  signed,
  testKey,
} from '../src/chain/bitcoin/regtestChain.test-suite.ts'
import type { Source } from '../src/chain/source.ts'
import { openCrossBook } from '../src/cross/index.ts'
import { openSqliteLedger } from '../src/ledger/index.ts'
import {
  archived,
  createArchive,
  createBook,
  openLiveFile,
  storeCrossings,
  traceLive,
} from '../src/live/index.ts'
import { createDoor, type Door } from '../src/net/index.ts'
import { createStore } from '../src/store/index.ts'
import { type Flow, plainRequest, traceFlow } from '../src/trace/index.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo, timed } from './harness.ts'

const HOPS = [60, 600]
const AGAIN = 5
const LIMITS = { perSecond: 100_000, burst: 100_000, concurrency: 8 }
const BLANK = {
  labels: { of: () => new Map(), isEmpty: () => true, sources: () => [] },
  prices: { at: () => null, sources: () => [] },
  version: 'bench',
}

const network = blockNetwork('bitcoin', 'regtest')

interface Served {
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** What is asked, and how it is served; each answers over the same blocks. */
const SOURCES: readonly {
  readonly name: string
  serve(blocks: readonly Uint8Array[]): Promise<Served>
  open(door: Door): Source | Promise<Source>
}[] = [
  {
    name: 'an Esplora server',
    serve: (blocks) => serveEsplora({ chain: BITCOIN_REGTEST, blocks }),
    open: (door) => createEsplora(door, network),
  },
  {
    name: 'a node by RPC, block by block',
    serve: (blocks) => serveCore(coreAnswers({ blocks })),
    open: (door) => createBitcoinNode(door, network),
  },
  {
    name: 'a node by REST, block by block',
    serve: (blocks) => serveCoreRest({ blocks }),
    open: (door) => createBitcoinRest(door, network),
  },
  {
    name: 'a node that knows who spends',
    serve: (blocks) => serveCore(coreAnswers({ blocks, spenderIndex: true })),
    open: (door) => createBitcoinNode(door, network),
  },
]

export const liveBench: Benchmark = {
  name: 'live',
  about:
    'A theft peeled over so many transactions, five a block, asked by fifo of servers in the same process over HTTP on 127.0.0.1; store on disk. "Again" is the same trace with everything known: no call is made, and the ledger alone is the same trace without the word of live sources.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const hops of sizesUpTo(largest, HOPS)) {
      const made = await peelChain(hops)
      for (const source of SOURCES) measurements.push(...(await measure(made, source)))
    }
    return measurements
  },
}

async function measure(
  { chain, txid }: Awaited<ReturnType<typeof peelChain>>,
  source: (typeof SOURCES)[number],
): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
  const server = await source.serve(chain.blocks)
  const request = plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid, n: 0 } }] })
  let calls = 0
  using stack = new DisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true }))
  const store = createStore(folder).path
  const ledger = stack.adopt(openSqliteLedger(store), (open) => open.close())
  const file = stack.adopt(openLiveFile(store), (open) => open.close())
  const cross = stack.adopt(openCrossBook(store), (open) => open.close())
  const archive = createArchive(file.database, file.path)
  const now = (): number => 1_700_000_000
  const books = { ...BLANK, ledger }
  const trace = async (): Promise<Flow> => {
    const door = createDoor({ url: server.url, limits: LIMITS, onCall: () => void calls++ })
    const live = {
      ...{ archive, book: createBook(file.database, file.path), crossings: storeCrossings(cross, ledger) },
      sources: [
        {
          ...{ name: 'source', chain: BITCOIN_REGTEST, shown: server.url },
          open: async () =>
            source.open(
              archived(door, archive, { chain: BITCOIN_REGTEST, refresh: false, offline: false, now }),
            ),
        },
      ],
    }
    const traced = await traceLive(books, live, request, {
      ...{ rules: ['fifo'], refresh: false, offline: false, signal: new AbortController().signal, now },
      onProgress: () => {},
    })
    premise(traced.complete, 'everything was known')
    return traced.prepared.run('fifo')
  }
  try {
    const start = performance.now()
    const flow = await trace()
    const asked = performance.now() - start
    const first = calls
    const again = await timed(AGAIN, trace)
    premise(calls === first, 'no call was made again')
    const line = { size: flow.hops.length, unit: 'hops' }
    const transactions = new Set(flow.hops.map((hop) => hop.txid)).size
    const note = `${first} calls, ${(first / transactions).toFixed(2)} a transaction`
    return [
      { ...line, name: `${source.name}: asked over HTTP`, runs: [asked], note },
      { ...line, name: `${source.name}: again`, runs: again, note: 'no call' },
      {
        ...line,
        name: `${source.name}: the ledger alone`,
        runs: await timed(AGAIN, () => traceFlow(books, request)),
      },
    ]
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

async function peelChain(hops: number): Promise<{ chain: RegtestChain; txid: string }> {
  const chain = regtestChain()
  const [miner, thief] = [testKey(1), testKey(2)]
  const coinbase = chain.mine(thief.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2wpkh)
  let rest = coinOf(coinbase, 0, thief)
  const theft = await signed([rest], [{ script: thief.p2wpkh, sats: rest.sats - 1000 }])
  chain.mine(miner.p2wpkh, [theft])
  rest = coinOf(theft, 0, thief)
  for (let hop = 0; hop < hops; ) {
    const block = []
    for (; hop < hops && block.length < 5; hop++) {
      const next = testKey(10_000 + hop)
      const peel = await signed(
        [rest],
        [
          { script: testKey(100_000 + hop).p2wpkh, sats: 100_000 },
          { script: next.p2wpkh, sats: rest.sats - 101_000 },
        ],
      )
      block.push(peel)
      rest = coinOf(peel, 1, next)
    }
    chain.mine(miner.p2wpkh, block)
  }
  return { chain, txid: theft.getId() }
}

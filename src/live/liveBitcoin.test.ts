import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../chain/bitcoin/blockNetwork.ts'
import { BTCD, startBtcd } from '../chain/bitcoin/btcd.test-suite.ts'
import { coreAnswers, serveCore } from '../chain/bitcoin/coreNode.test-suite.ts'
import { serveCoreRest } from '../chain/bitcoin/coreRest.test-suite.ts'
import { serveEsplora } from '../chain/bitcoin/esploraServer.test-suite.ts'
import { type BitcoinHeist, bitcoinHeist } from '../chain/bitcoin/heist.test-suite.ts'
import { createBitcoinNode, createBitcoinRest, createEsplora } from '../chain/bitcoin/live/index.ts'
import { inFile } from '../chain/bitcoin/madeBlocks.test-suite.ts'
import { runCli, temporaryFolder } from '../cli/runCli.test-suite.ts'
import { openChainLedger } from '../ledger/chain/index.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createDoor } from '../net/index.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest, type TraceRequest, traceFlow } from '../trace/index.ts'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { expectSameFlow, liveWorld, type OpenSource } from './liveWorld.test-suite.ts'

const network = blockNetwork('bitcoin', 'regtest')
const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8 }
const made = bitcoinHeist()
const ends: (() => unknown)[] = []
afterAll(() => Promise.all(ends.map((end) => end())))

/** Answers by path or method, counted. */
interface Server {
  readonly open: OpenSource
  readonly answered: ReadonlyMap<string, number> | null
}

const KINDS: Record<string, (heist: BitcoinHeist) => Promise<Server>> = {
  async 'an Esplora-shaped server'({ chain }) {
    const server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      answered,
      open: async (wrap) => createEsplora(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node that answers as Core does'({ chain }) {
    const server = await serveCore(coreAnswers({ blocks: chain.blocks, mempool: [] }))
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      answered,
      open: async (wrap) => createBitcoinNode(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node that knows who spends'({ chain }) {
    const server = await serveCore(coreAnswers({ blocks: chain.blocks, spenderIndex: true }))
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      answered,
      open: async (wrap) => createBitcoinNode(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node by REST'({ chain }) {
    const server = await serveCoreRest({ blocks: chain.blocks })
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      answered,
      open: async (wrap) => createBitcoinRest(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async btcd({ chain }) {
    const btcd = await startBtcd()
    ends.push(() => btcd.stop())
    await btcd.submit(chain.blocks.slice(1))
    const secrets = { headers: { authorization: btcd.authorization } }
    const open: OpenSource = (wrap) =>
      createBitcoinNode(wrap(createDoor({ url: btcd.url, secrets, limits })), network)
    return { answered: null, open }
  },
}

/** The chain's own index of the same blocks. */
const indexed = made.then(async ({ chain }) => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'blocks'))
  const magic = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda)
  writeFileSync(
    join(folder, 'blocks', 'blk00000.dat'),
    Buffer.concat(chain.blocks.map((block) => inFile(magic, block))),
  )
  const index = ['index', 'bitcoin', '--network', 'regtest', '--blocks', join(folder, 'blocks')]
  const { code, stderr } = await runCli([...index, '--store', join(folder, 's')])
  expect([code, stderr]).toEqual([0, expect.anything()])
  return join(folder, 's', 'chain')
})

async function indexedFlow({ service }: BitcoinHeist, request: TraceRequest): Promise<Flow> {
  const ledger = openChainLedger(await indexed)
  try {
    return traceFlow({ ...booksOf(service), ledger }, request)
  } finally {
    ledger.close()
  }
}

const booksOf = (service: string) =>
  books(createMemoryLedger(), { [service]: label('Example Exchange', 'service') }, 30_000n * 10n ** 12n)

describe.each(Object.keys(KINDS).filter((kind) => kind !== 'btcd' || BTCD !== undefined))(
  'a theft through %s',
  (kind) => {
    test.each(['fifo', 'haircut', 'poison'] as const)(
      'is by %s what the index of the same blocks says',
      async (rule) => {
        const heist = await made
        const server = await KINDS[kind]!(heist)
        const { labels, prices } = booksOf(heist.service)
        const world = liveWorld({ sources: [{ chain: BITCOIN_REGTEST, open: server.open }], labels, prices })
        ends.push(() => world.clean())
        const request = plainRequest({
          seeds: [{ theft: 'theft', of: { kind: 'lot', txid: heist.txid, n: 0 } }],
          rule,
        })
        const { flow, missing, cut } = await world.run(request)
        expect([missing, cut]).toEqual([[], null])
        expectSameFlow(flow, await indexedFlow(heist, request))
        const { answered } = server
        if (answered === null) return
        const counts = [...answered.values()]
        expect(Math.max(...counts)).toBe(1)
        // Some four calls a hop, or three a block.
        expect(counts.length).toBeLessThan(300)
      },
    )
  },
)

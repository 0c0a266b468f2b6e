import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../chain/bitcoin/blockNetwork.ts'
import { BTCD, startBtcd } from '../chain/bitcoin/btcd.test-suite.ts'
import { coreAnswers, serveCore } from '../chain/bitcoin/coreNode.test-suite.ts'
import { serveCoreRest } from '../chain/bitcoin/coreRest.test-suite.ts'
import { esploraAnswers, serveEsplora } from '../chain/bitcoin/esploraServer.test-suite.ts'
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
  readonly shown: string
  readonly open: OpenSource
  readonly answered: ReadonlyMap<string, number> | null
}

const KINDS: Record<string, (heist: BitcoinHeist) => Promise<Server>> = {
  async 'an Esplora-shaped server'({ chain }) {
    const server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      ...{ answered, shown: server.url },
      open: async (wrap) => createEsplora(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node that answers as Core does'({ chain }) {
    const server = await serveCore(coreAnswers({ blocks: chain.blocks, mempool: [] }))
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      ...{ answered, shown: server.url },
      open: async (wrap) => createBitcoinNode(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node that knows who spends'({ chain }) {
    const server = await serveCore(coreAnswers({ blocks: chain.blocks, spenderIndex: true }))
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      ...{ answered, shown: server.url },
      open: async (wrap) => createBitcoinNode(wrap(createDoor({ url: server.url, limits })), network),
    }
  },
  async 'a node by REST'({ chain }) {
    const server = await serveCoreRest({ blocks: chain.blocks })
    ends.push(() => server[Symbol.asyncDispose]())
    const { answered } = server
    return {
      ...{ answered, shown: server.url },
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
    return { answered: null, shown: btcd.url, open }
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
        const world = liveWorld({ sources: [{ chain: BITCOIN_REGTEST, ...server }], labels, prices })
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

interface Liar extends Server {
  /** Of what the lie is met: a node tells what a block spends where holders are looked for. */
  readonly of: TraceRequest['seeds'][number]['of']
}

/** Servers that say of one input that it spends 1000 sats more than it does, which no hash covers. */
const LIARS: Record<string, (heist: BitcoinHeist, txid: string) => Promise<Liar>> = {
  async 'an Esplora-shaped server'({ chain, txid: theft }, txid) {
    const of = { chain: BITCOIN_REGTEST, blocks: chain.blocks }
    const server = await serveEsplora(of)
    ends.push(() => server[Symbol.asyncDispose]())
    const told = JSON.parse(String(esploraAnswers(of)(`/tx/${txid}`).body))
    told.vin[0].prevout.value += 1000
    told.fee += 1000
    server.instead(`/tx/${txid}`, { status: 200, body: JSON.stringify(told) })
    const open: OpenSource = async (wrap) =>
      createEsplora(wrap(createDoor({ url: server.url, limits })), network)
    return { answered: server.answered, shown: server.url, open, of: { kind: 'lot', txid: theft, n: 0 } }
  },
  async 'a node that answers as Core does'({ chain, thief }, txid) {
    const answers = coreAnswers({ blocks: chain.blocks })
    const server = await serveCore(answers, {}, (method, params) => {
      const told = answers(method, params)
      if (method !== 'getblock' || params[1] !== 3) return told
      const { result } = structuredClone(told) as { result: { tx: Told[] } }
      for (const { txid: own, vin } of result.tx) if (own === txid) vin[0]!.prevout.value += 0.00001
      return { result }
    })
    ends.push(() => server[Symbol.asyncDispose]())
    const open: OpenSource = async (wrap) =>
      createBitcoinNode(wrap(createDoor({ url: server.url, limits })), network)
    return { answered: server.answered, shown: server.url, open, of: { kind: 'holders', holders: [thief] } }
  },
}
interface Told {
  readonly txid: string
  readonly vin: { readonly prevout: { value: number } }[]
}

describe.each(Object.keys(LIARS))('%s that lies about an amount', (liar) => {
  test('is named, alone or beside an honest one, and nothing of it is kept', async () => {
    const heist = await made
    const { chain, txid } = heist
    const answers = esploraAnswers({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
    const peel: string = JSON.parse(String(answers(`/tx/${txid}/outspends`).body))[0].txid
    const liars = await LIARS[liar]!(heist, peel)
    const honest = await KINDS['an Esplora-shaped server']!(heist)
    const { labels, prices } = booksOf(heist.service)
    const request = plainRequest({ seeds: [{ theft: 'theft', of: liars.of }] })
    const named = `${liars.shown} contradicts itself: ${peel} is said to spend what ${txid} does not pay`
    const worldWith = (...servers: readonly Server[]) => {
      const sources = servers.map((server) => ({ chain: BITCOIN_REGTEST, ...server }))
      const world = liveWorld({ sources, labels, prices })
      ends.push(() => world.clean())
      return world
    }
    await expect(worldWith(liars).run(request)).rejects.toMatchObject({
      ...{ code: 'LIVE_UNASKED_SEED', message: expect.stringContaining(named) },
    })
    const { flow, missing } = await worldWith(liars, honest).run(request)
    expect(missing).toEqual([])
    expectSameFlow(flow, await indexedFlow(heist, request))
    expect(flow.coverage.notes.join('\n')).toContain(named)
    expect(flow.coverage.sources.filter(({ role }) => role === 'live').map(({ name }) => name)).toEqual([
      honest.shown,
    ])
  })
})

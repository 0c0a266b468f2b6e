import { afterAll } from 'vitest'
import { createDoor } from '../../../net/index.ts'
import { BITCOIN_REGTEST } from '../../../units/caip.ts'
import { describeBitcoinSource, type SourceWorld, sourceWorld } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { BTCD, startBtcd } from '../btcd.test-suite.ts'
import { type CoreChain, coreAnswers, serveCore } from '../coreNode.test-suite.ts'
import { serveCoreRest } from '../coreRest.test-suite.ts'
import { serveEsplora } from '../esploraServer.test-suite.ts'
import { createBitcoinNode, createBitcoinRest, createEsplora } from './index.ts'

const network = blockNetwork('bitcoin', 'regtest')
const limits = { perSecond: 10_000, burst: 10_000 }
const made = sourceWorld()
const ends: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(ends.map((end) => end())))

for (const pageSize of [25, 10, 4])
  describeBitcoinSource(`an explorer with ${pageSize} on a page`, async () => {
    const world = await made
    const { blocks } = world.chain
    const server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks, mempool: world.mempool, pageSize })
    ends.push(() => server[Symbol.asyncDispose]())
    return { source: createEsplora(createDoor({ url: server.url, limits }), network), world }
  })

function describeCore(
  name: string,
  options: Partial<CoreChain>,
  ofWorld: (world: SourceWorld) => SourceWorld,
): void {
  describeBitcoinSource(name, async () => {
    const world = ofWorld(await made)
    const answers = coreAnswers({ blocks: world.chain.blocks, mempool: world.mempool, ...options })
    const server = await serveCore(answers)
    ends.push(() => server[Symbol.asyncDispose]())
    return { source: await createBitcoinNode(createDoor({ url: server.url, limits }), network), world }
  })
}
describeCore('a node with a transaction index', {}, (world) => world)
describeCore('a node that knows who spends', { spenderIndex: true }, (world) => world)
describeCore('an older node, whose blocks lack prevouts', { version: 220_000 }, (world) => world)

function describeRest(name: string, options: Partial<CoreChain>): void {
  describeBitcoinSource(name, async () => {
    const world = await made
    const server = await serveCoreRest({ blocks: world.chain.blocks, mempool: world.mempool, ...options })
    ends.push(() => server[Symbol.asyncDispose]())
    return { source: await createBitcoinRest(createDoor({ url: server.url, limits }), network), world }
  })
}
describeRest('a node by REST', {})
describeRest('an older node by REST, whose mempool comes with details', { version: 230_000 })

if (BTCD !== undefined)
  describeBitcoinSource('btcd', async () => {
    const world = await made
    const btcd = await startBtcd()
    ends.push(() => btcd.stop())
    await btcd.submit(world.chain.blocks.slice(1))
    for (const bytes of world.mempool)
      await btcd.call('sendrawtransaction', Buffer.from(bytes).toString('hex'))
    const secrets = { headers: { authorization: btcd.authorization } }
    return { source: await createBitcoinNode(createDoor({ url: btcd.url, secrets, limits }), network), world }
  })

import { beforeAll, describe, expect, test } from 'vitest'
import { startFaultyServer } from '../../../net/faultyServer.test-suite.ts'
import { createDoor } from '../../../net/index.ts'
import type { BlockRef, Interest, Source } from '../../source.ts'
import { NOBODY, type SourceWorld, sourceWorld } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { type CoreAnswers, type CoreChain, coreAnswers, serveCore } from '../coreNode.test-suite.ts'
import { serveCoreRest } from '../coreRest.test-suite.ts'
import { createBitcoinNode, createBitcoinRest, probeBitcoin } from './index.ts'
import { restNode } from './restNode.ts'

const network = blockNetwork('bitcoin', 'regtest')
const limits = { perSecond: 10_000, burst: 10_000, retries: 0 }
const EVERYTHING: Interest = { spends: () => true, touches: () => true }

let world: SourceWorld
let block: BlockRef
beforeAll(async () => {
  world = await sourceWorld()
  await using core = await serveCore(coreAnswers({ blocks: world.chain.blocks }))
  const node = await createBitcoinNode(createDoor({ url: core.url, limits }), network)
  block = (await node.transaction(world.mixed))!.placed.block!
})

describe.each(['RPC', 'REST'])('a node that lies by %s', (by) => {
  const ask = async (
    alter: (honest: CoreAnswers) => CoreAnswers,
    run: (node: Source) => Promise<unknown>,
  ) => {
    const chain = { blocks: world.chain.blocks, mempool: world.mempool }
    const answers = coreAnswers(chain)
    await using core =
      by === 'RPC' ? await serveCore(answers, {}, alter(answers)) : await serveCoreRest(chain, {}, alter)
    const create = by === 'RPC' ? createBitcoinNode : createBitcoinRest
    return await run(await create(createDoor({ url: core.url, limits }), network))
  }
  /** Changes the results of one method. */
  const with_ =
    (name: string, change: (result: never, params: readonly unknown[]) => unknown) =>
    (answers: CoreAnswers): CoreAnswers =>
    (method, params) => {
      const answer = answers(method, params)
      return method === name && 'result' in answer
        ? { result: change(answer.result as never, params) }
        : answer
    }

  test.each<[string, (honest: CoreAnswers) => CoreAnswers, (node: Source) => Promise<unknown>, RegExp]>([
    [
      'another height',
      with_('getblockheader', (head: object) => ({ ...head, height: 5 })),
      (node) => node.blockAt(7),
      /expected one at 7, got one at 5/,
    ],
    [
      'another time',
      with_('getblockheader', (head: { time: number }) => ({ ...head, time: head.time + 1 })),
      (node) => node.tip(),
      /whose hash is/,
    ],
    [
      'a block of nothing',
      with_('getblock', (result, [, verbosity]) => (verbosity === 0 ? '' : result)),
      (node) => node.matches!(block, NOBODY),
      /expected block/,
    ],
    [
      'digits that are no hex',
      with_('getblock', (result, [, verbosity]) => (verbosity === 0 ? 'zz' : result)),
      (node) => node.matches!(block, NOBODY),
      /not hex|expected block/,
    ],
    [
      'another transaction',
      with_('getrawtransaction', () => Buffer.from(world.mempool[0]!).toString('hex')),
      (node) => node.mempool!(EVERYTHING),
      /whose hash is/,
    ],
    [
      'a transaction in another block',
      with_('getrawtransaction', (tx: object | string) =>
        typeof tx === 'string' ? tx : { ...tx, confirmations: 3 },
      ),
      (node) => node.transaction(world.mixed),
      /never/,
    ],
    [
      'more confirmations than blocks',
      with_('getrawtransaction', (tx: object | string) =>
        typeof tx === 'string' ? tx : { ...tx, confirmations: 1e6 },
      ),
      (node) => node.transaction(world.mixed),
      /confirmations, got 1000000/,
    ],
    [
      'a block without it',
      with_('getrawtransaction', (tx: object | string) =>
        typeof tx === 'string'
          ? tx
          : {
              ...tx,
              blockhash: String(
                (coreAnswers({ blocks: world.chain.blocks })('getblockhash', [3]) as { result: string })
                  .result,
              ),
            },
      ),
      (node) => node.transaction(world.mixed),
      /expected transaction .* in it, got none/,
    ],
    [
      'prevouts of less than nothing',
      with_(
        'getblock',
        prevoutsOf(() => -1),
      ),
      (node) => node.matches!(block, EVERYTHING),
      /prevout\.value, got -1/,
    ],
    [
      'prevouts of parts of a unit',
      with_(
        'getblock',
        prevoutsOf(() => 1e-9),
      ),
      (node) => node.matches!(block, EVERYTHING),
      /eight decimals, got 1e-9/,
    ],
    [
      'prevouts of too little',
      with_(
        'getblock',
        prevoutsOf(() => 0),
      ),
      (node) => node.matches!(block, EVERYTHING),
      /expected no more paid out than in/,
    ],
    ['a mempool of numbers', with_('getrawmempool', () => [1]), (node) => node.mempool!(EVERYTHING), /got 1/],
    [
      'a tip that is no hash',
      with_('getbestblockhash', () => '00'),
      (node) => node.tip(),
      /64 lower-case hex digits/,
    ],
  ])('%s', async (name, alter, run, message) => {
    const asked = ask(alter, run)
    // The height that a node implies is only how long the answer is kept; the header has the right one. REST has none.
    if (
      name === 'a transaction in another block' ||
      (name === 'more confirmations than blocks' && by === 'REST')
    )
      expect(await asked).toMatchObject({ placed: { block: { height: block.height } } })
    else await expect(asked).rejects.toThrow(message)
  })

  function prevoutsOf(value: () => number): (result: never, params: readonly unknown[]) => unknown {
    return (result, params) => {
      if (params[1] !== 3) return result
      const altered = structuredClone(result) as { tx: { vin: { prevout?: { value: number } }[] }[] }
      for (const { vin } of altered.tx) for (const { prevout } of vin) if (prevout) prevout.value = value()
      return altered
    }
  }
})

describe('a node without a transaction index', () => {
  test('gives what blocks spend, finds no confirmed transaction, and says so', async () => {
    await using core = await serveCore(
      coreAnswers({ blocks: world.chain.blocks, mempool: world.mempool, txIndex: false }),
    )
    const node = await createBitcoinNode(createDoor({ url: core.url, limits }), network)
    expect(node.blind.join(' ')).toMatch(/no transaction index/)
    expect(await node.transaction(world.mixed)).toBeNull()
    const { transactions } = await node.matches!(block, { ...NOBODY, spends: () => true, lotsOnly: true })
    expect(transactions.map(({ transaction }) => transaction.inputs.length)).toEqual([3, 1])
    for (const { transaction } of transactions)
      for (const { amount } of transaction.inputs) expect(amount).toBeGreaterThan(0n)
  })

  test('knows what unconfirmed transactions spend', async () => {
    const { chain, mempool } = world
    await using core = await serveCore(coreAnswers({ blocks: chain.blocks, mempool, txIndex: false }))
    const node = await createBitcoinNode(createDoor({ url: core.url, limits }), network)
    const found = await node.mempool!(EVERYTHING)
    expect(found.map(({ transaction: { txid, inputs } }) => [txid, inputs[0]!.amount])).toEqual([
      [world.pending, 30_0000_0000n],
      [world.pendingChild, 29_9999_0000n],
    ])
  })

  test('an old one does not know what inputs are worth', async () => {
    const old = coreAnswers({ blocks: world.chain.blocks, txIndex: false, version: 220_000 })
    await using core = await serveCore(old)
    const node = await createBitcoinNode(createDoor({ url: core.url, limits }), network)
    expect(node.blind.join(' ')).toMatch(/does not say what inputs spend/)
    const { transactions } = await node.matches!(block, { ...NOBODY, spends: () => true, lotsOnly: true })
    const { inputs } = transactions[0]!.transaction
    expect(inputs.map((input) => Object.keys(input).join())).toEqual(['txid,n', 'txid,n', 'txid,n'])
  })
})

test('a node that says of some outputs nothing is not believed about the others', async () => {
  const answers = coreAnswers({ blocks: world.chain.blocks, spenderIndex: true })
  await using core = await serveCore(answers, {}, (method, params) => {
    const answer = answers(method, params)
    return method === 'gettxspendingprevout' && 'result' in answer
      ? { result: (answer.result as unknown[]).slice(1) }
      : answer
  })
  const node = await createBitcoinNode(createDoor({ url: core.url, limits }), network)
  await expect(node.spends!(world.mixed)).rejects.toThrow(/an answer about .*:3, got none/)
  await expect(node.spends!('ab'.repeat(32))).rejects.toThrow(/expected that transaction, got none/)
})

describe('a node by REST', () => {
  const opened = async (
    chain: Partial<CoreChain>,
    alter: (honest: CoreAnswers) => CoreAnswers,
    run: (node: Source) => Promise<unknown>,
  ): Promise<unknown> => {
    await using rest = await serveCoreRest({ blocks: world.chain.blocks, ...chain }, {}, alter)
    return await run(await createBitcoinRest(createDoor({ url: rest.url, limits }), network))
  }
  const refuses =
    (refused: (method: string, params: readonly unknown[]) => boolean) =>
    (honest: CoreAnswers): CoreAnswers =>
    (method, params) =>
      refused(method, params) ? { error: { code: -5, message: 'refused' } } : honest(method, params)

  test('without an index finds no confirmed transaction, and says so', async () => {
    await opened(
      { txIndex: false },
      (honest) => honest,
      async (node) => {
        expect(node.blind.join(' ')).toMatch(/no transaction index/)
        expect(await node.transaction(world.mixed)).toBeNull()
        const { transactions } = await node.matches!(block, { ...NOBODY, spends: () => true, lotsOnly: true })
        expect(transactions.map(({ transaction }) => transaction.inputs[0]!.amount !== undefined)).toEqual([
          true,
          true,
        ])
      },
    )
  })

  test('that has deleted its first blocks says so', async () => {
    const second = (coreAnswers({ blocks: world.chain.blocks })('getblockhash', [1]) as { result: string })
      .result
    await opened(
      {},
      refuses((method, [hash]) => method === 'getblock' && hash === second),
      async (node) => expect(node.blind.join(' ')).toMatch(/deleted old blocks/),
    )
  })

  test('takes a transaction of a block that is no longer in the chain for unconfirmed', async () => {
    const refused = refuses((method, [hash]) => method === 'getblockheader' && hash === block.hash)
    await opened({}, refused, async (node) =>
      expect((await node.transaction(world.mixed))!.placed.block).toBeNull(),
    )
  })

  test('that does not say what blocks spend is told how new it must be', async () => {
    const old =
      (honest: CoreAnswers): CoreAnswers =>
      (method, params) => {
        const answer = honest(method, params)
        if (method !== 'getblock' || params[1] !== 3) return answer
        const { result } = structuredClone(answer) as { result: { tx: { vin: { prevout?: unknown }[] }[] } }
        for (const { vin } of result.tx) for (const input of vin) delete input.prevout
        return { result }
      }
    await expect(opened({}, old, (node) => node.matches!(block, EVERYTHING))).rejects.toThrow(/from 23\.0 on/)
  })

  test('that is not switched on is told so', async () => {
    await using server = await startFaultyServer(() => ({ status: 404, body: '' }))
    const door = createDoor({ url: server.url, limits })
    await expect(probeBitcoin(door, 'bitcoin-rest')).rejects.toThrow(/-rest=1/)
  })

  test('whose outputs do not go with its bitmap is refused', async () => {
    const answers = new Map<string, unknown>()
    await using server = await startFaultyServer(({ path }) => ({ body: answers.get(path.split('?')[0]!) }))
    const node = restNode(createDoor({ url: server.url, limits }), network, 'ab'.repeat(32))
    const txid = world.mixed
    const path = `/rest/getutxos/${txid}-0/${txid}-1.json`
    const output = { value: 0.00000005, scriptPubKey: { hex: '51' } }
    const ask = (bitmap: string, utxos: unknown[]): Promise<unknown> => {
      answers.set(path, { bitmap, utxos })
      return node.unspent([
        { txid, n: 0 },
        { txid, n: 1 },
      ])
    }
    expect(await ask('01', [output])).toEqual([null, { sats: 5, script: Uint8Array.of(0x51) }])
    for (const [bitmap, utxos] of [
      ['0', []],
      ['11', [output]],
      ['00', [output]],
      ['2', [output]],
    ] as const)
      await expect(ask(bitmap, [...utxos])).rejects.toThrow(/bitmap|zeros and ones/)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAnvil } from '../chain/evm/anvil.test-suite.ts'
import { createEvmNode } from '../chain/evm/createEvmNode.ts'
import { createEtherscan } from '../chain/evm/etherscan/createEtherscan.ts'
import {
  type EtherscanServer,
  startEtherscanServer,
} from '../chain/evm/etherscan/etherscanServer.test-suite.ts'
import { actHeist, type Heist } from '../chain/evm/heist.test-suite.ts'
import type { Source } from '../chain/source.ts'
import { openCrossBook } from '../cross/index.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { answerOf, createDoor, type Door } from '../net/index.ts'
import { random } from '../simulate/random.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest, type TraceRequest } from '../trace/index.ts'
import { addressOf } from '../units/caip.ts'
import { expectSameFlow, type LiveWorld, liveWorld } from './liveWorld.test-suite.ts'
import { shuffledDoor } from './shuffledDoor.test-suite.ts'

const limits = { perSecond: 10_000, burst: 10_000, concurrency: 8 }

const SIDES = ['home', 'away'] as const

let heist: Heist
const apis: Record<string, EtherscanServer> = {}
const ends: (() => unknown)[] = []
beforeAll(async () => {
  heist = await actHeist()
  ends.push(() => heist.stop())
  for (const side of SIDES) {
    const api = await startEtherscanServer(heist[side])
    ends.push(() => api[Symbol.asyncDispose]())
    apis[side] = api
  }
}, 120_000)
afterAll(() => Promise.all(ends.map((end) => end())))

type Side = (typeof SIDES)[number]

const node =
  (traces: boolean) =>
  (side: Side, wrap: (door: Door) => Door): Promise<Source> =>
    createEvmNode(wrap(createDoor({ url: heist[side].url, limits })), { traces })

/** A node that keeps the state of its first block alone. */
function prunedNode(side: Side, wrap: (door: Door) => Door): Promise<Source> {
  const door = createDoor({ url: heist[side].url, limits })
  const error = { code: -32000, message: 'historical state is not available' }
  const pruned: Door = {
    ...door,
    ask: (question) =>
      door.ask({
        ...question,
        read(answer) {
          if (!/^rpc (?:trace|debug)_/.test(question.name) || question.name.includes('0x1"'))
            return question.read(answer)
          const { id } = answer.json() as { id: number }
          return question.read(answerOf(200, Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error }))))
        },
      }),
  }
  return createEvmNode(wrap(pruned))
}

async function explorer(side: Side, wrap: (door: Door) => Door): Promise<Source> {
  const door = wrap(createDoor({ url: apis[side]!.url, limits }))
  return createEtherscan(door, heist[side].chainId, {
    wrappers: [addressOf(heist.contracts.wrapped)],
  })
}

function worldOf(
  open: (side: Side, wrap: (door: Door) => Door) => Promise<Source>,
  isExplorer = open === explorer,
): LiveWorld {
  const labels = Object.fromEntries(
    heist.deposits.map((deposit) => [deposit, label('Example Exchange', 'service')]),
  )
  const { labels: book, prices } = books(createMemoryLedger(), labels)
  const world = liveWorld({
    labels: book,
    prices,
    sources: SIDES.map((side) => ({
      chain: heist[`${side}Chain`],
      shown: (isExplorer ? apis[side]! : heist[side]).url,
      open: (wrap) => open(side, wrap),
    })),
  })
  ends.push(() => world.clean())
  return world
}

function request(): TraceRequest {
  return plainRequest({
    seeds: heist.thefts.map(({ txid, asset, chain }) => ({
      theft: 'theft',
      of: { kind: 'lot', txid, chain },
      asset,
    })),
  })
}

const tipOf = async (side: Side): Promise<number> => Number(await heist[side].rpc('eth_blockNumber'))

/** What rests with a holder at the end, by the flow. */
function restsWith(flow: Flow, holder: string, asset: string): bigint {
  return flow.leaves
    .filter(
      (leaf) => leaf.holder === holder && leaf.asset === asset && ['held', 'service'].includes(leaf.reason),
    )
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n)
}

function expectBalanced({ balance }: Flow): void {
  expect(balance.map(({ accounted }) => accounted)).toEqual(balance.map(({ stolen }) => stolen))
}

/** Chooses what arrived for what left, as `lootline crossings answer` does. */
function answer({ folder }: LiveWorld, { chain, txid }: { chain: string; txid: string }): void {
  const book = openCrossBook(folder)
  try {
    const [question] = book.questionsOf([{ chain, txid }])
    const [chosen] = question!.candidates
    book.answer(question!.number, {
      kind: 'choose',
      chosen: chosen!,
      who: 'test',
      time: 1,
      why: 'our own bridge',
    })
  } finally {
    book.close()
  }
}

describe('a theft on EVM nodes', () => {
  test('is followed to its end, to the last unit, once an analyst says that the bridge is one', async () => {
    const world = worldOf(node(true))
    const first = await world.run(request())
    expect([first.missing, first.cut]).toEqual([[], null])
    expectBalanced(first.flow)
    // Anybody can deploy a contract that claims to be a bridge: nobody is followed on its word.
    const { out, in: arrival } = heist.bridged
    expect(restsWith(first.flow, heist.contracts.bridge, out.asset)).toBe(out.amount)

    const seed = { theft: 'arrival', of: { kind: 'lot', txid: arrival.txid, chain: arrival.chain } } as const
    await world.run({ ...request(), seeds: [seed] })
    answer(world, out)
    const { flow, missing, cut } = await world.run(request())
    expect([missing, cut]).toEqual([[], null])
    expectBalanced(flow)
    // What pays for gas on the other chain was never stolen.
    const ended = heist.ended.filter(({ asset }) => asset !== `${heist.awayChain}/slip44:60`)
    expect(ended.map((one) => ({ ...one, amount: restsWith(flow, one.holder, one.asset) }))).toEqual(ended)
    expect(flow.leaves.map(({ reason }) => reason)).not.toContain('nodata')
    const lying = flow.coverage.notes.filter((note) => note.includes('calls itself "USDT"'))
    expect(lying).toEqual([expect.stringContaining(`(${heist.assets.lying}) only reads like USDT (`)])
  })

  test('crosses a bridge of the user by itself, once it is trusted', async () => {
    const world = worldOf(node(true))
    await world.run(request())
    const book = openCrossBook(world.folder)
    for (const contract of [heist.contracts.bridge, heist.contracts.awayBridge])
      book.trust({ protocol: 'across', contract, who: 'test', time: 1 })
    book.close()
    const { flow, missing } = await world.run(request())
    expect(missing).toEqual([])
    expectBalanced(flow)
    const { asset, amount } = heist.bridged.in
    expect(restsWith(flow, heist.deposits[1]!, asset)).toBe(amount)
    expect(flow.seeds.find(({ basis }) => basis === 'crossing')!.from).toMatchObject({
      ...{ how: 'identifier', protocol: 'across', confidence: 95 },
      evidence: expect.stringContaining('by a contract trusted by you'),
    })
  })

  test('without traces is followed as far as can be seen, and the flow says what cannot', async () => {
    const world = worldOf(node(false))
    const { flow } = await world.run(request())
    expectBalanced(flow)
    expect(flow.coverage.notes.join('\n')).toMatch(
      /Internal transfers are unknown: .* held may have gone by them/,
    )
    const { splitter } = heist.contracts
    expect(restsWith(flow, splitter, heist.assets.coin)).toBe(30n * 10n ** 18n)
    // Everybody else has what the flow says, or more.
    const said = flow.coverage.notes.filter((note) => note.includes('is said to hold'))
    const wrapped = heist.assets.wrapped.split('/')[1]
    expect(said.map((note) => note.split(': ')[0])).toEqual([
      `${addressOf(heist.thieves.unwrapper)} on eip155:31337 is said to hold 25 WCOIN (${wrapped}) of traced money, and has 0 after block ${await tipOf('home')}`,
      `${addressOf(splitter)} on eip155:31337 is said to hold 30 coin (slip44:60) of traced money, and has 0 after block ${await tipOf('home')}`,
    ])
    const again = await world.run(request(), { offline: true })
    expect(again.flow.coverage.notes).toEqual(flow.coverage.notes)
  })

  test('on nodes without old state is followed as without traces, and goes on being said', async () => {
    const world = worldOf(prunedNode)
    const { flow, missing } = await world.run(request())
    expect(missing).toEqual([])
    expectBalanced(flow)
    expectSameFlow(flow, (await worldOf(node(false)).run(request())).flow)
    const said = /Internal transfers are unknown in blocks whose state .* has, block \d+ for one/
    expect(flow.coverage.notes.join('\n')).toMatch(said)
    expect((await world.run(request(), { offline: true })).flow.coverage.notes).toEqual(flow.coverage.notes)
  })

  test('through an API of Etherscan is the same theft, in whatever order answers come', async () => {
    const expected = (await worldOf(node(true)).run(request())).flow
    const { flow, missing, cut } = await worldOf(explorer).run(request())
    expect([missing, cut]).toEqual([[], null])
    expect(flow.coverage.notes.join('\n')).toMatch(/a swap that pays out to somebody else, .* can go unseen/)
    expectSameFlow(flow, expected)
    for (let seed = 1; seed <= 4; seed++) {
      const shuffled: typeof explorer = (side, wrap) =>
        explorer(side, (door) => wrap(shuffledDoor(door, random(seed, 1))))
      expectSameFlow((await worldOf(shuffled, true).run(request())).flow, expected)
    }
  })
})

describe('payments within one transaction', () => {
  test('come in the order of the chain, though the last payee is read first', async () => {
    const anvil = await startAnvil({ chainId: 31339 })
    ends.push(() => anvil.stop())
    const [thief, friend, other] = [20, 21, 22].map((n) => anvil.accounts[n]!.address)
    const splitter = await anvil.deploy('Splitter')
    const txid = await anvil.send(1, thief!, 10n ** 19n)
    await anvil.send(20, friend!, 10n ** 18n)
    await anvil.send(20, other!, 8n * 10n ** 18n)
    // A child is paid as it is made, and pays the friend as it ends.
    await anvil.write(22, splitter, 'viaChild', [friend], 5n * 10n ** 18n)
    const api = await startEtherscanServer(anvil)
    ends.push(() => api[Symbol.asyncDispose]())
    const { labels, prices } = books(createMemoryLedger())
    const chain = 'eip155:31339'
    const run = async (shown: string, open: (door: Door) => Promise<Source> | Source): Promise<Flow> => {
      const door = createDoor({ url: shown, limits })
      const source = { chain, shown, open: async (wrap: (door: Door) => Door) => open(wrap(door)) }
      const world = liveWorld({ labels, prices, sources: [source] })
      ends.push(() => world.clean())
      const seed = { theft: 'theft', of: { kind: 'lot', txid, chain } } as const
      return (await world.run(plainRequest({ seeds: [seed] }))).flow
    }
    const flow = await run(api.url, (door) => createEtherscan(door, anvil.chainId))
    expect(flow.leaves.find(({ holder }) => addressOf(holder) === friend)!.amount).toBe(
      String(6n * 10n ** 18n),
    )
    expect(flow.coverage.unknownOrigin).toEqual([])
    expectSameFlow(flow, await run(anvil.url, (door) => createEvmNode(door)))
  })
})

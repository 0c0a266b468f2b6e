import { afterAll, describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import type { LabelBook } from '../label/label.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { AnswerError, BudgetError } from '../net/index.ts'
import type { PriceBook } from '../price/price.ts'
import { type Simulation, simulate } from '../simulate/index.ts'
import { books, coin, label, utxo } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest, RULES, type TraceRequest } from '../trace/index.ts'
import {
  expectSameFlow,
  type LiveWorld,
  liveWorld,
  type OpenSource,
  wholeFlow,
} from './liveWorld.test-suite.ts'
import {
  type MadeChain,
  type MadeDoor,
  madeBlock,
  madeChain,
  madeDoor,
  madeSource,
} from './madeSource.test-suite.ts'

const UTXO = simulate({ seed: 7, model: 'utxo', transactions: 150, days: 1, thefts: 1, peelHops: 8 })
const ACCOUNT = simulate({
  seed: 5,
  model: 'account',
  transactions: 40,
  days: 1,
  thefts: 1,
  peelHops: 3,
  mules: 2,
  layers: 1,
})
const KINDS = ['explorer', 'node'] as const

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends) end()
})

function booksOf({ labels }: Simulation): { labels: LabelBook; prices: PriceBook } {
  const stops = {
    exchange: 'service',
    defi_dex: 'service',
    mixing_service: 'mixer',
    defi_bridge: 'bridge',
  } as const
  const stated = labels.map(({ holder, name, category }) => [holder, label(name, stops[category])] as const)
  return books(createMemoryLedger(), Object.fromEntries(stated), 30_000n * 10n ** 12n)
}

function requestOf({ seeds }: Simulation, change: Partial<TraceRequest> = {}): TraceRequest {
  return plainRequest({
    seeds: seeds.map(({ theft, txid, n }) => ({
      theft,
      of: { kind: 'lot', txid, ...(n === null ? {} : { n }) },
    })),
    ...change,
  })
}

function worldOf(
  simulation: Simulation,
  kinds: readonly (typeof KINDS)[number][],
): { world: LiveWorld; doors: MadeDoor[]; made: MadeChain } {
  const { chain } = simulation
  const made = madeChain(chain, simulation.ledger)
  const doors = kinds.map((_, i) => madeDoor(made, `http://127.0.0.1:${i + 1}/made`))
  const sources = kinds.map((kind, i) => {
    const open: OpenSource = async (wrap) => madeSource(chain, wrap(doors[i]!), kind)
    return { chain, shown: doors[i]!.shown, open }
  })
  const world = liveWorld({ sources, ...booksOf(simulation) })
  ends.push(() => world.clean())
  return { world, doors, made }
}

/** The trace of a ledger that has the whole chain. */
function wholeOf(simulation: Simulation, request: TraceRequest, made?: MadeChain): Flow {
  const { blocks } = made ?? madeChain(simulation.chain, simulation.ledger)
  return wholeFlow(
    blocks.flatMap(({ transactions }) => transactions),
    booksOf(simulation),
    request,
  )
}

/** What must not be asked again; the tip is of its moment. */
const countsOf = ({ answered }: MadeDoor): Record<string, number> =>
  Object.fromEntries([...answered].filter(([question]) => question !== 'GET /tip'))
const twice = (door: MadeDoor): string[] =>
  Object.entries(countsOf(door)).flatMap(([question, times]) => (times > 1 ? [question] : []))

/** The chain as it would be if who spent some stolen output were another one, in another block. */
function turnedChain({ blocks }: MadeChain, { flow }: { readonly flow: Flow }) {
  const every = blocks.flatMap(({ transactions }) => transactions)
  const spentOutputs = new Set(every.flatMap(({ inputs }) => inputs.map(({ txid, n }) => `${txid}:${n}`)))
  const hasUnspent = new Set(
    every.flatMap(({ txid, outputs }) =>
      outputs.some((_, n) => !spentOutputs.has(`${txid}:${n}`)) ? [txid] : [],
    ),
  )
  const hops = new Set(flow.hops.map(({ txid }) => txid))
  // What says who spends its parent says too what is unspent, and so is kept until refresh.
  const spent = every.findLast(
    ({ txid, inputs }) => hops.has(txid) && inputs.every((one) => hasUnspent.has(one.txid)),
  )!
  const last = spent.height!
  const instead = { ...spent, txid: 'ee'.repeat(32) }
  const turned = blocks.slice(0, last)
  for (const { transactions, time } of blocks.slice(last))
    turned.push(
      madeBlock(
        turned.at(-1),
        transactions.map((one) => (one === spent ? instead : one)),
        time,
        'other',
      ),
    )
  turned.push(madeBlock(turned.at(-1), [], turned.at(-1)!.time + 600, 'other'))
  return { hops, spent, last, instead, turned }
}

describe.each(KINDS)('a live trace through an %s', (kind) => {
  test.each(RULES.filter((rule) => rule !== 'libr'))(
    'of outputs is by %s the trace of the whole chain',
    async (rule) => {
      const { world, doors } = worldOf(UTXO, [kind])
      const request = requestOf(UTXO, { rule })
      const live = await world.run(request)
      expect([live.missing, live.cut]).toEqual([[], null])
      const whole = wholeOf(UTXO, request)
      expect(whole.hops.length).toBeGreaterThan(30)
      expectSameFlow(live.flow, whole)
      expect(twice(doors[0]!)).toEqual([])
    },
  )

  test('of accounts is the trace of the whole chain', async () => {
    const { world, doors } = worldOf(ACCOUNT, [kind])
    const request = requestOf(ACCOUNT)
    const live = await world.run(request)
    expect([live.missing, live.cut]).toEqual([[], null])
    const whole = wholeOf(ACCOUNT, request)
    expect(whole.hops.length).toBeGreaterThan(30)
    expectSameFlow(live.flow, whole)
    expect(twice(doors[0]!)).toEqual([])
  })

  test('asks nothing when it is traced again, and nothing twice for another rule', async () => {
    const { world, doors } = worldOf(UTXO, [kind])
    const first = await world.run(requestOf(UTXO))
    const counts = countsOf(doors[0]!)
    const tips = doors[0]!.answered.get('GET /tip')
    const again = await world.run(requestOf(UTXO))
    expectSameFlow(again.flow, first.flow)
    expect(countsOf(doors[0]!)).toEqual(counts)
    expect(doors[0]!.answered.get('GET /tip')).toBe(tips)
    const poison = await world.run(requestOf(UTXO, { rule: 'poison' }))
    expectSameFlow(poison.flow, wholeOf(UTXO, requestOf(UTXO, { rule: 'poison' })))
    expect(kind === 'node' ? [] : twice(doors[0]!)).toEqual([])
  })

  test.each([
    ['outputs', UTXO],
    ['accounts', ACCOUNT],
  ])(
    'of %s, killed after every call and begun again, gives the same flow and asks nothing twice',
    async (_what, simulation) => {
      const { world, doors } = worldOf(simulation, [kind])
      const [door] = doors as [MadeDoor]
      const request = requestOf(simulation)
      let kills = 0
      for (;;) {
        let calls = 0
        door.before = (question) => {
          if (question !== 'GET /tip' && calls++ >= 1) throw new Killed()
        }
        try {
          const { flow, complete } = await world.run(request)
          expect(complete).toBe(true)
          expectSameFlow(flow, wholeOf(simulation, request))
          break
        } catch (error) {
          if (!(error instanceof Killed)) throw error
          kills++
        }
      }
      expect(kills).toBeGreaterThan(50)
      expect(twice(door)).toEqual([])
    },
  )

  test('that may ask no more gives a balanced flow that says what is missing, and goes on', async () => {
    const { world, doors } = worldOf(UTXO, [kind])
    const [door] = doors as [MadeDoor]
    const request = requestOf(UTXO)
    let left = 40
    door.before = () => {
      if (left-- <= 0) throw new BudgetError(40)
    }
    const partial = await world.run(request)
    expect(partial.complete).toBe(false)
    expect(partial.cut?.code).toBe('NET_BUDGET')
    expect(partial.flow.coverage.notes.join('\n')).toMatch(
      /Not asked about to the end: \d+ outputs? of Bitcoin regtest/,
    )
    expect(partial.flow.leaves.some(({ reason }) => reason === 'nodata')).toBe(true)
    for (const { stolen, accounted } of partial.flow.balance) expect(accounted).toBe(stolen)
    left = Number.POSITIVE_INFINITY
    const whole = await world.run(request)
    expect(whole.complete).toBe(true)
    expectSameFlow(whole.flow, wholeOf(UTXO, request))
    expect(twice(door)).toEqual([])
  })

  test('offline uses what is stored, asks nothing, and says what it lacks', async () => {
    const { world, doors } = worldOf(UTXO, [kind])
    const [door] = doors as [MadeDoor]
    let left = 60
    door.before = () => {
      if (left-- <= 0) throw new BudgetError(60)
    }
    await world.run(requestOf(UTXO))
    left = 0
    const offline = await world.run(requestOf(UTXO), { offline: true })
    expect(offline.complete).toBe(false)
    expect(offline.flow.coverage.notes.join('\n')).toContain('--offline')
  })

  test('interrupted ends at once with what is known', async () => {
    const { world, doors } = worldOf(UTXO, [kind])
    const [door] = doors as [MadeDoor]
    const stop = new AbortController()
    let left = 40
    door.before = () => {
      if (left-- === 0) stop.abort()
    }
    const partial = await world.run(requestOf(UTXO), { signal: stop.signal })
    expect(partial.cut?.code).toBe('LIVE_INTERRUPTED')
    expect(partial.complete).toBe(false)
    for (const { stolen, accounted } of partial.flow.balance) expect(accounted).toBe(stolen)
  })

  test('takes out what a reorganisation took back, and asks for what came instead', async () => {
    const { world, doors, made } = worldOf(UTXO, [kind])
    const request = requestOf(UTXO)
    const before = await world.run(request)
    // The last blocks with money that was followed come again in other blocks, the very last transaction not at all.
    const last = Math.max(...before.flow.hops.map(({ height }) => height!))
    const { blocks } = made
    const taken = new Set(before.flow.hops.filter(({ height }) => height === last).map(({ txid }) => txid))
    const kept = blocks.slice(0, last - 1)
    for (const { transactions, time } of blocks.slice(last - 1))
      kept.push(
        madeBlock(
          kept.at(-1),
          transactions.filter(({ txid }) => !taken.has(txid)),
          time,
          'other',
        ),
      )
    kept.push(madeBlock(kept.at(-1), [], kept.at(-1)!.time + 600, 'other'))
    made.blocks = kept
    const whole = wholeOf(UTXO, request, made)
    const after = await world.run(request, { refresh: true })
    expect(after.complete).toBe(true)
    expectSameFlow(after.flow, whole)
    expect(before.flow.hops.length).toBeGreaterThan(after.flow.hops.length)
    expect(doors[0]!.answered.get('GET /tip')).toBe(2)
  })

  test('meets no answer again that names a block which was taken back, without being told to refresh', async () => {
    const { world, made } = worldOf(UTXO, [kind])
    const request = requestOf(UTXO)
    const { blocks } = made
    const { hops, last, instead, turned } = turnedChain(made, await world.run(request))
    made.blocks = turned
    const whole = wholeOf(UTXO, request, made)
    const clean = blocks
      .slice(1, last)
      .flatMap(({ transactions }) => transactions)
      .find(({ txid }) => !hops.has(txid))!
    // Something that is not known: the fork is met on the way.
    await world.run({
      ...request,
      seeds: [{ theft: 'other', of: { kind: 'lot', txid: clean.txid } }],
      maxHops: 1,
    })
    const after = await world.run(request)
    expect([after.complete, after.missing]).toEqual([true, []])
    expectSameFlow(after.flow, whole)
    expect(JSON.stringify(after.flow)).toContain(instead.txid)
  })

  test('takes no source for a liar because blocks are taken back between two of its answers', async () => {
    const request = requestOf(UTXO)
    const { flow } = await worldOf(UTXO, [kind]).world.run(request)
    const { world, doors, made } = worldOf(UTXO, [kind])
    const { spent, last, turned } = turnedChain(made, { flow })
    // It has said who spends the output, or which block is next, and is asked for that.
    const next = [`GET /tx/${spent.txid}`, `GET /block/${made.blocks[last]!.hash}`]
    let times = 0
    doors[0]!.before = (question) => {
      if (!next.includes(question)) return
      times++
      made.blocks = turned
    }
    const met = await world.run(request)
    expect(times).toBeGreaterThan(0)
    expect(met.missing).toEqual([])
    expectSameFlow(met.flow, wholeOf(UTXO, request, made))
  })

  test('follows what was stolen out of a busy holder, which the trace does not stop at', async () => {
    const { world } = worldOf(UTXO, [kind])
    const { flow, missing } = await world.run(requestOf(UTXO, { busy: 0 }))
    expect(missing).toEqual([])
    expect(flow.leaves.some(({ reason }) => reason === 'busy')).toBe(true)
    expect(flow.leaves.filter(({ reason }) => reason === 'nodata')).toEqual([])
  })

  test('turns to the next source where one fails, and says so', async () => {
    const { world, doors } = worldOf(UTXO, [kind, kind === 'node' ? 'explorer' : 'node'])
    let left = 30
    doors[0]!.before = () => {
      if (left-- <= 0) throw new BadAnswer()
    }
    const { flow, complete } = await world.run(requestOf(UTXO))
    expect(complete).toBe(true)
    expectSameFlow(flow, wholeOf(UTXO, requestOf(UTXO)))
    expect(flow.coverage.notes.join('\n')).toContain('Source source-0 failed')
    expect(doors[1]!.answered.size).toBeGreaterThan(0)
  })
})

test('an answer of an earlier run says that something is unspent as of then', async () => {
  const row = (n: number, spends: number | null): Transaction =>
    utxo(n, spends === null ? [] : [[1, spends, ['thief', 'other'][spends]!, 50n]], [
      [n === 1 ? 'thief' : 'next', 50n],
      [n === 1 ? 'other' : 'change', n === 1 ? 50n : 0n],
    ])
  const { chain } = row(1, null)
  const made = madeChain(chain, [row(1, null), row(2, 0)])
  const door = madeDoor(made)
  const open: OpenSource = async (wrap) => madeSource(chain, wrap(door), 'explorer')
  const { labels, prices } = books(createMemoryLedger())
  const world = liveWorld({ sources: [{ chain, shown: door.shown, open }], labels, prices })
  ends.push(() => world.clean())
  const seedOf = (n: number): TraceRequest =>
    plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid: row(1, null).txid, n } }] })
  await world.run(seedOf(0))
  const tip = made.blocks.at(-1)!
  made.blocks = [...made.blocks, madeBlock(tip, [{ ...row(3, 1), height: 3 }], tip.time + 600)]
  const { flow } = await world.run(seedOf(1))
  expect(flow.leaves.map(({ reason }) => reason)).toEqual(['held'])
  expect(flow.coverage.notes.join('\n')).toContain('rests there as of block 2 (')
  const fresh = await world.run(seedOf(1), { refresh: true })
  expect(fresh.flow.leaves.map(({ holder }) => holder)).toEqual([coin('next')])
  expect(fresh.flow.coverage.notes.join('\n')).toContain('block 3 (')
})

describe('a seed that could not be asked for', () => {
  const seeds: readonly TraceRequest['seeds'][number]['of'][] = [
    { kind: 'lot', txid: 'ab'.repeat(32) },
    { kind: 'holders', holders: [`${UTXO.chain}:nobody`] },
  ]
  const of = (seed: (typeof seeds)[number]): TraceRequest =>
    plainRequest({ seeds: [{ theft: 'x', of: seed }] })

  describe.each(KINDS)('of an %s', (kind) => {
    test.each([
      ['a source that fails', () => new BadAnswer(), /source-0.*expected a block/, /lootline source check/],
      [
        'no calls left',
        () => new BudgetError(1),
        /--max-calls allows no more: 1 call made/,
        /larger --max-calls/,
      ],
    ])('is not said to be unknown: %s', async (_, error, message, next) => {
      for (const seed of seeds) {
        const { world, doors } = worldOf(UTXO, [kind])
        let left = 1
        doors[0]!.before = () => {
          if (left-- <= 0) throw error()
        }
        await expect(world.run(of(seed))).rejects.toMatchObject({
          ...{ code: 'LIVE_UNASKED_SEED', message: expect.stringMatching(message) },
          next: expect.stringMatching(next),
        })
      }
    })

    test('is not said to be unknown offline, and is where all were asked', async () => {
      for (const seed of seeds) {
        const { world, doors } = worldOf(UTXO, [kind])
        await expect(world.run(of(seed), { offline: true })).rejects.toMatchObject({
          ...{ code: 'LIVE_UNASKED_SEED', message: expect.stringMatching(/not asked: --offline/) },
          next: 'Run the same without --offline.',
        })
        expect(doors[0]!.answered.size).toBe(0)
        await expect(world.run(of(seed))).rejects.toMatchObject({ code: 'TRACE_NO_SEED' })
      }
    })
  })
})

class Killed extends Error {}
class BadAnswer extends AnswerError {
  constructor() {
    super({ expected: 'a block', came: 'HTML' }, { source: 'made', question: 'any', attempts: 1 })
  }
}

/** What a live trace does at busy addresses, and with balances from before. */
import { afterAll, describe, expect, test } from 'vitest'
import type { HistoryPage, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { createMemoryLedger, openSqliteLedger } from '../ledger/index.ts'
import { BudgetError } from '../net/index.ts'
import { account, books, coin, nameOf, txidOf, USD, utxo } from '../trace/fixtures.ref.ts'
import { type Flow, plainRequest, type TraceRequest } from '../trace/index.ts'
import { ETHEREUM } from '../units/caip.ts'
import { type LiveWorld, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'
import { type MadeChain, type MadeDoor, madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends) end()
})

function worldOf(
  transactions: readonly Transaction[],
  kind: 'explorer' | 'node',
  alter: (source: Source) => Source = (source) => source,
): { world: LiveWorld; door: MadeDoor; made: MadeChain } {
  const { chain } = transactions[0]!
  const made = madeChain(chain, transactions)
  const door = madeDoor(made)
  const { labels, prices } = books(createMemoryLedger())
  const world = liveWorld({
    ...{ labels, prices },
    sources: [{ chain, shown: door.shown, open: async (wrap) => alter(madeSource(chain, wrap(door), kind)) }],
  })
  ends.push(() => world.clean())
  return { world, door, made }
}

const MILLION = 1_000_000

function pay(n: number, from: string | null, to: string, amount: bigint): Transaction {
  return {
    ...{ chain: ETHEREUM, txid: txidOf(n), height: n, index: 0, time: 1_600_000_000 + n },
    ...{ inputs: [], outputs: [] },
    transfers: [
      { from: from === null ? null : account(from), to: account(to), asset: USD, amount, kind: 'token' },
    ],
  }
}

describe('a busy address', () => {
  const rows = [
    utxo(1, [], [['thief', 100n]]),
    utxo(2, [[1, 0, 'thief', 100n]], [['hot', 100n]]),
    utxo(3, [[2, 0, 'hot', 100n]], [['somebody', 100n]]),
  ]
  const busy = (source: Source): Source => ({
    ...source,
    count: async (holder) => (holder === coin('hot') ? MILLION : 1),
  })

  test('is stopped at with the source’s count, after a few calls', async () => {
    const { world, door } = worldOf(rows, 'explorer', busy)
    const seed = { theft: 'theft', of: { kind: 'lot', txid: rows[0]!.txid } } as const
    const { flow, complete } = await world.run(plainRequest({ seeds: [seed] }))
    expect(complete).toBe(true)
    expect(flow.leaves).toMatchObject([
      { reason: 'busy', holder: coin('hot'), busy: { transactions: MILLION } },
    ])
    expect([...door.answered.keys()]).not.toContain(`GET /spends/${rows[1]!.txid}`)
    expect(door.answered.size).toBeLessThan(8)
  })

  test('that is the seed itself is refused, with the count', async () => {
    const { world, door } = worldOf(rows, 'explorer', busy)
    const seed = { theft: 'theft', of: { kind: 'holders', holders: [coin('hot')] } } as const
    await expect(world.run(plainRequest({ seeds: [seed] }))).rejects.toMatchObject({
      data: { code: 'LIVE_BUSY_SEED', transactions: MILLION },
    })
    expect(door.answered.size).toBeLessThan(3)
  })
})

describe('a history that does not end', () => {
  const rows = [pay(1, null, 'thief', 100n), pay(2, 'thief', 'hot', 100n)]
  const seeds = [{ theft: 'theft', of: { kind: 'holders', holders: [account('thief')] } }] as const

  let more = 0
  test.each<[string, (page: HistoryPage) => HistoryPage]>([
    ['the same again and again', (page) => page],
    ['what moves nothing', () => ({ transactions: [], assets: [], counted: 2 * ++more })],
  ])('ends at --busy: %s', async (_, next) => {
    let pages = 0
    const { world } = worldOf(rows, 'explorer', (source) => ({
      ...source,
      count: async () => 1,
      async *history(holder) {
        for await (const page of source.history!(holder))
          for (; pages < 1000; pages++) yield pages === 0 ? page : next(page)
      },
    }))
    await expect(world.run(plainRequest({ seeds, busy: 300 }))).rejects.toMatchObject({
      data: { code: 'LIVE_BUSY_SEED' },
    })
    expect(pages).toBeLessThan(310)
  })
})

describe.each([
  ['output', coin],
  ['account', account],
])('a busy address of an %s that the user passes by name', (what, named) => {
  const paid = (n: number, from: string | null, to: string): Transaction =>
    what === 'output'
      ? utxo(n, from === null ? [] : [[n - 1, 0, from, 100n]], [[to, 100n]])
      : pay(n, from, to, 100n)
  const rows = [paid(1, null, 'thief'), paid(2, 'thief', 'hot'), paid(3, 'hot', 'somebody')]
  const alter = (source: Source): Source => ({
    ...source,
    count: async (holder) => (holder === named('hot') ? MILLION : 1),
  })
  const seeds = [{ theft: 'theft', of: { kind: 'lot', txid: rows[0]!.txid } }] as const

  test('is followed through, at once and after it was stopped at', async () => {
    const pass = plainRequest({ seeds, passThrough: [named('hot')] })
    for (const before of [[], [plainRequest({ seeds })]]) {
      const { world } = worldOf(rows, 'explorer', alter)
      for (const request of before) {
        const { flow } = await world.run(request)
        expect(flow.leaves).toMatchObject([{ reason: 'busy', holder: named('hot') }])
      }
      const { flow, complete } = await world.run(pass)
      expect(complete).toBe(true)
      expect(flow.leaves.map(({ holder }) => holder)).toEqual([named('somebody')])
    }
  })
})

describe('a budget that is spent before anything is answered that lasts', () => {
  const rows = [utxo(1, [], [['thief', 100n]]), utxo(2, [[1, 0, 'thief', 100n]], [['mule', 100n]])]
  const seeds = [{ theft: 'theft', of: { kind: 'lot', txid: rows[0]!.txid } }] as const
  const request = plainRequest({ seeds })

  test.each(['explorer', 'node'] as const)(
    'is said to be too small for an %s, and only that',
    async (kind) => {
      const { world, door } = worldOf(rows, kind)
      let left = 0
      door.before = () => {
        if (left-- <= 0) throw new BudgetError(1)
      }
      const few = 'too few to get any further'
      left = 1
      await expect(world.run(request)).rejects.toMatchObject({
        ...{ code: 'LIVE_UNASKED_SEED', message: expect.stringContaining(few) },
        next: 'Run the same again with a larger --max-calls.',
      })
      left = 2
      const partial = await world.run(request)
      expect(partial.flow.coverage.notes.join('\n')).not.toContain(few)
      left = 1
      const { cut, flow } = await world.run(request)
      expect(cut?.message).toContain(few)
      expect(flow.coverage.notes.join('\n')).toContain(few)
      expect(flow.coverage.notes.join('\n')).not.toContain('goes on from there')
      left = 100
      expect((await world.run(request)).complete).toBe(true)
    },
  )
})

describe('what an account had before', () => {
  const rows = [
    pay(1, null, 'mule', 70n),
    pay(2, 'mule', 'shop', 30n),
    pay(3, null, 'thief', 100n),
    pay(4, 'thief', 'mule', 100n),
    // Of its own 40, then of what was stolen.
    pay(5, 'mule', 'first', 50n),
    pay(6, 'mule', 'second', 50n),
  ]
  const seeds = [{ theft: 'theft', of: { kind: 'lot', txid: rows[2]!.txid } }] as const

  test('is asked of a node, and goes before what was stolen', async () => {
    const { world, door } = worldOf(rows, 'node')
    const { flow } = await world.run(plainRequest({ seeds }))
    expect(Object.fromEntries(flow.leaves.map(({ holder, amount }) => [holder, amount]))).toEqual({
      [account('first')]: '10',
      [account('second')]: '50',
      [account('mule')]: '40',
    })
    expect(flow.coverage.unknownOrigin).toEqual([])
    const balances = [...door.answered.keys()].filter((question) => question.startsWith('GET /balance/'))
    expect(balances.length).toBe(2)
    expect(await world.run(plainRequest({ seeds })).then((again) => again.flow.leaves)).toEqual(flow.leaves)
    // Where the same account is tainted earlier, its balance from then on counts.
    const earlier = [{ theft: 'earlier', of: { kind: 'lot', txid: rows[0]!.txid } }] as const
    const other = await world.run(plainRequest({ seeds: earlier }))
    expect(Object.fromEntries(other.flow.leaves.map(({ holder, amount }) => [holder, amount]))).toEqual({
      [account('shop')]: '30',
      [account('first')]: '40',
    })
    expect(await world.run(plainRequest({ seeds })).then((again) => again.flow.leaves)).toEqual(flow.leaves)
  })

  test('counts though it comes from the first block itself', async () => {
    const { world } = worldOf([rows[2]!, rows[3]!, rows[4]!, rows[5]!], 'node', (source) => ({
      ...source,
      balance: async (holder, asset, height) =>
        (await source.balance!(holder, asset, height))! + (holder === account('mule') ? 40n : 0n),
    }))
    const of = { kind: 'holders', holders: [account('mule')] } as const
    const { flow } = await world.run(plainRequest({ seeds: [{ theft: 'theft', of }] }))
    expect(restsOf(flow)).toEqual({ first: '10', second: '50', mule: '40' })
  })

  const restsOf = (flow: Flow): Record<string, string> =>
    Object.fromEntries(flow.leaves.map(({ holder, amount }) => [nameOf(holder), amount]))

  // The friend's 5 for gas are seen because the thief is followed.
  const friend = [
    pay(1, null, 'victim', 100n),
    pay(2, null, 'friend', 61n),
    pay(3, 'victim', 'thief', 100n),
    pay(4, 'friend', 'thief', 50n),
    pay(5, 'thief', 'friend', 40n),
    pay(6, 'friend', 'a', 11n),
    pay(7, 'friend', 'b', 20n),
  ]
  const theft = (row: Transaction): TraceRequest =>
    plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid: row.txid } }] })

  test.each(['fifo', 'lifo', 'haircut', 'poison'] as const)(
    'goes before what is known to have been paid out of it, by %s',
    async (rule) => {
      const { world } = worldOf(friend, 'node')
      const request = { ...theft(friend[2]!), rule }
      const { flow } = await world.run(request)
      expect(restsOf(flow)).toEqual(restsOf(wholeFlow(friend, books(createMemoryLedger()), request)))
    },
  )

  /** As a file, a watch or another trace would. */
  const tell = ({ folder }: LiveWorld, transactions: readonly Transaction[]): void => {
    const ledger = openSqliteLedger(folder)
    ledger.append(transactions)
    ledger.close()
  }

  test('is the same whatever was known of it before or becomes known later, and is not asked again', async () => {
    const rests = { thief: '60', friend: '20', b: '20' }
    for (const known of [[], [2], [2, 4], [4, 5, 6, 7]]) {
      const { world, door } = worldOf(friend, 'node')
      tell(
        world,
        friend.filter(({ height }) => known.includes(height!)),
      )
      const first = await world.run(theft(friend[2]!))
      expect([restsOf(first.flow), first.flow.coverage.unknownOrigin]).toEqual([rests, []])
      const asked = [...door.answered]
      tell(world, friend)
      expect(restsOf((await world.run(theft(friend[2]!))).flow)).toEqual(rests)
      expect([...door.answered].filter(([question]) => /tip|balance/.test(question))).toEqual(
        asked.filter(([question]) => /tip|balance/.test(question)),
      )
    }
  })

  test('ends what is not known to have been paid, too', async () => {
    // Its 5 came and its 4 went where nobody looks.
    const rows = [
      pay(1, null, 'mule', 5n),
      pay(2, null, 'victim', 100n),
      pay(3, 'mule', 'thief', 5n),
      pay(4, 'thief', 'mule', 5n),
      pay(5, 'mule', 'nobody', 4n),
      pay(6, 'victim', 'thief', 100n),
      pay(7, 'thief', 'mule', 60n),
      pay(8, 'mule', 'shop', 10n),
    ]
    const { world } = worldOf(rows, 'node')
    tell(world, [rows[2]!, rows[3]!])
    const { flow } = await world.run(theft(rows[5]!))
    expect(restsOf(flow)).toEqual({ thief: '40', mule: '51', shop: '9' })
  })

  test('is asked where the first payment becomes known after it was looked for', async () => {
    const { world, made } = worldOf(rows.slice(0, 4), 'node')
    const request = theft(rows[2]!)
    expect(restsOf((await world.run(request)).flow)).toEqual({ mule: '100' })
    made.blocks = madeChain(ETHEREUM, rows).blocks
    tell(world, rows.slice(4))
    const { flow } = await world.run(request)
    expect(restsOf(flow)).toEqual({ first: '10', second: '50', mule: '40' })
  })

  test('is of unknown origin where the node no longer knows', async () => {
    const forgetful = (source: Source): Source => ({ ...source, balance: async () => null })
    const { world } = worldOf(rows, 'node', forgetful)
    const { flow } = await world.run(plainRequest({ seeds }))
    expect(flow.balance[0]!.accounted).toBe('100')
    expect(flow.leaves.find(({ holder }) => holder === account('first'))?.amount).toBe('50')
  })
})
